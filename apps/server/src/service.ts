import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TelltaleEvent } from '@telltale/core';
import { redactSecrets, redactSecretsAndPersonal } from '@telltale/core';
import { createAlerting } from './alerts/alerting.ts';
import { createComplaints } from './complaints.ts';
import { type Config, isLoopback } from './config.ts';
import { createServiceArchive } from './export/archive/service-archive.ts';
import { createArchiveWatch } from './history/archive-watch.ts';
import { createCalm } from './history/calm.ts';
import { createDiscovery } from './history/discovery.ts';
import { takeSession, transcriptDoor } from './history/door.ts';
import { createHistoryImport } from './history/import.ts';
import { createApp } from './http/app.ts';
import { createGuard } from './http/guard.ts';
import { openOtlpPort } from './http/otlp-port.ts';
import { createHttpServer, drain, listen, listenProblem } from './http/server.ts';
import { createPages } from './http/static.ts';
import { createIngest } from './ingest.ts';
import { createBodyReader } from './intake/body.ts';
import { eventIntake } from './intake/events.ts';
import { createIntake } from './intake/intake.ts';
import { otlpIntake } from './intake/otlp.ts';
import { transcriptIntake } from './intake/transcript.ts';
import { createHub } from './live/hub.ts';
import { createLiveSocket } from './live/socket.ts';
import { readPrices } from './prices.ts';
import { createProcessWatch } from './process-watch.ts';
import { alertRoutes } from './routes/alerts.ts';
import { analysisRoutes } from './routes/analysis.ts';
import { annotationRoutes } from './routes/annotations.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { importRoutes } from './routes/import.ts';
import { reconciliationRoutes } from './routes/reconciliation.ts';
import { retentionRoutes } from './routes/retention.ts';
import { searchRoutes } from './routes/search.ts';
import { serviceRoutes } from './routes/service.ts';
import { sessionCostRoutes } from './routes/session-cost.ts';
import { sessionSpanRoutes } from './routes/session-spans.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { deliverTo, type Storing } from './spool/deliver.ts';
import { createSpool } from './spool/spool.ts';
import { firingNow } from './status/firing.ts';
import { renderInfo } from './status/info-metrics.ts';
import { createLoopLag, renderMetrics } from './status/metrics.ts';
import { renderSessionInfo } from './status/session-info.ts';
import { serviceMetrics, statusOf } from './status/status.ts';
import { createSqliteStore } from './store/sqlite-store.ts';

export interface ServiceOptions {
  version: string;
  /** The repository: the built page and the connect command are found from here. */
  root: string;
  /** For whoever runs the service; one line each. */
  print: (line: string) => void;
  now?: () => number;
}

export interface Service {
  url: string;
  port: number;
  /** Where OTLP is taken beside `port`, if it is. */
  otlpPort?: number;
  close(drainMs: number): Promise<void>;
}

