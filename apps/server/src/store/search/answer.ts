import { type Filter, type Session, type SqlCondition, toSessionSql } from '@telltale/core';
import { present } from '@telltale/core/present';
import {
  parseSearch,
  type SearchKind,
  type SearchText,
  searchKinds,
  snippetOf,
  wantedTerms,
} from '@telltale/core/search';
import type { FoundSession, SearchAnswer, SearchHit, SearchOrder } from '@telltale/core/search-view';
import type { Database } from 'better-sqlite3';
import type { SearchProgress } from './build.ts';
import { createSearchCopies, type EntryPlace } from './copies.ts';
import { createSearchReader, type FoundDoc, type FoundDocs, kindOf, type SearchConditions } from './read.ts';
import { idsPerMs, type SearchIndex } from './search-index.ts';
import type { SearchSources } from './sources.ts';

/** One question to the search. */
export interface SearchQuery {
  q: string;
  kind?: SearchKind;
  tool?: string;
  app?: string;
  model?: string;
  user?: string;
  session?: string;
  /** What must hold for the session; words of it belong into `q`. */
  filter?: Filter;
  fromMs?: number;
  toMs?: number;
  order: SearchOrder;
  cursor?: string;
  limit: number;
  now: number;
}

export interface SearchAnswerDeps {
  index: SearchIndex;
  sources: SearchSources;
  progress(): SearchProgress;
  /** A document was found whose text is gone. */
  onLost(): void;
}

/** Counted, and put in order by how well they fit, at most. */
const countedDocs = 2000;
/** For each facet that is chosen one more look. */
const countedForFacet = 1000;
const maxFacetValues = 12;
/** Of one look; there are several. */
const lookMs = 15;

/** What somebody said weighs more than what a tool printed. */
const kindWeights = {
  prompt: 1.6,
  answer: 1.3,
  'tool-input': 1,
  'tool-result': 0.7,
  thinking: 0.7,
  summary: 0.7,
} as const;
const dayMs = 86_400_000;

type FacetKey = 'kind' | 'tool' | 'app' | 'model' | 'user';
const facetKeys = ['kind', 'tool', 'app', 'model', 'user'] as const;

interface SessionRow {
  no: number;
  id: string;
  app: string | null;
  title: string | null;
  branch: string | null;
  user: string | null;
  model: string | null;
  state: Session['state'] | null;
  started_at: number | null;
  last_event_at: number | null;
}

