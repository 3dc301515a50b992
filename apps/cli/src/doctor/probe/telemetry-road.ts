import { randomBytes } from 'node:crypto';
import { eventPageSchema, pointPageSchema, spanPageSchema } from '@telltale/core';
import { type Finding, failed, ok, skipped } from '../finding.ts';
import type { Machine } from '../machine.ts';
import { headersOf, postOtlp, probeBodies, type Signal } from './otlp.ts';
import { quietly } from './quietly.ts';
import { waitUntil } from './wait.ts';

type TelemetryHop = 'probe-log' | 'probe-metric' | 'probe-span';

const hops: Record<TelemetryHop, { signal: Signal; has(machine: Machine, session: string): Promise<boolean> }> = {
  'probe-log': {
    signal: 'logs',
    async has({ service }, session) {
      const page = await quietly(service.get(`/api/events?session=${session}&limit=10`, eventPageSchema));
      return page?.events.some(({ source }) => source === 'otel') === true;
    },
  },
  'probe-metric': {
    signal: 'metrics',
    async has({ service }, session) {
      const page = await quietly(service.get(`/api/sessions/${session}/points`, pointPageSchema));
      return (page?.points.length ?? 0) > 0;
    },
  },
  'probe-span': {
    signal: 'traces',
    async has({ service }, session) {
      const page = await quietly(service.get(`/api/sessions/${session}/spans`, spanPageSchema));
      return (page?.spans.length ?? 0) > 0;
    },
  },
};

export interface TelemetryProbe {
  findings: Record<TelemetryHop, Finding>;
  /** Whether anything was taken; it may then come later than it was waited for. */
  isTaken: boolean;
  sinceMs(): number;
}

/** A log, a metric and a span to where the client sends them, and from there into the database. */
export async function followTelemetry(machine: Machine, session: string, patienceMs: number): Promise<TelemetryProbe> {
  const { endpoint, headers } = target(machine);
  const ids = { trace: randomBytes(16).toString('hex'), span: randomBytes(8).toString('hex') };
  const bodies = probeBodies(session, Date.now(), ids);
  const sentAt = performance.now();
  const sinceMs = () => performance.now() - sentAt;
  let isTaken = false;
  const follow = async (hop: TelemetryHop): Promise<Finding> => {
    const { signal, has } = hops[hop];
    // A collector would keep it, and make its session when the service is back.
    if (!machine.answer.status) return skipped('No service answers.');
    const refusal = await postOtlp(endpoint, signal, bodies[signal], headers);
    if (refusal !== undefined) return failed(`${endpoint}/v1/${signal} did not take it (${refusal}).`, fixOf(refusal));
    isTaken = true;
    const ms = await waitUntil(Date.now() + patienceMs, async () =>
      (await has(machine, session)) ? sinceMs() : undefined,
    );
    return ms === undefined
      ? failed(
          `${endpoint} took it, and ${machine.service.url} never got it.`,
          'Something else takes telemetry there, or a collector that does not pass it on: see the check telemetry-endpoint, and docker compose logs otel-collector.',
        )
      : ok(`Sent to ${endpoint}, it is in the database.`, ms);
  };
  const [log, metric, span] = await Promise.all([follow('probe-log'), follow('probe-metric'), follow('probe-span')]);
  return { findings: { 'probe-log': log, 'probe-metric': metric, 'probe-span': span }, isTaken, sinceMs };
}

/** Where the client sends to, if it sends by HTTP; else where it should. */
function target({ telemetry, otlp, service, settings }: Machine): {
  endpoint: string;
  headers: Record<string, string>;
} {
  const told = (name: string) => telemetry.get(name)?.value;
  const isOn = told('CLAUDE_CODE_ENABLE_TELEMETRY') === '1' && told('OTEL_EXPORTER_OTLP_PROTOCOL')?.startsWith('http/');
  const endpoint = isOn ? told('OTEL_EXPORTER_OTLP_ENDPOINT') : undefined;
  const headers = headersOf(isOn ? told('OTEL_EXPORTER_OTLP_HEADERS') : undefined);
  const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  // The client asks our helper for it, which has the same one (docs/remote.md); what a project names is not asked.
  const hasHelper = settings.some(
    ({ level, settings: { otelHeadersHelper } }) =>
      (level === 'user' || level === 'managed') && /otel-headers\.sh/.test(`${otelHeadersHelper}`),
  );
  const usual =
    service.token && !isNamed && (!endpoint || hasHelper) ? { authorization: `Bearer ${service.token}` } : {};
  return { endpoint: (endpoint ?? otlp.endpoint).replace(/\/+$/, ''), headers: { ...headers, ...usual } };
}

function fixOf(refusal: string): string {
  if (/^40[13]/.test(refusal))
    return 'Set OTEL_EXPORTER_OTLP_HEADERS to Authorization=Bearer <token>, as telltale setup does, or otelHeadersHelper: docs/remote.md.';
  if (/^404/.test(refusal)) return 'The endpoint must have no path of its own; the client adds /v1/….';
  return 'See the checks ports and telemetry-endpoint.';
}