/** The whole service: store, then everything on it, then the port. What cannot be is thrown as one sentence. */
export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const { version, root, print, now = Date.now } = options;
  const complaints = createComplaints(print);
  const lag = createLoopLag();
  openHome(config.home);
  const prices = readPrices(config);
  /** The hub's, once there is one: it stands on the store. */
  let touch = (_sessionId: string): void => {};
  /** The archive's watch and the alerts, once there are any. */
  let hear = (_events: readonly TelltaleEvent[]): void => {};
  const store = createSqliteStore({
    file: join(config.home, 'telltale.db'),
    hookTelemetryDays: config.hookTelemetryDays,
    telemetryDays: config.telemetryDays,
    retention: config.retention,
    now,
    prices,
    processGone: createProcessWatch(now),
    onSessionChanged: (id) => touch(id),
    onProblem: (problem, error) => complaints.raise('store', `${problem}: ${messageOf(error)}`),
  });

  try {
    const hub = createHub({
      ...{ store, version, now, timeZone: config.timeZone },
      onProblem: (error) => complaints.raise('live', messageOf(error)),
    });
    const exporting = { store, now, version };
    const archive = createServiceArchive({ ...exporting, config, complaints });
    touch = (id) => {
      hub.touch(id);
      archive?.touch(id);
    };
    const redact = config.redactPii ? redactSecretsAndPersonal : redactSecrets;
    const ingest = createIngest({
      store,
      redact,
      publish(events, sessionIds) {
        hear(events);
        if (events.length > 0) hub.publish(events);
        for (const id of sessionIds) touch(id);
      },
    });
    const storing: Storing = {
      failed: (error) => complaints.raise('storing', messageOf(error)),
      worked: () => complaints.settle('storing'),
    };
    const door = transcriptDoor(ingest, store);
    const memoOf = (name: string) => ({
      get: () => store.memo(name),
      set: (value: string | undefined) => store.setMemo(name, value),
    });
    const calm = createCalm({ seq: () => store.seq });
    const { claudeFolder } = config;
    const history = createHistoryImport({ claudeFolder, door, calm, memo: memoOf('import'), now });
    const discovery = createDiscovery({ claudeFolder, placesOf: store.transcriptPlaces });
    const watch = createArchiveWatch({
      ...{ discover: discovery.look, memo: memoOf('archive'), now },
      onProblem: (error) => complaints.raise('archive-watch', messageOf(error)),
    });
    const alerting = createAlerting({
      ...{ ...config, store, ingest, now, complaints, memo: memoOf('alerts') },
      ...{ targets: config.alertTargets, folder: config.home },
    });
    hear = (events) => {
      watch.hear(events);
      alerting.hear(events);
    };
    const spool = createSpool({
      folder: join(config.home, 'spool'),
      urls: ownUrls(config),
      deliver: deliverTo(ingest, storing, now),
      takeTranscript: (sessionId, path, app) => takeSession({ sessionId, path, app }, door),
      onProblem: (problem) => complaints.raise('spool', problem),
    });

    let refused = 0;
    const status = {
      ...{ store, hub, spool, version, now, timeZone: config.timeZone, grafanaUrl: config.grafanaUrl },
      // Opened to more than this machine's loopback it runs in a container, whose folders mean nothing to the user.
      root: isLoopback(config.host) ? root : undefined,
      storageProblem: () => complaints.problemOf('storing'),
      lostTranscripts: watch.lost,
      archiveProblem: () => complaints.problemOf('archive'),
    };
    const metrics = serviceMetrics({ ...status, refused: () => refused }, lag);
    const info = renderInfo({ ...config, version });
    const guard = createGuard(config);
    const deps = { store, hub, now, timeZone: config.timeZone };
    const otlpRoutes = otlpIntake(ingest, now);
    const intakeRoutes = [...eventIntake(ingest, now), ...transcriptIntake(ingest, store), ...otlpRoutes];
    const app = createApp({
      ...{ version, guard, described: intakeRoutes },
      routes: [
        ...eventRoutes(deps),
        ...sessionRoutes(deps),
        ...sessionCostRoutes(deps),
        ...sessionSpanRoutes(deps),
        ...reconciliationRoutes({ ...deps, prometheusUrl: config.prometheusUrl, lokiUrl: config.lokiUrl }),
        ...searchRoutes(deps),
        ...analysisRoutes(deps),
        ...annotationRoutes({ ...deps, redact }),
        ...alertRoutes(alerting),
        ...exportRoutes({ ...exporting, redactPii: config.redactPii, environment: config.environment }),
        ...importRoutes(history, discovery),
        ...retentionRoutes({ store, onProblem: (error) => complaints.raise('retention', messageOf(error)) }),
        ...serviceRoutes({
          ...deps,
          version,
          status: async () => ({ ...(await statusOf(status)), ...firingNow(store, now()) }),
          metrics: async () => (await renderMetrics(metrics)) + info + renderSessionInfo(store, now()),
        }),
      ],
      pages: createPages(join(root, 'apps/client/dist')),
      onError: (error) => complaints.raise('request', error.stack ?? error.message),
    });
    const taking = {
      readBody: createBodyReader(),
      onFailure(error: unknown) {
        refused++;
        storing.failed(error);
      },
      onSuccess: storing.worked,
    };
    const intake = createIntake({ ...taking, routes: intakeRoutes });
    const socket = createLiveSocket({ hub, guard });
    const server = createHttpServer({ app, intake, socket, guard });
    const port = await listen(server, { ...config, problemOf: listenProblem });
    const otlp = await openOtlpPort({
      ...{ port: config.otlpPort, host: config.host, guard },
      intake: createIntake({ ...taking, routes: otlpRoutes }),
      onProblem: (problem) => complaints.raise('otlp', problem),
    });
    spool.start();
    history.resume();
    watch.start();
    alerting.start();
    archive?.start();

    return {
      port,
      ...(otlp.port !== undefined && { otlpPort: otlp.port }),
      url: `http://${urlHost(config.host)}:${port}`,
      async close(drainMs) {
        const drained = Promise.all([drain(server, drainMs), otlp.close(drainMs)]);
        watch.stop();
        await alerting.stop();
        await Promise.all([socket.close(), spool.stop(), history.stop(), archive?.stop()]);
        await drained;
        hub.close();
        lag.stop();
        await store.close();
      },
    };
  } catch (error) {
    lag.stop();
    await store.close();
    throw error;
  }
}

/** Private to the user: it holds what agents read and wrote. */
function openHome(home: string): void {
  try {
    makeFolder(home);
    chmodSync(home, 0o700);
  } catch (error) {
    throw new Error(`TELLTALE_HOME ${home} cannot be used: ${messageOf(error)}`);
  }
}

/** With what lacks above it. Not `recursive`, which tries for ever below /proc. */
function makeFolder(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return;
  if (there) throw new Error(`${path} is a file`);
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** As a URL names it: an IPv6 address stands in brackets. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host;
}

/** Hooks name this service by TELLTALE_URL or by its port on this machine. */
function ownUrls({ url, port }: Config): string[] {
  return [url, ...['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${port}`)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
