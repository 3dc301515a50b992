import { logsPayload, metricsPayload, tracesPayload } from './otlp.ts';
import { spansOf } from './spans.ts';
import { type LimitsAt, limitsOf, statusLinesOf } from './status-lines.ts';
import { metricsAt, telemetryOf } from './telemetry.ts';
import { uuidOf } from './tell-session.ts';
import type { Told } from './told.ts';

/** One request, and when the client would have made it. */
export interface Delivery {
  atMs: number;
  to: 'service' | 'telemetry';
  path: '/ingest/hook' | '/ingest/transcript' | '/ingest/statusline' | '/v1/logs' | '/v1/metrics' | '/v1/traces';
  headers?: Readonly<Record<string, string>>;
  body: unknown;
}

const minute = 60_000;
/** Telemetry and transcripts come behind the hooks; of what is long over, much at once. */
const rhythm = { live: 5000, history: 10 * minute, recentMs: 60 * minute };

/** All that hooks, transcripts and telemetry of these sessions bring, in the order of its time. */
export function deliveriesOf(sessions: readonly Told[], nowMs: number): Delivery[] {
  const limitsAt = limitsOf(sessions, nowMs);
  const list = sessions.flatMap((told) => [
    ...[...hooksOf(told), ...transcriptsOf(told, nowMs)],
    ...[...statusLines(told, limitsAt, nowMs), ...telemetry(told, nowMs)],
  ]);
  return list.sort((a, b) => a.atMs - b.atMs);
}

function hooksOf({ sessionId, hooks }: Told): Delivery[] {
  return hooks.map(({ atMs, headers, input }, index) => ({
    ...{ atMs, to: 'service', path: '/ingest/hook', body: input },
    headers: {
      ...headers,
      // The same for the same: told twice it is there once.
      'telltale-event-id': uuidOf(`${sessionId} hook ${index}`),
      'telltale-at': String(atMs),
    },
  }));
}

function transcriptsOf({ sessionId, app, entries }: Told, nowMs: number): Delivery[] {
  const timed = entries.map((entry) => ({ ...entry, atMs: Date.parse(String(entry.line.timestamp)) }));
  return inSteps(timed, nowMs).flatMap(({ atMs, items }) =>
    [...new Set(items.map(({ agentId }) => agentId))].map((agentId): Delivery => {
      const lines = items.filter((one) => one.agentId === agentId).map(({ line }) => line);
      const body = { sessionId, ...(agentId !== undefined && { agentId }), entries: lines };
      return { atMs, to: 'service', path: '/ingest/transcript', headers: { 'telltale-app': app }, body };
    }),
  );
}

/** The newest of each step: what was told before it is known by nothing else, and asked by nobody. */
function statusLines(told: Told, limitsAt: LimitsAt, nowMs: number): Delivery[] {
  return inSteps(statusLinesOf(told, limitsAt), nowMs).map(({ atMs, items }) => ({
    ...{ atMs, to: 'service', path: '/ingest/statusline', body: items.at(-1)?.input },
    headers: { ...told.hooks[0]?.headers, 'telltale-at': String(atMs) },
  }));
}

function telemetry(told: Told, nowMs: number): Delivery[] {
  const { logs, counted, resource } = telemetryOf(told);
  const steps = inSteps(counted, nowMs).map(({ atMs }) => atMs);
  return [
    ...inSteps(logs, nowMs).map(
      ({ atMs, items }): Delivery => ({ atMs, to: 'telemetry', path: '/v1/logs', body: logsPayload(resource, items) }),
    ),
    ...inSteps(
      spansOf(told).map((span) => ({ ...span, atMs: span.toMs })),
      nowMs,
    ).map(
      ({ atMs, items }): Delivery => ({
        ...{ atMs, to: 'telemetry', path: '/v1/traces', body: tracesPayload(resource, items) },
      }),
    ),
    ...metricsAt(counted, steps).map(
      ({ atMs, metrics }): Delivery => ({
        ...{ atMs, to: 'telemetry', path: '/v1/metrics', body: metricsPayload(resource, metrics) },
      }),
    ),
  ];
}

/** What is sent together, at the time of its last. What is to come is never sent with what is over. */
function inSteps<T extends { atMs: number }>(items: readonly T[], nowMs: number): { atMs: number; items: T[] }[] {
  const steps: { atMs: number; firstMs: number; items: T[] }[] = [];
  for (const item of [...items].sort((a, b) => a.atMs - b.atMs)) {
    const length = nowMs - item.atMs > rhythm.recentMs ? rhythm.history : rhythm.live;
    const last = steps.at(-1);
    const isOver = item.atMs <= nowMs;
    if (last && item.atMs - last.firstMs <= length && isOver === last.atMs <= nowMs) {
      last.atMs = item.atMs;
      last.items.push(item);
    } else steps.push({ atMs: item.atMs, firstMs: item.atMs, items: [item] });
  }
  return steps;
}
