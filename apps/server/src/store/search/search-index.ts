import { createHash } from 'node:crypto';
import { indexedText, type SearchKind, type SearchPiece, searchKinds } from '@telltale/core/search';
import type { Database } from 'better-sqlite3';
import { createSearchParts, type SearchParts } from './parts.ts';

/**
 * Which record a text came from: an event, the one at a turn's end that repeats its last words, an entry, or telemetry.
 * Stored as the place in this list: add at the end.
 */
export const searchSources = ['event', 'stop', 'entry', 'otel'] as const;
export type SearchSource = (typeof searchSources)[number];

/** A text, and the record that tells it. */
export interface FoundText {
  session: number;
  source: SearchSource;
  seq: number;
  /** Which of the record's texts it is. */
  slot: number;
  atMs: number;
  piece: SearchPiece;
}

/** A document as it stands in `search_docs`. */
export interface SearchDoc {
  id: number;
  part: number;
  session: number;
  key: number;
  kind: number;
  tool: number | null;
  event: number | null;
  stop: number | null;
  entry: number | null;
  otel: number | null;
  source: number;
  slot: number;
}

/** What is found by words. Everything here runs inside a transaction. */
export interface SearchIndex
  extends Pick<SearchParts, 'parts' | 'merge' | 'torn' | 'beginAnew' | 'noteWhole' | 'dropEmpty'> {
  /**
   * Adds what is not there; a text that is there already gets to know who else tells it, and where that is no longer
   * telemetry alone, its words.
   */
  add(texts: readonly FoundText[]): void;
  /** Takes documents out: they are not found any more. Their words leave the file when their part is written anew. */
  remove(docs: readonly SearchDoc[]): void;
  docsOf(session: number, limit: number): SearchDoc[];
  doc(id: number): SearchDoc | undefined;
  /** Takes away tools that no document has, of those that a deleted session used. */
  forgetTools(tools: Iterable<number>): void;
  /** Some of what makes it empty, as before the first text; false when it is. */
  clearSome(): boolean;
}

/** Ids of one millisecond. */
export const idsPerMs = 4;

const docColumns = 'id, part, session, key, kind, tool, event, stop, entry, otel, source, slot';
const heard = searchSources.indexOf('otel');

/** What conditions of a search are found by, in the column `facets`. */
export const facetWord = {
  kind: (kind: SearchKind) => `k${searchKinds.indexOf(kind)}`,
  tool: (no: number) => `t${no}`,
  session: (no: number) => `s${no}`,
} as const;

