import {
  fieldsAt,
  type LedgerRow,
  type Prices,
  type PromptTrace,
  priceOf,
  type SaidRequest,
  type TranscriptEntry,
  textAt,
  usageOf,
} from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** The tables that requests are kept in, inside a transaction. What is written twice changes nothing. */
export interface LedgerRows {
  /** The numbers of the other sessions that this changes. */
  putRequest(session: number, row: LedgerRow): number[];
  putTrace(session: number, trace: PromptTrace): void;
  /** Whether the request is another session's, too. */
  putSaid(session: number, request: SaidRequest, isCopy: boolean): boolean;
  /** The earliest entry that no fork copies. */
  putBirth(session: number, at: number): void;
}

export function createLedgerRows(database: Database, prices: Prices): LedgerRows {
  const columns = `id, has_id, session, at, prompt_id, trace_id, agent_id, agent_type, query_source, model, effort, speed, geo,
    client_version, cost_nanos, table_nanos, input, output, cache_read, cache_creation, cache_1h, duration_ms, ttft_ms,
    is_reckoned`;
  const put = database.prepare(`INSERT INTO api_requests (${columns}) VALUES (${marksFor(columns)})
    ON CONFLICT (id) DO UPDATE SET ${setAll(columns)} WHERE excluded.at <= at`);
  const sessionOf = database.prepare<[string], number>('SELECT session FROM api_requests WHERE id = ?').pluck();
  const saidIn = database.prepare<[string], number>('SELECT session FROM said_requests WHERE id = ?').pluck();
  const putTrace = database.prepare(`
    INSERT INTO prompt_traces (trace_id, session, at, prompt_id) VALUES (?, ?, ?, ?)
    ON CONFLICT (trace_id) DO UPDATE SET session = excluded.session, at = excluded.at, prompt_id = excluded.prompt_id
    WHERE (excluded.at, excluded.prompt_id) < (at, prompt_id)`);
  const said = `id, session, is_owner, is_copy, at, prompt_id, agent_id, model, speed, geo, client_version, table_nanos,
    input, output, cache_read, cache_creation, cache_1h, web_searches`;
  // A request has a row for each of its blocks: the one with the most output knows all of it.
  const putSaid = database.prepare(`INSERT INTO said_requests (${said}) VALUES (${marksFor(said)})
    ON CONFLICT (id, session) DO UPDATE SET ${setAll(said.replace('is_owner,', ''))}
    WHERE excluded.output > output OR (excluded.output = output AND excluded.at <= at)`);
  const putBirth = database.prepare(`
    INSERT INTO said_sessions (session, born) VALUES (?, ?)
    ON CONFLICT (session) DO UPDATE SET born = excluded.born WHERE born IS NULL OR excluded.born < born`);
  const contest = database.prepare(`
    INSERT INTO said_sessions (session, is_contested) VALUES (?, 1) ON CONFLICT (session) DO UPDATE SET is_contested = 1`);

  const putKin = database.prepare('INSERT OR IGNORE INTO kin (session, other) VALUES (?, ?)');

  function priceNanos(model: string, at: number, usage: Parameters<typeof priceOf>[1]): number | null {
    return priceOf(model, usage, { at: new Date(at).toISOString(), prices })?.nanos ?? null;
  }

  return {
    putRequest(session, row) {
      const { input, output, cacheRead, cacheCreation } = row.tokens;
      const usage = { ...row.tokens, cacheCreation1h: row.cacheCreation1h, speed: row.speed, geo: row.geo };
      const tableNanos = priceNanos(row.model, row.at, usage);
      const before = sessionOf.get(row.id);
      put.run(
        ...[
          row.id,
          row.isNameless ? 0 : 1,
          session,
          row.at,
          row.promptId ?? null,
          row.traceId ?? null,
          row.agentId ?? null,
        ],
        ...[row.agentType ?? null, row.querySource ?? null, row.model, row.effort ?? null, row.speed ?? null],
        ...[row.geo ?? null, row.clientVersion ?? null, row.costNanos ?? tableNanos ?? 0, tableNanos],
        ...[input, output, cacheRead, cacheCreation, row.cacheCreation1h, row.durationMs ?? null, row.ttftMs ?? null],
        row.costNanos === undefined ? 1 : 0,
      );
      const others = saidIn.all(row.id);
      return before === undefined ? others : [...others, before];
    },

    putTrace: (session, { traceId, at, promptId }) => void putTrace.run(traceId, session, at, promptId),

    putSaid(session, request, isCopy) {
      const { input, output, cacheRead, cacheCreation } = request.tokens;
      const at = Date.parse(request.at);
      const others = saidIn.all(request.id).filter((other) => other !== session);
      putSaid.run(
        ...[request.id, session, others.length === 0 ? 1 : 0, isCopy ? 1 : 0, at, request.promptId ?? null],
        ...[request.agentId ?? null, request.model, request.speed ?? null, request.geo ?? null],
        ...[request.clientVersion ?? null, priceNanos(request.model, at, usageOf(request))],
        ...[input, output, cacheRead, cacheCreation, request.cacheCreation1h, request.webSearches],
      );
      for (const one of others.length === 0 ? [] : [session, ...others]) contest.run(one);
      for (const other of others) {
        putKin.run(session, other);
        putKin.run(other, session);
      }
      return others.length > 0;
    },

    putBirth: (session, at) => void putBirth.run(session, at),
  };
}

/** A fork copies the rows of another session, and mostly says so. */
export function isCopiedEntry({ sessionId, line }: TranscriptEntry): boolean {
  if (fieldsAt(line, 'forkedFrom') !== undefined) return true;
  const told = textAt(line, 'sessionId');
  return told !== undefined && told !== sessionId;
}

function marksFor(columns: string): string {
  return columns.replace(/[^,]+/g, '?');
}

function setAll(columns: string): string {
  const names = columns.split(',').map((name) => name.trim());
  return names
    .filter((name) => name !== 'id')
    .map((name) => `${name} = excluded.${name}`)
    .join(', ');
}
