import type { Database } from 'better-sqlite3';
import type { Tombstones } from './tombstones.ts';

/**
 * Takes everything of a session out of the database, inside a transaction. What stays is its number and how far each
 * transcript file had come, for the case that it goes on. Undefined where nothing is: what is not known may still come.
 */
export function deleteSessionRows(
  database: Database,
  tombstones: Tombstones,
  { id, deletedAt }: { id: string; deletedAt: number },
): { events: number } | undefined {
  const no = database.prepare<[string], number>('SELECT no FROM sessions WHERE id = ?').pluck().get(id);
  if (no === undefined || !hasAnything(database, no)) return undefined;
  tombstones.bury(no, id, deletedAt);
  // Up to when it was forgotten stays: what comes again of that time has no record of its own among the deleted.
  database.prepare('UPDATE pruned SET results_seq = 0, fold = NULL, transcript = NULL WHERE session = ?').run(no);
  const facets = facetsOf(database, no);
  const origins = originsOf(database, no);
  const deleted = { events: 0 };
  for (const [table, condition] of deletions) {
    const { changes } = database.prepare(`DELETE FROM ${table} WHERE ${condition}`).run(no);
    if (table === 'fresh_events' || table === 'event_log') deleted.events += changes;
  }
  for (const statement of telemetryDeletions) database.prepare(statement).run(id);
  deleteLedger(database, no);
  database.prepare('INSERT INTO sessions (no, id) VALUES (?, ?)').run(no, id);
  deleteUnusedFacets(database, facets);
  deleteUnusedOrigins(database, origins);
  return deleted;
}

/** What a fork copied from it is no longer counted anywhere, and what another session's copies were stays counted once. */
function deleteLedger(database: Database, no: number): void {
  database.prepare(sharersOf).run({ no });
  database.prepare(disownCopies).run({ no });
  database
    .prepare('DELETE FROM kin WHERE (session, other) IN (SELECT other, session FROM kin WHERE session = ?)')
    .run(no);
  for (const table of ledgerTables) database.prepare(`DELETE FROM ${table} WHERE session = ?`).run(no);
}

function hasAnything(database: Database, no: number): boolean {
  const found = ['event_log', 'fresh_events', 'transcript_entries', 'annotations'].find((table) =>
    database.prepare(`SELECT 1 FROM ${table} WHERE session = ? LIMIT 1`).get(no),
  );
  const pruned = database.prepare(
    'SELECT 1 FROM pruned WHERE session = ? AND (fold IS NOT NULL OR transcript IS NOT NULL)',
  );
  const metered = database.prepare('SELECT 1 FROM sessions WHERE no = ? AND metered IS NOT NULL');
  return found !== undefined || pruned.get(no) !== undefined || metered.get(no) !== undefined;
}

/** Where the values of a facet stand, the small table first. Names of events are the client's, not a session's. */
const facetColumns = {
  apps: ['sessions.app', 'event_log.app', 'fresh_events.app'],
  branches: ['sessions.branch'],
  users: ['sessions.user'],
  hosts: ['sessions.host'],
  repos: ['sessions.repo'],
  providers: ['sessions.provider'],
  models: ['sessions.model', 'event_log.model', 'fresh_events.model'],
  tools: ['event_log.tool_name', 'fresh_events.tool_name'],
  agents: ['event_log.agent_type', 'fresh_events.agent_type'],
} as const;

interface Facet {
  kind: keyof typeof facetColumns;
  value: string;
}

const tablesOf = (column: string) => column.slice(0, column.indexOf('.'));

function facetsOf(database: Database, no: number): Facet[] {
  return Object.entries(facetColumns).flatMap(([kind, columns]) => {
    const selects = columns.map((column) => {
      const table = tablesOf(column);
      return `SELECT ${column} FROM ${table} WHERE ${table === 'sessions' ? 'no' : 'session'} = :no AND ${column} IS NOT NULL`;
    });
    const values = database.prepare<[{ no: number }], string>(selects.join(' UNION ')).pluck().all({ no });
    return values.map((value) => ({ kind: kind as Facet['kind'], value }));
  });
}

