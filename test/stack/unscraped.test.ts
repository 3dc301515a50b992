import { total } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../ports.ts';
import { requiresStack } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { createDoor, type Door } from './door.ts';
import { metricsPayload, send } from './payloads.ts';
import { promql } from './queries.ts';
import { createStack, type Stack } from './stack.ts';

const minute = 60_000;
const now = Date.now();
const cost = 'claude_code_cost_usage_USD_total';

describe.skipIf(!(await requiresStack()))('half an hour in which Prometheus cannot scrape', () => {
  let stack: Stack;
  /** The collector's prometheus exporter, as others scrape it. It forgets a series after 3 s, not five minutes. */
  let exporter: string;
  let doors: Door[] = [];

  beforeAll(async () => {
    const [exporterAt, ownAt] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    exporter = `http://${exporterAt}/metrics`;
    doors = [await createDoor(`http://${exporterAt}`), await createDoor(`http://${ownAt}`)];
    const targets = doors.map(({ url }) => `"${url.replace('http://', '')}"`).join(', ');
    const ownPort = ownAt.split(':')[1];
    stack = await createStack({
      start: ['collector', 'prometheus'],
      replace: {
        collector: { 'host: 0.0.0.0, port: 8888': `host: 127.0.0.1, port: ${ownPort}` },
        prometheus: { '["otel-collector:8888"]': `[${targets}]`, 'scrape_interval: 15s': 'scrape_interval: 1s' },
      },
      collectorExtras: [
        `
exporters:
  prometheus: { endpoint: "${exporterAt}", metric_expiration: 3s }
service:
  pipelines:
    metrics/scraped: { receivers: [otlp], exporters: [prometheus] }
`,
      ],
    });
  });
  afterAll(async () => {
    await stack?.stop();
    for (const door of doors) await door.close();
  });

  it('lacks nothing of what was pushed, and the session that lived meanwhile where it is scraped (T10)', async () => {
    // As clients do, they tell their counters again and again.
    await waitFor(
      'a scrape of both',
      async () => {
        await tell('early', { startedAgo: 60, ago: 50, costUsd: 1 });
        await tell('through', { startedAgo: 60, ago: 50, costUsd: 0.5 });
        return Object.keys(await scraped()).length === 2;
      },
      60_000,
    );

    for (const door of doors) await door.close();
    await waitFor('both to be down', async () => (await up()) === 0, 60_000);
    await tell('meanwhile', { startedAgo: 35, ago: 15, costUsd: 2 });
    await tell('through', { startedAgo: 60, ago: 15, costUsd: 3 });
    await waitFor('the exporter to forget', async () => !(await (await fetch(exporter)).text()).includes('meanwhile'));

    for (const door of doors) await door.open();
    await waitFor('both to be up', async () => (await up()) === 2, 60_000);
    await waitFor(
      'the last export in both',
      async () => {
        await tell('through', { startedAgo: 60, ago: 1, costUsd: 4 });
        return (await scraped()).through === 4 && (await pushed()).through === 4;
      },
      60_000,
    );

    expect(await pushed()).toEqual({ early: 1, meanwhile: 2, through: 4 });
    expect(await scraped()).toEqual({ early: 1, through: 4 });
  });

  async function tell(session: string, at: { startedAgo: number; ago: number; costUsd: number }): Promise<void> {
    const point = { startedAt: now - at.startedAgo * minute, at: now - at.ago * minute, value: at.costUsd };
    const points = [{ ...point, attributes: { 'session.id': session } }];
    const payload = metricsPayload([{ name: 'claude_code.cost.usage', unit: 'USD', points }]);
    expect(await send(stack.otlp, 'metrics', payload)).toBe(200);
  }

  const bySession = async (query: string) =>
    Object.fromEntries((await promql(stack.prometheus, query)).map(({ labels, value }) => [labels.session_id, value]));
  const pushed = () => bySession(total({ metric: 'cost', by: ['session_id'], range: '2h' }));
  /** The most that can be made of it: the highest value that each series ever had. */
  const scraped = () => bySession(`max by (session_id) (max_over_time(${cost}{job="otel-collector"}[2h]))`);
  const up = async () => (await promql(stack.prometheus, 'sum(up{job="otel-collector"})'))[0]?.value;
});
