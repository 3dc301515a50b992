import { type Finding, failed, ok, skipped, warning } from '../finding.ts';
import { probeNames } from './otlp.ts';
import { waitUntil } from './wait.ts';

/** Where the parts of the stack are found from here. */
export interface StackUrls {
  prometheus: string;
  loki: string;
  grafana: string;
}

const metric = `${probeNames.metric.replaceAll('.', '_')}_total`;

/** As docker-compose.yml publishes them, unless it was told otherwise. */
export function stackUrls(
  env: Readonly<Record<string, string | undefined>>,
  told: Partial<StackUrls>,
  grafanaUrl?: string,
): StackUrls {
  const at = (port: string) => `http://127.0.0.1:${port}`;
  return {
    prometheus: plain(told.prometheus ?? at(env.PROMETHEUS_PORT ?? '9090')),
    loki: plain(told.loki ?? at(env.LOKI_PORT ?? '3100')),
    grafana: plain(told.grafana ?? grafanaUrl ?? at(env.GRAFANA_PORT ?? '3000')),
  };
}

export async function followToPrometheus(
  url: string,
  session: string,
  untilMs: number,
  sinceMs: () => number,
): Promise<Finding> {
  const query = new URLSearchParams({ query: `${metric}{session_id=${JSON.stringify(session)}}` });
  return follow('Prometheus', `${url}/api/v1/query?${query}`, untilMs, sinceMs);
}

export async function followToLoki(
  url: string,
  session: string,
  untilMs: number,
  sinceMs: () => number,
): Promise<Finding> {
  const query = `{service_name="${probeNames.service}"} | session_id=${JSON.stringify(session)}`;
  return follow(
    'Loki',
    `${url}/loki/api/v1/query_range?${new URLSearchParams({ query, since: '1h' })}`,
    untilMs,
    sinceMs,
  );
}

/** Who does not answer for so long is down. */
const downMs = 3000;

/** Both answer with a list of results. */
async function follow(name: string, url: string, untilMs: number, sinceMs: () => number): Promise<Finding> {
  let problem: string | undefined;
  const firstAt = Date.now();
  const found = await waitUntil(untilMs, async () => {
    const asked = await ask(url);
    problem = asked.problem;
    if (listOf(asked.json).length > 0) return true;
    return problem === 'ECONNREFUSED' && Date.now() - firstAt > downMs ? false : undefined;
  });
  if (found) return ok(`${name} has it.`, sinceMs());
  const { origin } = new URL(url);
  if (problem)
    return failed(
      `${name} at ${origin} does not answer (${problem}).`,
      `Start it: docker compose up -d. Elsewhere, name it: --${name.toLowerCase()} <url>.`,
    );
  return failed(
    `${name} at ${origin} never got it.`,
    'Telemetry has to go to the collector (port 4318 of the stack), not to the service; the dashboard Pipeline and docker compose logs otel-collector say what it could not hand on.',
  );
}

const datasources = ['prometheus', 'loki'];

/** Whether Grafana reaches what its dashboards ask. */
export async function askGrafana(url: string): Promise<Finding> {
  const health = await ask(`${url}/api/health`);
  if (health.problem)
    return warning(
      `No Grafana at ${url} (${health.problem}).`,
      'Start it: docker compose up -d. Elsewhere, name it: --grafana <url>.',
    );
  for (const uid of datasources) {
    const { problem, json, status } = await ask(`${url}/api/datasources/uid/${uid}/health`);
    if (status === 401 || status === 403) return skipped(`Grafana at ${url} wants somebody who is signed in.`);
    if (status === 404)
      return failed(
        `Grafana at ${url} has no data source "${uid}".`,
        'Start it with the provisioning of observability/grafana.',
      );
    if (problem)
      return failed(
        `Grafana does not reach its data source "${uid}": ${wordsIn(json) ?? problem}.`,
        `Start it: docker compose up -d ${uid}.`,
      );
  }
  return ok(`Grafana at ${url} reaches ${datasources.join(' and ')}.`);
}

async function ask(url: string): Promise<{ json?: unknown; problem?: string; status?: number }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const json: unknown = await answer.json().catch(() => undefined);
    return { json, status: answer.status, ...(!answer.ok && { problem: String(answer.status) }) };
  } catch (error) {
    const cause = error instanceof Error ? ((error.cause ?? error) as NodeJS.ErrnoException) : undefined;
    return { problem: cause?.code ?? cause?.name ?? String(error) };
  }
}

function listOf(json: unknown): unknown[] {
  const { data } = Object(json) as { data?: { result?: unknown } };
  return Array.isArray(data?.result) ? data.result : [];
}

function wordsIn(json: unknown): string | undefined {
  const { message } = Object(json) as { message?: unknown };
  return typeof message === 'string' ? message : undefined;
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}
