import { setTimeout as sleep } from 'node:timers/promises';
import { eventPageSchema } from '@telltale/core';
import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';
import type { Told } from './told.ts';

const patienceMs = 120_000;

/** Waits until the service has the telemetry of what is over: a collector holds it for a while, and tries again. */
export async function settled(service: Service, sessions: readonly Told[], nowMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  for (const { sessionId, entries } of sessions) {
    const made = entries.filter(
      ({ line }) => line.requestId !== undefined && Date.parse(String(line.timestamp)) <= nowMs,
    );
    const query = new URLSearchParams({ session: sessionId, name: 'api_request', limit: '1000' });
    for (;;) {
      const { events } = await service.get(`/api/events?${query}`, eventPageSchema);
      if (events.length >= made.length) break;
      if (performance.now() > until)
        throw new Problem(
          `${events.length} of ${made.length} requests of ${sessionId} came to ${service.url}: is this the collector’s service?`,
        );
      await sleep(300);
    }
  }
}
