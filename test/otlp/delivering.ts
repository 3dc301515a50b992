import { expect } from 'vitest';
import { send } from '../stack/payloads.ts';
import { collectorMetric } from '../stack/queries.ts';
import type { Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import type { Delivery } from './workload.ts';

/** Hands everything to a collector in this order, a few at a time; each must be taken. */
export async function deliverAll(otlp: string, deliveries: readonly Delivery[]): Promise<void> {
  for (let index = 0; index < deliveries.length; index += 8) {
    const some = deliveries.slice(index, index + 8);
    const answers = await Promise.all(some.map(({ payload }) => send(otlp, 'metrics', payload)));
    expect(new Set(answers)).toEqual(new Set([200]));
  }
}

/** Everything the collector took is in Prometheus, or was refused by it. */
export async function drained({ collectorMetrics: url }: Stack): Promise<void> {
  const exporter = 'exporter="otlp_http/prometheus"';
  await waitFor(
    'the queue to Prometheus to be empty',
    async () => {
      const [taken, sent, failed] = await Promise.all([
        collectorMetric(url, 'otelcol_receiver_accepted_metric_points'),
        collectorMetric(url, 'otelcol_exporter_sent_metric_points', exporter),
        collectorMetric(url, 'otelcol_exporter_send_failed_metric_points', exporter),
      ]);
      return taken > 0 && sent + failed >= taken;
    },
    120_000,
  );
}

/** How many points Prometheus has refused for good. */
export function refusedPoints({ collectorMetrics }: Stack): Promise<number> {
  return collectorMetric(collectorMetrics, 'otelcol_exporter_send_failed_metric_points');
}