export function createSearchAnswer(database: Database, deps: SearchAnswerDeps) {
  const { index, sources } = deps;
  const copies = createSearchCopies(database, sources);
  const reader = createSearchReader(database, { parts: index.parts, copies });
  const sessionRows = database.prepare<[string], SessionRow>(`
    SELECT no, id, app, title, branch, user, model, state, started_at, last_event_at
    FROM sessions WHERE no IN (SELECT value FROM json_each(?))`);

  return function search(query: SearchQuery): SearchAnswer {
    const text = parseSearch(query.q);
    const counted = reader.find(text, conditionsOf(query), { limit: countedDocs, maxMs: lookMs });
    const isMore = counted.goesOnBelow !== undefined;
    const sessions = sessionsOf(counted.docs);
    // Where a look found nothing in its time there is nothing to put in order: it goes on to what is older.
    const isBest = query.order === 'best' && !query.cursor?.startsWith('n') && (counted.docs.length > 0 || !isMore);
    const page = isBest ? bestPage(text, query, counted) : newestPage(text, query, counted);
    return {
      sessions: grouped(text, page.docs),
      total: {
        hits: counted.docs.length,
        sessions: sessions.size,
        isMore,
      },
      facets: facetsOf(text, query, counted.docs),
      next: page.next,
      index: deps.progress(),
    };
  };

  function newestPage(text: SearchText, query: SearchQuery, counted: FoundDocs): DocPage {
    const { limit, cursor } = query;
    const below = cursor === undefined ? undefined : Number(/^n(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
    const found: FoundDocs =
      below === undefined || Number.isNaN(below)
        ? counted
        : reader.find(text, conditionsOf(query), { below, limit: limit + 1, maxMs: lookMs });
    const shown = found.docs.slice(0, limit);
    const goesOn = found.docs.length > limit ? shown.at(-1)?.id : found.goesOnBelow;
    return { docs: shown, next: goesOn === undefined ? null : `n${goesOn}` };
  }

  /** Among the newest that hold the words; the first page says up to where it looked, so that pages do not shift. */
  function bestPage(text: SearchText, query: SearchQuery, counted: FoundDocs): DocPage {
    const [, top, skipped] = /^b(\d+)-(\d+)$/.exec(query.cursor ?? '') ?? [];
    const below = top === undefined ? undefined : Number(top) + 1;
    const { docs } =
      below === undefined
        ? counted
        : reader.find(text, conditionsOf(query), { below, limit: countedDocs, maxMs: lookMs });
    const weights = reader.weigh(text, docs);
    const scoreOf = ({ id, kind }: FoundDoc) => {
      const ageDays = Math.max(0, query.now - id / idsPerMs) / dayMs;
      return ((1 + (weights.get(id) ?? 0)) * kindWeights[kindOf(kind)]) / (1 + ageDays / 30) ** 0.3;
    };
    const scored = docs.map((doc) => ({ doc, score: scoreOf(doc) })).sort((a, b) => b.score - a.score);
    const from = Number(skipped ?? 0);
    const end = from + query.limit;
    const newest = below === undefined ? docs[0]?.id : below - 1;
    return {
      docs: scored.slice(from, end).map(({ doc }) => doc),
      next: end < scored.length ? `b${newest}-${end}` : null,
    };
  }

  function grouped(text: SearchText, docs: readonly FoundDoc[]): SearchAnswer['sessions'] {
    const sessions = sessionsOf(docs);
    const tools = reader.toolNames();
    const groups = new Map<number, SearchAnswer['sessions'][number]>();
    for (const doc of docs) {
      const row = sessions.get(doc.session);
      const hit = row && hitOf(text, doc, tools);
      if (!row || !hit) continue;
      const group = groups.get(doc.session) ?? { session: foundSession(row), hits: [] };
      group.hits.push(hit);
      groups.set(doc.session, group);
    }
    return [...groups.values()];
  }

  /** Undefined where the text is gone. */
  function hitOf(text: SearchText, found: FoundDoc, tools: ReadonlyMap<number, string>): SearchHit | undefined {
    const doc = index.doc(found.id);
    const { piece, event, entry, at } = doc ? sources.recordOf(doc) : {};
    if (!doc || !piece) {
      deps.onLost();
      return undefined;
    }
    const said = entry?.line.promptId;
    const copied = doc.entry === null ? undefined : copies.of(doc.session, doc.entry);
    const others = copied?.copies.filter(({ session }) => session !== doc.session) ?? [];
    return {
      kind: piece.kind,
      at: at ?? new Date(Math.floor(doc.id / idsPerMs)).toISOString(),
      ...present({
        seq: doc.event ?? doc.stop ?? doc.otel ?? undefined,
        entry: doc.entry ?? undefined,
        promptId: event?.promptId ?? (typeof said === 'string' ? said : undefined),
        toolUseId: piece.toolUseId,
        toolName: piece.toolName ?? (doc.tool === null ? undefined : tools.get(doc.tool)),
        agentId: event?.agentId ?? entry?.agentId,
        saidIn: copied && copied.owner.session !== doc.session ? toldPlace(copied.owner) : undefined,
        copiedTo: others.length > 0 ? others.map(toldPlace) : undefined,
      }),
      snippet: snippetOf(piece.text, wantedTerms(text)),
    };
  }

  function facetsOf(text: SearchText, query: SearchQuery, counted: readonly FoundDoc[]): SearchAnswer['facets'] {
    const tools = reader.toolNames();
    const counts = (key: FacetKey) => {
      const docs =
        query[key] === undefined
          ? counted
          : reader.find(text, conditionsOf(query, key), { limit: countedForFacet, maxMs: lookMs }).docs;
      const sessions = sessionsOf(docs);
      return countsOf(docs, (doc) => facetValue[key](doc, sessions.get(doc.session), tools));
    };
    const [kinds, toolCounts, apps, models, users] = facetKeys.map(counts);
    return {
      kinds: searchKinds.flatMap((value) => kinds?.filter((count) => count.value === value) ?? []) as never,
      apps: apps ?? [],
      tools: toolCounts ?? [],
      models: models ?? [],
      users: users ?? [],
    };
  }

  function sessionsOf(docs: readonly FoundDoc[]): Map<number, SessionRow> {
    const ids = JSON.stringify([...new Set(docs.map(({ session }) => session))]);
    return new Map(sessionRows.all(ids).map((row) => [row.no, row]));
  }
}

interface DocPage {
  docs: FoundDoc[];
  next: string | null;
}

const facetValue: Record<
  FacetKey,
  (doc: FoundDoc, session: SessionRow | undefined, tools: ReadonlyMap<number, string>) => string | null | undefined
> = {
  kind: ({ kind }) => kindOf(kind),
  tool: ({ tool }, _, tools) => (tool === null ? null : tools.get(tool)),
  app: (_, session) => session?.app,
  model: (_, session) => session?.model,
  user: (_, session) => session?.user,
};

/** The most frequent first. */
function countsOf(docs: readonly FoundDoc[], of: (doc: FoundDoc) => string | null | undefined) {
  const counts = new Map<string, number>();
  for (const doc of docs) {
    const value = of(doc);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, hits]) => ({ value, hits }))
    .sort((a, b) => b.hits - a.hits || (a.value < b.value ? -1 : 1))
    .slice(0, maxFacetValues);
}

