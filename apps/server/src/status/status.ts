import { dayStart, type LostTranscripts, type ServiceStatus } from '@telltale/core';
import type { Hub } from '../live/hub.ts';
import type { Spool } from '../spool/spool.ts';
import type { Store } from '../store/store.ts';
import type { createLoopLag, Metric } from './metrics.ts';

export interface StatusDeps {
  store: Store;
  hub: Hub;
  spool: Spool;
  version: string;
  /** Folder of this installation's code, for the command that connects a project; none where no user sees that folder. */
  root: string | undefined;
  timeZone: string;
  grafanaUrl: string | undefined;
  now: () => number;
  /** Why nothing can be stored now, in one sentence. */
  storageProblem: () => string | undefined;
  /** What Claude Code deleted before it was here. */
  lostTranscripts: () => LostTranscripts | undefined;
  /** Why sessions cannot be archived now. */
  archiveProblem: () => string | undefined;
  /** Where OTLP is taken beside the service's own address; `off` where a collector has the port. */
  otlpPort: () => number | 'off' | undefined;
}

/** What the page shows of the service's own state. */
export async function statusOf(deps: StatusDeps): Promise<ServiceStatus> {
  const { store, hub, spool, version, root, timeZone, grafanaUrl } = deps;
  const { events, sessions, databaseBytes, rejected } = store.stats();
  const { items, dropped } = await spool.backlog();
  const storageProblem = deps.storageProblem();
  const lostTranscripts = deps.lostTranscripts();
  const archiveProblem = deps.archiveProblem();
  const otlpPort = deps.otlpPort();
  const unpricedModels = store.unpricedModels();
  const quotas = store.quotas();
  const dayFrom = dayStart(deps.now(), timeZone);
  return {
    ...{ version, store: store.id, seq: store.seq, events, sessions, databaseBytes, rejected },
    ...{ spoolBacklog: items, spoolDropped: dropped, viewers: hub.viewers, timeZone },
    today: { from: new Date(dayFrom).toISOString(), ...store.spentSince(dayFrom) },
    ...(storageProblem !== undefined && { storageProblem }),
    ...(lostTranscripts && { lostTranscripts }),
    ...(archiveProblem !== undefined && { archiveProblem }),
    ...(otlpPort !== undefined && { otlpPort }),
    ...(grafanaUrl !== undefined && { grafanaUrl }),
    ...(unpricedModels.length > 0 && { unpricedModels }),
    ...(quotas.length > 0 && { quotas }),
    connectCommand: root
      ? `npm --prefix ${quoted(root)} run connect -- "$PWD"`
      : 'npm run connect -- ~/code/my-project',
  };
}

/** The same for Prometheus, and what only an operator asks. */
export function serviceMetrics(
  { store, hub, spool, refused }: StatusDeps & { refused: () => number },
  lag: ReturnType<typeof createLoopLag>,
): Metric[] {
  return [
    counter('telltale_events_stored_total', 'Events stored.', () => store.stats().stored),
    counter('telltale_events_duplicate_total', 'Events that had been stored before.', () => store.stats().duplicates),
    counter('telltale_events_rejected_total', 'Records that can never become an event.', () => store.stats().rejected),
    counter('telltale_secrets_redacted_total', 'Secrets masked before storing.', () => store.stats().masked),
    counter('telltale_requests_refused_total', 'Requests answered 503 because storing failed.', refused),
    counter(
      'telltale_spool_dropped_total',
      'Events dropped because the spool was full.',
      async () => (await spool.backlog()).dropped,
    ),
    gauge('telltale_events', 'Events in the database.', () => store.stats().events),
    gauge('telltale_sessions', 'Sessions in the database.', () => store.stats().sessions),
    gauge('telltale_last_seq', 'The newest seq.', () => store.seq),
    gauge('telltale_database_bytes', 'Size of the database with its log.', () => store.stats().databaseBytes),
    gauge(
      'telltale_spool_backlog',
      'Events that wait in the spool of this machine.',
      async () => (await spool.backlog()).items,
    ),
    gauge('telltale_viewers', 'Open live connections.', () => hub.viewers),
    gauge('telltale_event_loop_lag_seconds', 'Worst delay of the event loop since the last scrape.', lag.worstSeconds),
    gauge('telltale_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
  ];
}

function counter(name: Metric['name'], help: string, read: Metric['read']): Metric {
  return { name, type: 'counter', help, read };
}

function gauge(name: Metric['name'], help: string, read: Metric['read']): Metric {
  return { name, type: 'gauge', help, read };
}

function quoted(path: string): string {
  return /^[\w/.:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
