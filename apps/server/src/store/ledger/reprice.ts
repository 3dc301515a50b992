import { createHash } from 'node:crypto';
import { type Prices, priceOf } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Step } from '../background-build.ts';

interface PricedRow {
  id: string;
  session: number;
  sessionId: string;
  at: number;
  model: string;
  speed: string | null;
  geo: string | null;
  tableNanos: number | null;
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
  cacheCreation1h: number;
  webSearches: number;
}

const stepRows = 200;

/** What the price table says of every request, where it says something else than before. */
export function repriceParts(
  database: Database,
  prices: Prices,
  { onChanged }: { onChanged(sessionId: string): void },
): Step[] {
  return [
    // What the client reckoned stays; where it told nothing, the table says what it cost.
    repriced('api_requests', {
      webSearches: '0',
      more: ', cost_nanos = iif(is_reckoned = 1, coalesce(@nanos, 0), cost_nanos)',
    }),
    repriced('said_requests', { webSearches: 'web_searches', more: '' }),
  ];

  function repriced(table: string, { webSearches, more }: { webSearches: string; more: string }): Step {
    const rows = database.prepare<[string, number, number], PricedRow>(`
      SELECT request.id, session, sessions.id AS sessionId, at, request.model, speed, geo, table_nanos AS tableNanos,
        input, output, cache_read AS cacheRead, cache_creation AS cacheCreation, cache_1h AS cacheCreation1h,
        ${webSearches} AS webSearches
      FROM ${table} AS request JOIN sessions ON sessions.no = session
      WHERE (request.id, session) > (?, ?) ORDER BY request.id, session LIMIT ?`);
    const put = database.prepare(
      `UPDATE ${table} SET table_nanos = @nanos ${more} WHERE id = @id AND session = @session`,
    );

    return ({ id, seq }) => {
      const found = rows.all(id, seq, stepRows);
      for (const { speed, geo, ...row } of found) {
        const usage = { ...row, speed: speed ?? undefined, geo: geo ?? undefined };
        const nanos = priceOf(row.model, usage, { at: new Date(row.at).toISOString(), prices })?.nanos ?? null;
        if (nanos === row.tableNanos) continue;
        put.run({ nanos, id: row.id, session: row.session });
        onChanged(row.sessionId);
      }
      const last = found.at(-1);
      return last && { id: last.id, seq: last.session };
    };
  }
}

/** Another one for other prices. */
export function fingerprintOf(prices: Prices): string {
  return createHash('sha256')
    .update(JSON.stringify([...prices]))
    .digest('hex')
    .slice(0, 16);
}
