import { quarterMs } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';

export interface SessionSteps {
  session: number;
  /** When the quarter of an hour began, ms. */
  at: number;
  steps: number;
}

const quarterOf = `at / ${quarterMs} * ${quarterMs}`;

/**
 * Steps of agents by session and quarter: hook events; of the time before a session's first event, what its transcript
 * tells. Quarters that lie in the time as a whole come from their counts, the two at its ends from the rows.
 */
export function* stepsIn(
  database: Database,
  { from, to, firstOf }: { from: number; to: number; firstOf: ReadonlyMap<number, number> },
): Generator<SessionSteps> {
  const first = Math.ceil(from / quarterMs) * quarterMs;
  const end = Math.max(first, Math.floor(to / quarterMs) * quarterMs);
  const edges =
    first > end || first >= to
      ? [[from, to]]
      : [
          [from, first],
          [end, to],
        ];
  const isTold = ({ session, at }: SessionSteps) => at < (firstOf.get(session) ?? Number.POSITIVE_INFINITY);

  const counted = (table: string) =>
    database.prepare<[number, number], SessionSteps>(
      `SELECT session, at, steps FROM ${table} WHERE at >= ? AND at < ?`,
    );
  yield* counted('step_counts').iterate(first, end);
  for (const row of counted('said_steps').iterate(first, end)) if (isTold(row)) yield row;

  // What is not counted yet: `call_folds` says up to where a session is.
  const isHook = `source = 'hook' AND log.session IS NOT NULL`;
  const rest = (table: string, seqs: string) =>
    database.prepare<[number, number], SessionSteps>(`
      SELECT log.session, ${quarterOf} AS at, count(*) AS steps
      FROM ${table} AS log LEFT JOIN call_folds AS fold ON fold.session = log.session
      WHERE ${isHook} AND +log.at >= ? AND +log.at < ? AND log.seq > coalesce(fold.seq, 0) ${seqs}
      GROUP BY log.session, ${quarterOf}`);
  const notTaken = `AND log.seq > (SELECT value FROM call_state WHERE key = 'events')`;
  yield* rest('event_log', notTaken).iterate(first, end);
  yield* rest('fresh_events', '').iterate(first, end);

  for (const [begin = 0, over = 0] of edges) {
    if (begin >= over) continue;
    for (const table of ['event_log', 'fresh_events'])
      yield* database
        .prepare<[number, number], SessionSteps>(`
          SELECT log.session, ${quarterOf} AS at, count(*) AS steps FROM ${table} AS log
          WHERE ${isHook} AND log.at >= ? AND log.at < ? GROUP BY log.session, ${quarterOf}`)
        .iterate(begin, over);
    const said = database.prepare<[number, number], SessionSteps>(`
      SELECT session, ${quarterOf} AS at, count(*) AS steps FROM transcript_entries
      WHERE at >= ? AND at < ? AND type IN ('user', 'assistant')
        AND session IN (SELECT session FROM said_steps)
        AND at >= coalesce((SELECT born FROM said_sessions AS told WHERE told.session = transcript_entries.session), 0)
      GROUP BY session, ${quarterOf}`);
    for (const row of said.iterate(begin, over)) if (isTold(row)) yield row;
  }
}
