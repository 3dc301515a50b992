import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../apps/server/src/store/connection.ts';
import { serviceFor } from '../running-service.ts';
import type { Service } from '../service.ts';
import { size } from '../stack/size.ts';
import { waitFor } from '../wait.ts';
import { createAnswerDropper } from './answer-dropper.ts';
import { killAgain } from './kill-again.ts';
import { isTaken, type Load, startLoad } from './load.ts';

describe('telemetry, while the service is killed or its answers get lost', { timeout: size.timeoutMs }, () => {
  const running = serviceFor('each test');
  let service: Service;
  beforeEach(() => {
    service = running.current;
  });

  it(`is held once after ${size.serviceKills} kills under load: log records, points and spans`, async () => {
    const load = startExporting(service.url);
    await killAgain(service, size.serviceKills);
    await waitFor('600 requests', () => load.acknowledged.size >= 600);
    await load.finish();
    expect(load.retries()).toBeGreaterThan(size.serviceKills);
    const all = [...load.acknowledged].sort((a, b) => a - b);
    const signalOf = (signal: number) => all.filter((n) => n % signals.length === signal);
    expect(await heldIn(service)).toEqual({ logs: signalOf(0), points: signalOf(1), spans: signalOf(2) });
    expect(cumulativeIn(service)).toEqual([Math.max(...signalOf(1))]);
  });

  it('is held once where every tenth answer is lost and the sender sends again', async () => {
    const dropper = await createAnswerDropper(service.url);
    const load = startExporting(dropper.url);
    await waitFor('400 requests', () => load.acknowledged.size >= 400);
    await load.finish();
    await dropper.close();
    expect(load.retries()).toBeGreaterThanOrEqual(40);
    const { logs, points, spans } = await heldIn(service);
    expect([...logs, ...points, ...spans].sort((a, b) => a - b)).toEqual([...load.acknowledged].sort((a, b) => a - b));
  });

  it('control: a sender that tells another time with each try is held more than once', async () => {
    const dropper = await createAnswerDropper(service.url);
    const load = startExporting(dropper.url, { changesTime: true });
    await waitFor('100 requests', () => load.acknowledged.size >= 100);
    await load.finish();
    await dropper.close();
    const { logs } = await heldIn(service);
    expect(logs.length).toBeGreaterThan(new Set(logs).size);
  });
});

const signals = ['logs', 'metrics', 'traces'] as const;
const session = 'under-load';
const startedMs = Date.now();

/** Exporters as a collector has them: each request is posted, unchanged, until it is acknowledged. */
function startExporting(url: string, { changesTime = false } = {}): Load {
  return startLoad((n, tries) => {
    const signal = signals[n % signals.length] ?? 'logs';
    const laterMs = changesTime ? tries : 0;
    return isTaken(`${url}/v1/${signal}`, requestOf[signal](n, `${startedMs + n + laterMs}000000`));
  }, 6);
}

const attributes = (own: Record<string, string>) =>
  Object.entries({ 'session.id': session, ...own }).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** The metrics request tells a delta point of its own, and the one cumulative counter that all of them share. */
const requestOf = {
  logs: (n: number, timeUnixNano: string) => ({
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              { timeUnixNano, attributes: attributes({ 'event.name': 'api_request', 'event.sequence': `${n}` }) },
            ],
          },
        ],
      },
    ],
  }),
  metrics: (n: number, timeUnixNano: string) => {
    const point = { startTimeUnixNano: `${startedMs}000000`, timeUnixNano, asDouble: n, attributes: attributes({}) };
    const sum = (aggregationTemporality: number) => ({
      aggregationTemporality,
      isMonotonic: true,
      dataPoints: [point],
    });
    const metrics = [
      { name: 'delta', sum: sum(1) },
      { name: 'cumulative', sum: sum(2) },
    ];
    return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
  },
  traces: (n: number, startTimeUnixNano: string) => {
    const id = (length: number) => (n + 1).toString(16).padStart(length, '0');
    const span = {
      traceId: id(32),
      spanId: id(16),
      name: 'work',
      startTimeUnixNano,
      attributes: attributes({ n: `${n}` }),
    };
    return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  },
} as const;

/** The numbers that are held, each as often as it is, in order. */
async function heldIn(service: Service): Promise<{ logs: number[]; points: number[]; spans: number[] }> {
  const events = await service.events(`session=${session}`);
  const logs = events.map(({ payload }) => Number(payload?.['event.sequence']));
  const rows = (sql: string) => read(service, sql);
  const points = rows(`SELECT value FROM metric_points JOIN metric_series ON no = series WHERE temporality = 'delta'`);
  const spans = rows(`SELECT attributes ->> 'n' FROM spans`);
  const inOrder = (numbers: number[]) => numbers.sort((a, b) => a - b);
  return { logs: inOrder(logs), points: inOrder(points), spans: inOrder(spans) };
}

/** Of the counter that all requests tell, the latest point alone. */
function cumulativeIn(service: Service): number[] {
  return read(
    service,
    `SELECT value FROM metric_points JOIN metric_series ON no = series WHERE temporality = 'cumulative'`,
  );
}

function read(service: Service, sql: string): number[] {
  const database = openConnection(join(service.home, 'telltale.db'), { readonly: true });
  const values = database.prepare<[], string | number>(sql).pluck().all().map(Number);
  database.close();
  return values;
}