export function createSearchIndex(database: Database): SearchIndex {
  const parts = createSearchParts(database);
  const bySameText = database.prepare<[number, number], SearchDoc>(
    `SELECT ${docColumns} FROM search_docs WHERE session = ? AND key = ? ORDER BY id`,
  );
  const insert = database.prepare(`
    INSERT INTO search_docs (id, part, session, key, kind, tool, event, stop, entry, otel, source, slot)
    VALUES (CAST(? AS INTEGER), ?, ?, CAST(? AS INTEGER), ?, ?, ?, ?, ?, ?, ?, ?)`);
  const note = {
    event: database.prepare('UPDATE search_docs SET event = ? WHERE id = CAST(? AS INTEGER)'),
    stop: database.prepare('UPDATE search_docs SET stop = ? WHERE id = CAST(? AS INTEGER)'),
    entry: database.prepare('UPDATE search_docs SET entry = ? WHERE id = CAST(? AS INTEGER)'),
    otel: database.prepare('UPDATE search_docs SET otel = ? WHERE id = CAST(? AS INTEGER)'),
  };
  const retell = database.prepare(
    'UPDATE search_docs SET source = ?, slot = ?, tool = ? WHERE id = CAST(? AS INTEGER)',
  );
  const byId = database.prepare<[number], SearchDoc>(
    `SELECT ${docColumns} FROM search_docs WHERE id = CAST(? AS INTEGER)`,
  );
  const ofSession = database.prepare<[number, number], SearchDoc>(
    `SELECT ${docColumns} FROM search_docs WHERE session = ? LIMIT ?`,
  );
  const drop = database.prepare('DELETE FROM search_docs WHERE id = CAST(? AS INTEGER)');
  const dropSome = database.prepare('DELETE FROM search_docs WHERE id IN (SELECT id FROM search_docs LIMIT 2000)');
  const toolNo = database.prepare<[string], number>('SELECT no FROM search_tools WHERE name = ?').pluck();
  const addTool = database.prepare('INSERT INTO search_tools (name) VALUES (?)');
  const dropTool = database.prepare('DELETE FROM search_tools WHERE no = ?');

  /** Of the same text, the document that this record tells, tells too, or none. */
  function sameText({ session, source, seq, atMs, piece }: FoundText, key: number): SearchDoc | undefined {
    const docs = bySameText.all(session, key);
    // A call is one call; the same words may have been said several times, and each record tells of one time.
    if (piece.toolUseId !== undefined) return docs[0];
    const known = docs.find((doc) => doc[source] === seq);
    if (known) return known;
    const free = docs.filter((doc) => doc[source] === null);
    const distance = ({ id }: SearchDoc) => Math.abs(id - atMs * idsPerMs);
    return free.sort((a, b) => distance(a) - distance(b))[0];
  }

  function add(texts: readonly FoundText[]): void {
    const added: { doc: SearchDoc; text: string }[] = [];
    for (const found of texts) {
      const key = keyOf(found.piece);
      const same = sameText(found, key);
      if (same) {
        if (same[found.source] === null) note[found.source].run(found.seq, same.id);
        if (same.source === heard && found.source !== 'otel') {
          // What is to be taken out may wait to be put in.
          put(added.splice(0));
          parts.removeWords(same);
          added.push({ doc: toldBetter(same, found), text: found.piece.text });
        }
        continue;
      }
      const doc = newDoc(found, key);
      insert.run(
        doc.id,
        doc.part,
        doc.session,
        doc.key,
        doc.kind,
        doc.tool,
        doc.event,
        doc.stop,
        doc.entry,
        doc.otel,
        doc.source,
        doc.slot,
      );
      parts.count(doc.part, doc.id);
      added.push({ doc, text: found.piece.text });
    }
    put(added);
  }

  function put(added: { doc: SearchDoc; text: string }[]): void {
    // In the order of ids: FTS5 writes out what it has whenever an id is lower than the one before.
    added.sort((a, b) => a.doc.id - b.doc.id);
    for (const { doc, text } of added) {
      parts.addWords(doc, { ...indexedText(text), facets: facetsOf(doc) });
    }
  }

  /** Of a call's input telemetry has less. */
  function toldBetter(doc: SearchDoc, { session, source, slot, piece }: FoundText): SearchDoc {
    const told = { ...doc, source: searchSources.indexOf(source), slot, tool: toolOf(session, piece) ?? doc.tool };
    retell.run(told.source, told.slot, told.tool, told.id);
    return told;
  }

  function newDoc({ session, source, seq, slot, atMs, piece }: FoundText, key: number): SearchDoc {
    return {
      id: freeId(atMs),
      part: parts.forNew(),
      session,
      key,
      kind: searchKinds.indexOf(piece.kind),
      tool: toolOf(session, piece),
      event: source === 'event' ? seq : null,
      stop: source === 'stop' ? seq : null,
      entry: source === 'entry' ? seq : null,
      otel: source === 'otel' ? seq : null,
      source: searchSources.indexOf(source),
      slot,
    };
  }

  /** A transcript's result does not name its tool; its call, which stands before it, does. */
  function toolOf(session: number, { kind, toolName, toolUseId, identity }: SearchPiece): number | null {
    if (toolName !== undefined) return toolNo.get(toolName) ?? Number(addTool.run(toolName).lastInsertRowid);
    if (toolUseId === undefined || kind !== 'tool-result') return null;
    return bySameText.get(session, keyOf({ kind: 'tool-input', identity }))?.tool ?? null;
  }

  function freeId(atMs: number): number {
    let id = Math.min(Math.max(0, Math.trunc(atMs)), maxMs) * idsPerMs;
    // Many texts of one moment: in growing steps, or the thousandth would try a thousand ids.
    for (let tried = 0; byId.get(id); tried += 1) id += 1 + (tried >> 3) * 7;
    return id;
  }

  function remove(docs: readonly SearchDoc[]): void {
    for (const doc of docs) {
      parts.removeWords(doc);
      drop.run(doc.id);
      parts.uncount(doc.part);
    }
  }

  return {
    add,
    remove,
    docsOf: (session, limit) => ofSession.all(session, limit),
    doc: (id) => byId.get(id),
    ...parts,
    forgetTools(tools) {
      for (const no of tools) if (!parts.has('facets', facetWord.tool(no))) dropTool.run(no);
    },
    clearSome() {
      // Documents first: none may be in a part that is gone.
      if (dropSome.run().changes > 0 || parts.dropFirst()) return true;
      database.exec('DELETE FROM search_tools');
      return false;
    },
  };
}

const maxMs = 8.64e15 / idsPerMs;

function facetsOf({ kind, session, tool }: SearchDoc): string {
  const words = [`k${kind}`, facetWord.session(session)];
  if (tool !== null) words.push(facetWord.tool(tool));
  return words.join(' ');
}

/** Six bytes: among the texts of one session no two are alike by chance. */
function keyOf({ kind, identity }: Pick<SearchPiece, 'kind' | 'identity'>): number {
  return createHash('sha1').update(`${kind}\0${identity}`).digest().readUIntBE(0, 6);
}