/** `without`: the one condition that is left out, to count what else could be chosen. */
function conditionsOf(query: SearchQuery, without?: FacetKey): SearchConditions {
  const { kind, tool, fromMs, toMs } = query;
  const sessions = sessionCondition(query, without);
  return present({
    kind: without === 'kind' ? undefined : kind,
    tool: without === 'tool' ? undefined : tool,
    sessions,
    fromMs,
    toMs,
  }) as SearchConditions;
}

function sessionCondition(query: SearchQuery, without: FacetKey | undefined): SqlCondition | undefined {
  const conditions: string[] = [];
  const params: (string | number)[] = [];
  for (const key of ['app', 'model', 'user'] as const) {
    const value = query[key];
    if (value === undefined || key === without) continue;
    conditions.push(`sessions.${key} = ?`);
    params.push(value);
  }
  if (query.session !== undefined) {
    conditions.push('sessions.id = ?');
    params.push(query.session);
  }
  if (query.filter && query.filter.terms.length > 0) {
    const { where, params: values } = toSessionSql(query.filter, query.now);
    conditions.push(where);
    params.push(...values);
  }
  return conditions.length > 0 ? { where: conditions.join(' AND '), params } : undefined;
}

const toldPlace = ({ sessionId, seq }: EntryPlace) => ({ sessionId, entry: seq });

function foundSession(row: SessionRow): FoundSession {
  const iso = (ms: number | null) => (ms === null ? undefined : new Date(ms).toISOString());
  return {
    id: row.id,
    ...present({
      app: row.app ?? undefined,
      title: row.title ?? undefined,
      branch: row.branch ?? undefined,
      user: row.user ?? undefined,
      model: row.model ?? undefined,
      state: row.state ?? undefined,
      startedAt: iso(row.started_at),
      lastEventAt: iso(row.last_event_at),
    }),
  };
}
