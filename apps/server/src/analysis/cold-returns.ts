import { type CachedRequest, coldReturns as coldReturnsAmong } from '@telltale/core/analysis';
import { isMainAgentSql } from '../store/ledger/request-sql.ts';
import type { Asked } from './asked.ts';
import type { AnalysisDefinition, Sources } from './definition.ts';
import { sessionKey } from './session-key.ts';

interface Row extends CachedRequest {
  session: number;
}

/** A request may follow one that lies before the range: an hour of cache and a night of idling. */
const lookBackMs = 7 * 24 * 60 * 60_000;

export const coldReturns: AnalysisDefinition = {
  title: 'Cold returns',
  question: 'What did coming back after the cache had expired cost?',
  view: 'money',
  shape: 'ranked',
  by: { project: 'project', session: 'session', model: 'model', user: 'user' },
  measures: [
    { key: 'lostUsd', label: 'lost', unit: 'usd', as: 'sum' },
    { key: 'returns', label: 'cold returns', unit: 'count', as: 'sum' },
    { key: 'tokens', label: 'tokens written again', unit: 'tokens', as: 'sum' },
    { key: 'idleMs', label: 'idle, median', unit: 'ms', as: 'p50' },
  ],
  *facts({ database, sessions, prices }, asked) {
    for (const [session, requests] of conversations(database, asked)) {
      const key = sessionKey(asked.by, sessions(session));
      for (const { at, model, idleMs, tokens, lostNanos = 0 } of coldReturnsAmong(requests, prices)) {
        if (at < asked.from || (asked.model !== undefined && model !== asked.model)) continue;
        yield {
          ...(key ?? { key: model }),
          ...{ session, at, numbers: { lostUsd: lostNanos, returns: 1, tokens }, samples: { idleMs } },
        };
      }
    }
  },
};

/** Requests of main agents by session, oldest first; what the client asks for itself (titles) holds no conversation. */
function* conversations(
  database: Sources['database'],
  { from, to, only }: Asked,
): Generator<[number, CachedRequest[]]> {
  const rows = database.prepare<[number, number], Row>(`
    SELECT session, at, duration_ms AS durationMs, model, cache_read AS cacheRead, cache_creation AS cacheCreation,
      cache_1h AS cache1h, speed
    FROM spend
    WHERE at >= ? AND at < ? AND kind <> 'unattributed' AND ${isMainAgentSql}
    ORDER BY session, at, id`);
  let session: number | undefined;
  let requests: CachedRequest[] = [];
  for (const row of rows.iterate(from - lookBackMs, to)) {
    if (only && !only.has(row.session)) continue;
    if (session !== undefined && row.session !== session) {
      yield [session, requests];
      requests = [];
    }
    session = row.session;
    requests.push({ ...row, durationMs: row.durationMs ?? undefined, speed: row.speed ?? undefined });
  }
  if (session !== undefined) yield [session, requests];
}
