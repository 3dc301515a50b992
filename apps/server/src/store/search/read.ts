import type { SqlCondition } from '@telltale/core';
import { type SearchKind, type SearchText, searchKinds, termSql, toFts } from '@telltale/core/search';
import type { Database } from 'better-sqlite3';
import type { CopiedEntry, SearchCopies } from './copies.ts';
import { type SearchPart, wordsTable } from './parts.ts';
import { facetWord, idsPerMs } from './search-index.ts';

/** What is asked for beside the words. */
export interface SearchConditions {
  kind?: SearchKind;
  tool?: string;
  /** Conditions over `sessions`. */
  sessions?: SqlCondition;
  /** Milliseconds since 1970: at or after, and before. */
  fromMs?: number;
  toMs?: number;
}

/** A document that holds the words. */
export interface FoundDoc {
  id: number;
  session: number;
  key: number;
  kind: number;
  tool: number | null;
  entry: number | null;
}

export interface FoundDocs {
  /** Newest first. */
  docs: FoundDoc[];
  /** Only ids from here on were looked at; undefined when there is nothing older. */
  goesOnBelow: number | undefined;
}

export interface SearchReader {
  /** The newest `limit` documents below an id; fewer where it takes longer than `maxMs`. */
  find(
    text: SearchText,
    conditions: SearchConditions,
    page: { below?: number; limit: number; maxMs: number },
  ): FoundDocs;
  /** How much each of these documents is about the words, more is better; 0 where only common words are in it. */
  weigh(text: SearchText, docs: readonly FoundDoc[]): Map<number, number>;
  toolNames(): Map<number, string>;
}

/** So many sessions are named in the search itself; of more, the documents found are looked through. */
const maxNamedSessions = 40;
/** A word in more documents of a part tells nothing. */
const commonFrom = 3000;

export interface SearchReaderDeps {
  parts(): SearchPart[];
  copies: SearchCopies;
}

