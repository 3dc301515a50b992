import { type Prices, toSessionSql } from '@telltale/core';
import { type Analysis, bucketSizeFor, bucketStarts, createTally, maxBuckets } from '@telltale/core/analysis';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';
import type { Payloads } from '../store/payloads.ts';
import type { Asked } from './asked.ts';
import { createBehindFilter } from './behind.ts';
import { createCallSource } from './calls.ts';
import type { AnalysisDefinition, AnalysisQuery } from './definition.ts';
import { createFirstEvents } from './first-events.ts';
import { createKnownSessions } from './known-sessions.ts';
import { analysisNamed } from './table.ts';

export interface Analyst {
  run(query: AnalysisQuery): Analysis;
  /** The same, with a pause after each fact; one state of the database is for whoever goes through them to keep. */
  steps(query: AnalysisQuery): Generator<undefined, Analysis>;
}

export interface AnalystDeps {
  payloads: Payloads;
  prices: Prices;
  isStopped?: () => boolean;
}

/** Sessions behind a number that are told by name, the newest; `behindFilter` opens all of them. */
const maxBehind = 40;

/** Answers from a connection that only reads; what must be written before is written by who asks. */
export function createAnalyst(database: Database, { payloads, prices, isStopped = () => false }: AnalystDeps): Analyst {
  const firstEvents = createFirstEvents(database);
  const calls = createCallSource(database, payloads, firstEvents);
  const sessionsIn = database
    .prepare<[number, number], number>(`
      SELECT no FROM sessions
      WHERE transcript IS NOT NULL AND last_event_at >= ? AND (started_at IS NULL OR started_at < ?)`)
    .pluck();
  const filterOf = createBehindFilter(database);
  const oldest = database
    .prepare<[], number | null>(
      'SELECT min(coalesce((SELECT min(at) FROM spend), at), at) FROM (SELECT coalesce(min(started_at), 0) AS at FROM sessions)',
    )
    .pluck();
  const newest = database
    .prepare<[], number | null>(
      'SELECT max(coalesce((SELECT max(at) FROM spend), at), at) FROM (SELECT coalesce(max(started_at), 0) AS at FROM sessions)',
    )
    .pluck();

  function* steps(query: AnalysisQuery): Generator<undefined, Analysis> {
    const definition = analysisNamed(query.name);
    if (!definition) throw new Error(`there is no analysis ${query.name}`);
    const { timeZone, prices: way } = query;
    // Everything over time begins where there is something, and ends with the last of it.
    const isCut = definition.shape === 'time';
    const to =
      isCut && query.to > query.now ? Math.min(query.to, Math.max(query.now, (newest.get() ?? 0) + 1)) : query.to;
    const begin = Math.min(to, isCut && query.from <= 0 ? (oldest.get() ?? 0) : query.from);
    const by = query.by ?? Object.keys(definition.by)[0] ?? '';
    const { model } = query;
    const size = isCut ? (query.bucket ?? bucketSizeFor(begin, to)) : undefined;
    const buckets = size && bucketStarts(begin, to, size, timeZone);
    // More buckets than an answer holds: it says from when on it counts.
    const from = buckets?.length === maxBuckets ? Math.max(begin, buckets[0] ?? begin) : begin;
    const only = onlyOf(database, { ...query, from, to }, definition);
    const asked: Asked = { from, to, by, prices: way, timeZone, only, ...(model !== undefined && { model }) };
    const sessions = createKnownSessions(database);

    const { measures } = definition;
    const isBehind = query.row !== undefined || query.at !== undefined || query.behind !== undefined;
    const bucket = query.at === undefined ? undefined : buckets?.indexOf(query.at);
    const tally = createTally({
      ...{ measures, buckets, limit: query.limit },
      ...(isBehind && { behind: { row: query.row, bucket } }),
    });
    for (const fact of definition.facts({ database, sessions, calls, firstEvents, prices }, asked)) {
      // The service ends, and nobody waits for the answer any more.
      if (isStopped()) throw new Error('the service stops');
      tally.add(fact);
      yield;
    }
    const { behind, total, rows, ...result } = tally.result();
    const known = isBehind ? behind.sort((a, b) => b - a).map(sessions) : [];
    const unknown = definition.unknown === undefined ? 0 : countUnknown(asked);
    return present({
      ...{ name: query.name, title: definition.title, question: definition.question, shape: definition.shape },
      ...{ from: isoOf(from), to: isoOf(to), timeZone, by, prices: way, bucket: size },
      buckets: buckets?.map(isoOf),
      measures: measures.map(({ key, label, unit }) => ({ key, label, unit })),
      ...{ total, rows, ...result },
      unknown: unknown > 0 && definition.unknown ? { sessions: unknown, reason: definition.unknown } : undefined,
      behind: isBehind ? known.slice(0, maxBehind).map(({ id, app, title }) => present({ id, app, title })) : undefined,
      behindFilter:
        known.length === 0
          ? undefined
          : filterOf(
              known.map(({ id }) => id),
              { ...query, by, ...timeOf({ from, to, at: query.at, buckets }) },
            ),
    });
  }

  /** Sessions that nothing but a transcript tells of. */
  function countUnknown({ from, to, only }: Asked): number {
    const firstOf = firstEvents();
    return sessionsIn.all(from, to).filter((no) => !firstOf.has(no) && (!only || only.has(no))).length;
  }

  // One state of the database, whatever is stored meanwhile.
  const run = database.transaction((query: AnalysisQuery): Analysis => {
    const work = steps(query);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  });

  return { run: (query) => run(query), steps };
}

/** Of one bucket, or of all. */
function timeOf({
  from,
  to,
  at,
  buckets,
}: {
  from: number;
  to: number;
  at?: number | undefined;
  buckets?: number[] | undefined;
}) {
  const index = at === undefined ? -1 : (buckets?.indexOf(at) ?? -1);
  return index < 0 ? { from, to } : { from: buckets?.[index] ?? from, to: buckets?.[index + 1] ?? to };
}

/** Sessions that the conditions leave; undefined where there is none. */
function onlyOf(
  database: Database,
  { app, user, session, filter, model, from, to, now }: AnalysisQuery,
  { measures }: AnalysisDefinition,
): ReadonlySet<number> | undefined {
  const conditions: string[] = [];
  const params: (string | number)[] = [];
  const add = (condition: string, ...values: (string | number)[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (app !== undefined) add('sessions.app = ?', app);
  if (user !== undefined) add('sessions.user = ?', user);
  if (session !== undefined) add('sessions.id = ?', session);
  if (filter && filter.terms.length > 0) {
    const { where, params: values } = toSessionSql(filter, now);
    add(where, ...values);
  }
  // Where requests are counted, the model is the request's own; elsewhere it says which sessions are meant.
  if (model !== undefined && !measures.some(({ key }) => countsRequests.has(key)))
    add('sessions.no IN (SELECT session FROM spend WHERE model = ? AND at >= ? AND at < ?)', model, from, to);
  if (conditions.length === 0) return undefined;
  const rows = database.prepare<unknown[], number>(`SELECT no FROM sessions WHERE ${conditions.join(' AND ')}`).pluck();
  return new Set(rows.all(...params));
}

const countsRequests: ReadonlySet<string> = new Set(['requests', 'tokens', 'contextTokens']);

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
