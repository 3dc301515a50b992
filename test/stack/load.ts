import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../wait.ts';
import { pointsIn, recordsIn } from './otlp.ts';
import { logsPayload, metricsPayload, send } from './payloads.ts';
import { collectorMetric, logql, promql } from './queries.ts';
import type { Receiver } from './receiver.ts';
import { isSoak } from './size.ts';
import type { Stack } from './stack.ts';

/**
 * Clients that export all the time, each export once, and remember what was answered with 200. Every export carries its
 * own id. What was not answered may have arrived or not: the client cannot know, and does not send it again.
 */
export interface Load {
  name: string;
  sent: Record<Kind, Set<string>>;
  acknowledged: Record<Kind, Set<string>>;
  /** How many exports have been acknowledged. */
  count(): number;
  /** Waits until so many more have been acknowledged. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

type Kind = 'logs' | 'metrics';
const kinds = ['logs', 'metrics'] as const;

export interface LoadOptions {
  name: string;
  /** How long before now the exports happened, as after a long outage. */
  agoMs?: number;
  /** Between two exports of one client. */
  pauseMs?: number;
}

export function startLoad(stack: Stack, { name, agoMs = 0, pauseMs = 5 }: LoadOptions): Load {
  const sets = () => ({ logs: new Set<string>(), metrics: new Set<string>() });
  const [sent, acknowledged] = [sets(), sets()];
  const count = () => acknowledged.logs.size + acknowledged.metrics.size;
  let isGoingOn = true;
  let next = 0;

  const clients = [...kinds, ...kinds].map(async (kind) => {
    while (isGoingOn) {
      const id = `${name}-${next++}`;
      sent[kind].add(id);
      const status = await send(stack.otlp, kind, payloads[kind](name, id, Date.now() - agoMs));
      if (status === 200) acknowledged[kind].add(id);
      await sleep(status === 200 ? pauseMs : pauseMs + 50);
    }
  });
  return {
    name,
    sent,
    acknowledged,
    count,
    async more(wanted) {
      const goal = count() + wanted;
      await waitFor(`${wanted} more acknowledged exports`, () => count() >= goal, 60_000);
    },
    async stop() {
      isGoingOn = false;
      await Promise.all(clients);
    },
  };
}

const payloads = {
  logs: (name: string, id: string, at: number) =>
    logsPayload([{ name: 'load', at, attributes: { load: name, export: id, 'session.id': name } }]),
  // Delta, so that one that is counted twice shows.
  metrics: (name: string, id: string, at: number) =>
    metricsPayload([
      {
        ...{ name: 'claude_code.cost.usage', unit: 'USD', temporality: 'delta' },
        points: [{ startedAt: at - 1_000, at, value: 1, attributes: { load: name, export: id } }],
      },
    ]),
} as const;

/** How often each export is in Prometheus, in Loki and with the receiver (its first delivery: later ones are the same). */
export interface Counted {
  prometheus: Map<string, number>;
  loki: Map<string, number>;
  telltale: { logs: Set<string>; metrics: Set<string> };
}

export async function counted(stack: Stack, load: Load, receiver?: Receiver): Promise<Counted> {
  const [points, lines] = await Promise.all([
    stack.parts.prometheus.isRunning()
      ? promql(
          stack.prometheus,
          `sum by (export) (sum_over_time(claude_code_cost_usage_USD_total{load="${load.name}"}[7d]))`,
        )
      : [],
    stack.parts.loki.isRunning()
      ? logql(stack.loki, `sum by (export) (count_over_time({service_name="claude-code"} | load="${load.name}" [7d]))`)
      : [],
  ]);
  const byExport = (samples: typeof points) =>
    new Map(samples.map(({ labels, value }) => [String(labels.export), value]));
  const mine = (id: unknown) => String(id).startsWith(`${load.name}-`);
  const took = (signal: Kind) => (receiver?.accepted ?? []).filter((request) => request.signal === signal);
  return {
    prometheus: byExport(points),
    loki: byExport(lines),
    telltale: {
      logs: new Set(
        took('logs')
          .flatMap(({ text }) => recordsIn(text))
          .map(({ attributes }) => String(attributes.export))
          .filter(mine),
      ),
      metrics: new Set(
        took('metrics')
          .flatMap(({ text }) => pointsIn(text, 'export').map(String))
          .filter(mine),
      ),
    },
  };
}

/** Waits until every acknowledged export is where it belongs and the queues are empty. */
export async function drained(stack: Stack, load: Load, receiver?: Receiver): Promise<Counted> {
  const lacking = (wanted: Set<string>, found: { has(id: string): boolean }) =>
    [...wanted].filter((id) => !found.has(id)).length;
  let last: Counted | undefined;
  let progress = '';
  await waitFor(
    'every acknowledged export, and empty queues',
    async () => {
      await sleep(isSoak ? 2_000 : 200);
      last = await counted(stack, load, receiver);
      const { logs, metrics } = load.acknowledged;
      const missing = {
        prometheus: stack.parts.prometheus.isRunning() ? lacking(metrics, last.prometheus) : 0,
        loki: stack.parts.loki.isRunning() ? lacking(logs, last.loki) : 0,
        telltale: receiver ? lacking(metrics, last.telltale.metrics) + lacking(logs, last.telltale.logs) : 0,
      };
      const queued = await collectorMetric(stack.collectorMetrics, 'otelcol_exporter_queue_size');
      progress = JSON.stringify({ missing, queued });
      return Object.values(missing).every((count) => count === 0) && queued === 0;
    },
    isSoak ? 600_000 : 120_000,
  ).catch((error) => {
    throw new Error(`${error} ${progress}`);
  });
  if (!last) throw new Error('nothing was counted');
  return last;
}

/** The exports that were counted more than once, or were never sent. */
export function wrong(load: Load, { prometheus, loki, telltale }: Counted): string[] {
  const twice = [...prometheus, ...loki]
    .filter(([, count]) => count !== 1)
    .map(([id, count]) => `${id}: ${count} times`);
  const strange = (found: Iterable<string>, sent: Set<string>) =>
    [...found].filter((id) => !sent.has(id)).map((id) => `${id}: never sent`);
  return [
    ...twice,
    ...strange(prometheus.keys(), load.sent.metrics),
    ...strange(loki.keys(), load.sent.logs),
    ...strange(telltale.metrics, load.sent.metrics),
    ...strange(telltale.logs, load.sent.logs),
  ];
}
