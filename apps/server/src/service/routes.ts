import type { Alerting } from '../alerts/alerting.ts';
import { messageOf } from '../complaints.ts';
import { isLoopback } from '../config.ts';
import type { Hub } from '../live/hub.ts';
import { accessRoutes } from '../routes/access.ts';
import { alertRoutes } from '../routes/alerts.ts';
import { analysisRoutes } from '../routes/analysis.ts';
import { analysisFileRoutes } from '../routes/analysis-file.ts';
import { annotationRoutes } from '../routes/annotations.ts';
import { eventRoutes } from '../routes/events.ts';
import { exportRoutes } from '../routes/export.ts';
import { importRoutes } from '../routes/import.ts';
import { quotaRoutes } from '../routes/quota.ts';
import { reconciliationRoutes } from '../routes/reconciliation.ts';
import { retentionRoutes } from '../routes/retention.ts';
import type { Route } from '../routes/route.ts';
import { searchRoutes } from '../routes/search.ts';
import { serviceRoutes } from '../routes/service.ts';
import { sessionCostRoutes } from '../routes/session-cost.ts';
import { sessionPointRoutes } from '../routes/session-points.ts';
import { sessionSpanRoutes } from '../routes/session-spans.ts';
import { sessionRoutes } from '../routes/sessions.ts';
import { firingNow } from '../status/firing.ts';
import { renderInfo } from '../status/info-metrics.ts';
import { type createLoopLag, renderMetrics } from '../status/metrics.ts';
import { renderSessionInfo } from '../status/session-info.ts';
import { serviceMetrics, statusOf } from '../status/status.ts';
import type { Access } from './access.ts';
import type { Foundation } from './foundation.ts';
import type { LocalFiles } from './local-files.ts';
import type { Taking } from './taking.ts';

export interface RoutedParts {
  root: string;
  hub: Hub;
  taking: Taking;
  files: LocalFiles;
  alerting: Alerting;
  access: Access;
  lag: ReturnType<typeof createLoopLag>;
  /** Undefined until the ports are open. */
  otlpPort: () => number | 'off' | undefined;
}

/** Every route that is read, in the order of /openapi.json. */
export function serviceRoutesOf(foundation: Foundation, parts: RoutedParts): Route[] {
  const { config, store, complaints, now, version } = foundation;
  const { hub, taking, files, alerting, access } = parts;
  const { timeZone, redactPii, environment, prometheusUrl, lokiUrl } = config;
  const deps = { store, hub, now, timeZone };
  return [
    ...eventRoutes(deps),
    ...sessionRoutes(deps),
    ...sessionCostRoutes(deps),
    ...sessionSpanRoutes(deps),
    ...sessionPointRoutes(deps),
    ...reconciliationRoutes({ ...deps, prometheusUrl, lokiUrl }),
    ...searchRoutes(deps),
    ...analysisRoutes(deps),
    ...analysisFileRoutes({ ...deps, version }),
    ...annotationRoutes({ ...deps, redact: taking.redact }),
    ...alertRoutes(alerting),
    ...exportRoutes({ store, now, version, redactPii, environment }),
    ...importRoutes(files.history, files.discovery),
    ...quotaRoutes(deps),
    ...retentionRoutes({ store, onProblem: (error) => complaints.raise('retention', messageOf(error)) }),
    ...accessRoutes({ ...access, now, onLeft: access.left }),
    ...serviceRoutes({ ...deps, version, ...stateOf(foundation, parts) }),
  ];
}

/** What the service says about itself, to its page and to Prometheus. */
function stateOf({ config, store, complaints, now, version }: Foundation, parts: RoutedParts) {
  const { root, hub, files, taking, lag, otlpPort } = parts;
  const status = {
    ...{ store, hub, spool: files.spool, version, now, timeZone: config.timeZone, grafanaUrl: config.grafanaUrl },
    // Opened to more than this machine's loopback it runs in a container, whose folders mean nothing to the user.
    root: isLoopback(config.host) ? root : undefined,
    storageProblem: () => complaints.problemOf('storing'),
    lostTranscripts: files.watch.lost,
    archiveProblem: () => complaints.problemOf('archive'),
    otlpPort,
  };
  const metrics = serviceMetrics({ ...status, refused: taking.refused }, lag);
  const info = renderInfo({ ...config, version });
  return {
    status: async () => ({ ...(await statusOf(status)), ...firingNow(store, parts.alerting.wordsNow, now()) }),
    metrics: async () => (await renderMetrics(metrics)) + info + renderSessionInfo(store, now()),
  };
}