export function createSearchReader(database: Database, { parts, copies }: SearchReaderDeps): SearchReader {
  const idOfText = database
    .prepare<[number, number], number>(
      'SELECT id FROM search_docs WHERE session = ? AND key = CAST(? AS INTEGER) ORDER BY id LIMIT 1',
    )
    .pluck();
  const tools = database.prepare<[], { no: number; name: string }>('SELECT no, name FROM search_tools');
  const toolNo = database.prepare<[string], number>('SELECT no FROM search_tools WHERE name = ?').pluck();

  function find(
    text: SearchText,
    conditions: SearchConditions,
    { below, limit, maxMs }: { below?: number; limit: number; maxMs: number },
  ): FoundDocs {
    const named = conditions.sessions && namedSessions(conditions.sessions);
    const match = matchOf(text, conditions, named);
    if (match === undefined) return { docs: [], goesOnBelow: undefined };
    const from = idFrom(conditions.fromMs) ?? 0;
    const until = performance.now() + maxMs;
    const isLookedThrough = conditions.sessions !== undefined && named === undefined;
    const isElsewhere = copiesAmong(conditions);
    const docs: FoundDoc[] = [];
    let top = Math.min(below ?? Number.MAX_SAFE_INTEGER, idFrom(conditions.toMs) ?? Number.MAX_SAFE_INTEGER);
    for (;;) {
      const found = newest(match, { from, below: top, limit: isLookedThrough ? limit * 2 : limit, until });
      const fitting = isLookedThrough ? ofSessions(found.docs, conditions.sessions) : found.docs;
      docs.push(...fitting.filter((doc) => !isElsewhere(doc)));
      if (docs.length >= limit) break;
      if (found.goesOnBelow === undefined) return { docs, goesOnBelow: undefined };
      top = found.goesOnBelow;
      if (performance.now() > until) return { docs, goesOnBelow: top };
    }
    docs.length = limit;
    return { docs, goesOnBelow: docs.at(-1)?.id };
  }

  /** Whether a text was only copied into its session, and is found where it was said. */
  function copiesAmong({ sessions, fromMs, toMs }: SearchConditions): (doc: FoundDoc) => boolean {
    const [from, to] = [idFrom(fromMs) ?? 0, idFrom(toMs) ?? Number.MAX_SAFE_INTEGER];
    const fits = new Map<number, boolean>();
    // Asked once of each session: nearly all have none.
    const kin = new Map<number, boolean>();
    const known = new Map<string, CopiedEntry | undefined>();
    return ({ session, key, entry }) => {
      if (entry === null) return false;
      const hasKin = kin.get(session) ?? copies.hasKin(session);
      kin.set(session, hasKin);
      const owner = hasKin ? copies.of(session, entry, known)?.owner.session : undefined;
      if (owner === undefined || owner === session) return false;
      const id = idOfText.get(owner, key);
      if (id === undefined || id < from || id >= to) return false;
      const isAsked = fits.get(owner) ?? ofSessions([{ session: owner }], sessions).length > 0;
      fits.set(owner, isAsked);
      return isAsked;
    };
  }

  /** Undefined where nothing can be found. */
  function matchOf(
    text: SearchText,
    { kind, tool }: SearchConditions,
    named: number[] | undefined,
  ): string | undefined {
    const words = toFts(text);
    const facets: string[] = [];
    if (kind !== undefined) facets.push(facetWord.kind(kind));
    if (tool !== undefined) {
      const no = toolNo.get(tool);
      if (no === undefined) return undefined;
      facets.push(facetWord.tool(no));
    }
    if (named?.length === 0) return undefined;
    if (named) facets.push(`(${named.map(facetWord.session).join(' OR ')})`);
    const where = facets.length > 0 ? ` AND facets : (${facets.join(' AND ')})` : '';
    return words === undefined ? undefined : `${words}${where}`;
  }

  /** The sessions of a condition that few have; undefined where they are many. */
  function namedSessions({ where, params }: SqlCondition): number[] | undefined {
    const found = database
      .prepare<unknown[], number>(`SELECT no FROM sessions WHERE ${where} LIMIT ${maxNamedSessions + 1}`)
      .pluck()
      .all(...params);
    return found.length > maxNamedSessions ? undefined : found;
  }

  function ofSessions<T extends Pick<FoundDoc, 'session'>>(
    docs: readonly T[],
    condition: SqlCondition | undefined,
  ): T[] {
    if (!condition) return [...docs];
    const ids = JSON.stringify([...new Set(docs.map(({ session }) => session))]);
    const fitting = new Set(
      database
        .prepare<unknown[], number>(
          `SELECT no FROM sessions WHERE no IN (SELECT value FROM json_each(?)) AND (${condition.where})`,
        )
        .pluck()
        .all(ids, ...condition.params),
    );
    return docs.filter(({ session }) => fitting.has(session));
  }

  /**
   * From part to part, the one with the newest documents first, until what is left can only have older ones. When time
   * is up, only what is newer than all that was not looked at is told.
   */
  function newest(
    match: string,
    { from, below, limit, until }: { from: number; below: number; limit: number; until: number },
  ): FoundDocs {
    const left = parts()
      .filter((part) => part.docs > 0 && part.min_id < below && part.max_id >= from)
      .sort((a, b) => b.max_id - a.max_id);
    let docs: FoundDoc[] = [];
    let isFull = false;
    while (left.length > 0) {
      const [part] = left;
      if (!part) break;
      const last = docs.at(-1);
      if (docs.length >= limit && last && part.max_id < last.id) break;
      const tooLate = performance.now() > until && docs.some(({ id }) => id > part.max_id);
      if (tooLate) {
        docs = docs.filter(({ id }) => id > part.max_id);
        return { docs, goesOnBelow: part.max_id + 1 };
      }
      left.shift();
      const found = selectIn(part.no).all(match, below, from, limit);
      isFull ||= found.length >= limit;
      docs = [...docs, ...found].sort((a, b) => b.id - a.id);
      if (docs.length > limit) {
        docs.length = limit;
        isFull = true;
      }
    }
    return { docs, goesOnBelow: isFull || left.length > 0 ? docs.at(-1)?.id : undefined };
  }

  // Ids are beyond 32 bits, which the driver hands over as floating point; FTS5 wants integers.
  const selectIn = (part: number) => {
    const words = wordsTable(part);
    return database.prepare<[string, number, number, number], FoundDoc>(`
      SELECT doc.id, doc.session, doc.key, doc.kind, doc.tool, doc.entry
      FROM ${words} AS words CROSS JOIN search_docs AS doc ON doc.id = words.rowid
      WHERE words.${words} MATCH ? AND words.rowid < CAST(? AS INTEGER) AND words.rowid >= CAST(? AS INTEGER)
      ORDER BY words.rowid DESC LIMIT ?`);
  };

  function weigh(text: SearchText, docs: readonly FoundDoc[]): Map<number, number> {
    const weights = new Map<number, number>();
    const [newestDoc, oldestDoc] = [docs.at(0)?.id ?? 0, docs.at(-1)?.id ?? 0];
    const wanted = new Set(docs.map(({ id }) => id));
    for (const { no, min_id, max_id } of parts()) {
      if (min_id > newestDoc || max_id < oldestDoc) continue;
      const words = wordsTable(no);
      const countOf = database
        .prepare<[string], number>(
          `SELECT count(*) FROM (SELECT 1 FROM ${words} WHERE ${words} MATCH ? LIMIT ${commonFrom})`,
        )
        .pluck();
      const rare = text.groups
        .flat()
        .map(termSql)
        .map((term) => `({words humps} : ${term})`);
      const telling = rare.filter((term) => (countOf.get(term) ?? 0) < commonFrom);
      if (telling.length === 0) continue;
      const ranked = database.prepare<[string, number, number], { id: number; rank: number }>(`
        SELECT rowid AS id, bm25(${words}, 1.0, 0.5, 0.0) AS rank FROM ${words}
        WHERE ${words} MATCH ? AND rowid <= CAST(? AS INTEGER) AND rowid >= CAST(? AS INTEGER)`);
      for (const { id, rank } of ranked.all(telling.join(' OR '), newestDoc, oldestDoc)) {
        // FTS5's bm25 is the lower the better.
        if (wanted.has(id)) weights.set(id, -rank);
      }
    }
    return weights;
  }

  return { find, weigh, toolNames: () => new Map(tools.all().map(({ no, name }) => [no, name])) };
}

export const kindOf = (kind: number): SearchKind => searchKinds[kind] ?? 'answer';

function idFrom(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, Math.trunc(ms)) * idsPerMs;
}