function deleteUnusedFacets(database: Database, facets: readonly Facet[]): void {
  const drop = database.prepare('DELETE FROM facets WHERE kind = ? AND value = ?');
  for (const { kind, value } of facets) {
    const isUsed = facetColumns[kind].some((column) => {
      // The number of a session that is gone says nothing, but its row has the provider that is usual.
      const isTold = tablesOf(column) === 'sessions' ? 'AND started_at IS NOT NULL' : '';
      return database.prepare(`SELECT 1 FROM ${tablesOf(column)} WHERE ${column} = ? ${isTold} LIMIT 1`).get(value);
    });
    if (!isUsed) drop.run(kind, value);
  }
}

function originsOf(database: Database, no: number): number[] {
  return database
    .prepare<[{ no: number }], number>(`
      SELECT origin FROM event_log WHERE session = :no AND origin IS NOT NULL
      UNION SELECT origin FROM fresh_events WHERE session = :no AND origin IS NOT NULL`)
    .pluck()
    .all({ no });
}

function deleteUnusedOrigins(database: Database, origins: readonly number[]): void {
  database
    .prepare(`
      DELETE FROM origins WHERE no IN (SELECT value FROM json_each(?)) AND no NOT IN (
        SELECT origin FROM event_log WHERE origin IS NOT NULL
        UNION SELECT origin FROM fresh_events WHERE origin IS NOT NULL)`)
    .run(JSON.stringify(origins));
}

/** In this order: the rows that others are found by go last. */
const deletions = [
  [
    'twins',
    `seq IN (WITH mine (no) AS (SELECT ?) SELECT seq FROM event_log, mine WHERE session = mine.no
       UNION ALL SELECT seq FROM fresh_events, mine WHERE session = mine.no)`,
  ],
  ['batches', 'no IN (SELECT batch FROM event_log WHERE session = ?)'],
  ['event_log', 'session = ?'],
  ['fresh_events', 'session = ?'],
  ['annotations', 'session = ?'],
  ['transcript_entries', 'session = ?'],
  ['transcript_chunks', 'session = ?'],
  ['call_pages', 'session = ?'],
  ['call_folds', 'session = ?'],
  ['step_counts', 'session = ?'],
  ['said_calls', 'session = ?'],
  ['said_steps', 'session = ?'],
  ['sessions', 'no = ?'],
] as const;

/** By the session's id: telemetry needs no session. */
const telemetryDeletions = [
  'DELETE FROM metric_points WHERE series IN (SELECT no FROM metric_series WHERE session_id = ?)',
  'DELETE FROM metric_series WHERE session_id = ?',
  'DELETE FROM spans WHERE session_id = ?',
  'DELETE FROM quota_points WHERE session_id = ?',
];

const ledgerTables = [
  ...['api_requests', 'prompt_traces', 'said_requests', 'said_sessions', 'unattributed', 'forgotten_points'],
  ...['session_totals', 'kin'],
];
/** Sessions that have a request of its own, too: their totals are made anew. */
const sharersOf = `
  INSERT INTO stale_totals (session_id)
  SELECT DISTINCT sessions.id FROM said_requests AS said JOIN sessions ON sessions.no = said.session
  WHERE said.session <> @no AND said.id IN (
    SELECT id FROM api_requests WHERE session = @no UNION SELECT id FROM said_requests WHERE session = @no)
  ON CONFLICT DO NOTHING`;
const disownCopies = `
  UPDATE said_requests SET is_owner = 0 WHERE session <> @no AND id IN (SELECT id FROM api_requests WHERE session = @no)`;

/** Pages per step, so that nobody waits for long. */
const erasePages = 500;

/**
 * Takes freed pages out of the file and empties the log, so that nothing of what was deleted can be read from disk.
 * What is freed inside a page is overwritten at once, see `secure_delete` in open.ts.
 */
export async function eraseFreed(
  database: Database,
  inTransaction: (work: () => void) => Promise<void>,
): Promise<void> {
  const free = () => Number(database.pragma('freelist_count', { simple: true }));
  for (let left = free(); left > 0; left -= erasePages) {
    await inTransaction(() => database.pragma(`incremental_vacuum(${erasePages})`));
  }
  database.pragma('wal_checkpoint(TRUNCATE)');
}
