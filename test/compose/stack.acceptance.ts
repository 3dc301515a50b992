import type { EventPage } from '@telltale/core';
import { total } from '@telltale/observability/query/total.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { opensToOthers } from '../remote/compose.ts';
import { logsPayload, metricsPayload, send } from '../stack/payloads.ts';
import { logql, only, promql } from '../stack/queries.ts';
import { waitFor } from '../wait.ts';
import { type Engine, findEngine } from './engine.ts';
import { composeFile } from './file.ts';
import { createRunningStack, type RunningStack } from './running-stack.ts';

const engine: Engine | undefined = await findEngine().catch((error: Error) => {
  process.stderr.write(`skipped: ${error.message.split('\n')[0]}\n`);
  return undefined;
});

const sessionId = 'c0ffee00-0000-4000-8000-000000000001';
const identity = { 'session.id': sessionId, 'user.id': 'u1', model: 'claude-opus-4-8[1m]' };
const startedAt = Date.now() - 60_000;

describe.skipIf(!engine)('docker compose up on the shipped file', () => {
  let stack: RunningStack;
  const json = async <T>(url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as T;
  const costs = () => promql(stack.urls.prometheus, total({ metric: 'cost', by: ['session_id'], range: '1h' }));
  const events = async (query: string) =>
    (await json<EventPage>(`${stack.urls.telltale}/api/events?session=${sessionId}&${query}`)).events;

  beforeAll(async () => {
    stack = await createRunningStack(engine as Engine);
    await stack.up();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const { stdout } = await stack.compose('logs', '--no-color', '--tail', '25');
    process.stderr.write(`What the containers said last:\n${stdout}\n`);
  });
  afterAll(async () => {
    await stack?.remove();
    await engine?.stop();
  });

  it('has every part healthy, private to this machine, on a read-only root and without root', async () => {
    for (const service of stack.services) {
      const [container, ...more] = await stack.containers(service);
      expect(more, service).toEqual([]);
      expect(container).toMatchObject({ health: 'healthy', isReadOnly: true });
      for (const address of container?.published ?? []) expect(address, service).toBe('127.0.0.1');
      expect(await stack.users(container?.name ?? ''), service).not.toContain(0);
    }
  });

  it('lets Prometheus see all parts', async () => {
    const jobs = await waitFor('all scrapes', async () => {
      const up = await promql(stack.urls.prometheus, 'up == 1');
      return up.length === 4 && up.map(({ labels }) => labels.job);
    });
    expect(jobs.sort()).toEqual(['loki', 'otel-collector', 'prometheus', 'telltale']);
  });

  it('takes telemetry in, and tells the same of it in Prometheus, Loki and the service', async () => {
    const at = Date.now();
    const cost = { name: 'claude_code.cost.usage', unit: 'USD' };
    const exports = [0.25, 0.375].map((value, index) =>
      metricsPayload([{ ...cost, points: [{ startedAt, at: at - 1000 + index * 500, value, attributes: identity }] }]),
    );
    for (const payload of exports) expect(await send(stack.urls.otlp, 'metrics', payload)).toBe(200);
    const requests = [0.25, 0.125].map((costUsd, index) => ({
      ...{ name: 'api_request', at: at + index },
      attributes: { ...identity, 'event.sequence': index, cost_usd: costUsd, request_id: `req_${index}` },
    }));
    expect(await send(stack.urls.otlp, 'logs', logsPayload(requests))).toBe(200);

    const loki = 'sum(sum_over_time({service_name="claude-code", event_name="api_request"} | unwrap cost_usd [1h]))';
    await waitFor('the metric in Prometheus', async () => only(await costs()) === 0.375, 60_000);
    await waitFor(
      'the events in Loki',
      async () => only(await logql(stack.urls.loki, loki, Date.now() + 1000)) === 0.375,
    );
    const told = await waitFor('the events in the service', async () => {
      const found = await events('name=api_request');
      return found.length === 2 && found;
    });
    expect(told.map(({ source }) => source)).toEqual(['otel', 'otel']);
  });

  it('takes hooks in, from this machine only by its own names', async () => {
    const hook = { session_id: sessionId, hook_event_name: 'UserPromptSubmit', prompt: 'hello', cwd: '/home/dev/app' };
    const post = (headers: Record<string, string>) =>
      fetch(`${stack.urls.telltale}/ingest/hook`, { method: 'POST', body: JSON.stringify(hook), headers });
    expect((await post({ 'telltale-event-id': 'compose-1' })).status).toBe(200);
    expect((await post({ 'telltale-event-id': 'compose-2', origin: 'http://evil.example' })).status).toBe(403);
    expect((await events('name=UserPromptSubmit')).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ prompt: 'hello' }),
    ]);
    expect((await fetch(stack.urls.telltale)).headers.get('content-type')).toContain('text/html');
  });

  it('makes the password of Grafana once, and prints it on demand', async () => {
    const print = async () => (await stack.compose('run', '--rm', 'grafana-password', 'print')).stdout.trim();
    await stack.compose('run', '--rm', 'grafana-password');
    const password = await print();
    expect(password).toMatch(/^[\w-]{32}$/);
    await stack.compose('run', '--rm', 'grafana-password');
    expect(await print()).toBe(password);
  });

  it('holds a request at the gateway while the collector restarts, where a direct one is refused', async () => {
    await stack.compose('stop', 'otel-collector');
    const payload = logsPayload([{ name: 'api_request', at: Date.now(), attributes: identity }]);
    expect(await send(stack.urls.otlp, 'logs', payload)).toBe('refused');
    // As the client does it: 502 is tried again, a refused connection is not.
    const answers: (number | 'refused')[] = [];
    const sent = waitFor(
      'an answer through the gateway',
      async () => {
        const answer = await send(stack.urls.gateway, 'logs', payload);
        answers.push(answer);
        return answer !== 502;
      },
      120_000,
    );
    await stack.compose('start', 'otel-collector');
    await sent;
    expect(answers.at(-1)).toBe(200);
  });

  it('keeps everything over a new set of containers', async () => {
    const before = { costs: await costs(), events: await events('name=UserPromptSubmit') };
    await stack.compose('down');
    await stack.up();
    await waitFor('the same total', async () => only(await costs()) === 0.375);
    expect(await events('name=UserPromptSubmit')).toEqual(before.events);
    expect(before.costs).toHaveLength(1);
  });

  it('shows the dashboards in Grafana to anyone here, and lets only its admin change them', async (context) => {
    if (!stack.services.includes('grafana'))
      context.skip(`${composeFile.services.grafana?.image} is not to be had here`);
    const { grafana } = stack.urls;
    const found = await json<{ uid: string }[]>(`${grafana}/api/search?type=dash-db`);
    expect(found.length).toBeGreaterThan(0);
    for (const uid of ['prometheus', 'loki']) {
      const health = await json<{ status: string }>(`${grafana}/api/datasources/uid/${uid}/health`);
      expect(health.status, uid).toBe('OK');
    }
    const password = (await stack.compose('run', '--rm', 'grafana-password', 'print')).stdout.trim();
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    expect((await fetch(`${grafana}/api/admin/settings`)).status).not.toBe(200);
    expect((await fetch(`${grafana}/api/admin/settings`, { headers: { authorization } })).status).toBe(200);
  });

  // The last one: from here on everyone needs a token.
  it('is opened to others with TLS, tokens and passwords only', () => opensToOthers(stack));
});
