import { quarterMs } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';

export interface SessionSteps {
  session: number;
  /** When the quarter of an hour began, ms. */
  at: number;
  steps: number;
}

const quarterOf = `at / ${quarterMs} * ${quarterMs}`;

/** A row that an agent made; what is older than its session was copied into it. */
const isSaidStep = `type IN ('user', 'assistant')
  AND at >= coalesce((SELECT born FROM said_sessions AS told WHERE told.session = transcript_entries.session), 0)`;

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
  const saidBetween = database
    .prepare<[number, number, number], number>(`
      SELECT count(*) FROM transcript_entries WHERE session = ? AND at >= ? AND at < ? AND ${isSaidStep}`)
    .pluck();
  /** Of the quarter in which the first event came, the part before it. */
  function* told(rows: Iterable<SessionSteps>, begin: number): Generator<SessionSteps> {
    for (const row of rows) {
      const until = firstOf.get(row.session) ?? Number.POSITIVE_INFINITY;
      if (row.at + quarterMs <= until) yield row;
      else if (row.at < until)
        yield { ...row, steps: saidBetween.get(row.session, Math.max(row.at, begin), until) ?? 0 };
    }
  }

  const counted = (table: string) =>
    database.prepare<[number, number], SessionSteps>(
      `SELECT session, at, steps FROM ${table} WHERE at >= ? AND at < ?`,
    );
  yield* counted('step_counts').iterate(first, end);
  yield* told(counted('said_steps').all(first, end), first);

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
      WHERE at >= ? AND at < ? AND session IN (SELECT session FROM said_steps) AND ${isSaidStep}
      GROUP BY session, ${quarterOf}`);
    yield* told(said.all(begin, over), begin);
  }
}
