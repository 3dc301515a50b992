import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreatedToken, createdTokenSchema, type TokenScope } from '@telltale/core/access-view';
import { total } from '@telltale/observability/query/total.ts';
import { expect } from 'vitest';
import { remoteText, requiredIn } from '../compose/file.ts';
import type { RunningStack } from '../compose/running-stack.ts';
import { freePort } from '../ports.ts';
import { bearer } from '../security/targets.ts';
import { logsPayload, metricsPayload } from '../stack/payloads.ts';
import { promql } from '../stack/queries.ts';
import { waitFor } from '../wait.ts';
import { type Asked, askHttps } from './ask-https.ts';
import { makeCertificate, outsideName } from './certificate.ts';

const sessionId = 'c0ffee00-0000-4000-8000-000000000002';

/** The way of docs/remote.md, from the stack that runs on this machine alone. */
export async function opensToOthers(stack: RunningStack): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-remote-'));
  const { certificate, key, authority } = await makeCertificate(folder);
  chmodSync(key, 0o644); // those who read it have no rights in a container
  const [collector, prometheus, laptops, admin] = [
    await createToken(stack, 'collector', 'ingest'),
    await createToken(stack, 'prometheus', 'numbers'),
    await createToken(stack, 'laptops', 'ingest'),
    await createToken(stack, 'me', 'admin'),
  ];
  const [https, grafanaHttps] = [await freePort(), await freePort()];
  const told = {
    ...{ TELLTALE_NAME: outsideName, TELLTALE_TLS_CERTIFICATE: certificate, TELLTALE_TLS_KEY: key },
    ...{ TELLTALE_INGEST_TOKEN: collector.token, TELLTALE_NUMBERS_TOKEN: prometheus.token },
    ...{ TELLTALE_SENDER_TOKENS: laptops.token, GRAFANA_ADMIN_PASSWORD: 'correct horse battery' },
    ...{ TELLTALE_REMOTE_ADDRESS: '127.0.0.1', TELLTALE_HTTPS_PORT: `${https}`, GRAFANA_HTTPS_PORT: `${grafanaHttps}` },
  };
  const opened = await stack.beyond(told);
  const parts = ['telltale', 'otel-collector', 'prometheus', 'proxy'];
  const ask = (port: number, path: string, asked: Partial<Asked> = {}) => askHttps(port, { path, authority, ...asked });
  const post = (port: number, path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(port, path, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    });
  try {
    for (const name of requiredIn(remoteText)) {
      const lacking = await stack.beyond({ ...told, [name]: '' });
      await expect(lacking('config', '--quiet'), name).rejects.toThrow(
        new RegExp(`required variable ${name} is missing a value: must be`),
      );
    }
    await opened('up', '--detach', '--wait', '--wait-timeout', '240', ...parts);

    // Telltale, by the proxy.
    expect((await ask(https, '/api/sessions')).status).toBe(401);
    const hook = {
      session_id: sessionId,
      hook_event_name: 'UserPromptSubmit',
      prompt: 'from afar',
      cwd: '/home/dev/app',
    };
    expect((await post(https, '/ingest/hook', hook)).status).toBe(401);
    expect((await post(https, '/ingest/hook', hook, bearer(laptops))).status).toBe(200);
    expect((await fetch(`${stack.urls.telltale}/api/sessions`)).status).toBe(401);

    // The collector, by itself.
    const otlp = Number(new URL(stack.urls.otlp).port);
    const at = Date.now();
    const attributes = { 'session.id': sessionId, model: 'claude-opus-4-8', request_id: 'req_afar', cost_usd: 0.5 };
    const point = { startedAt: at - 1000, at, value: 0.5, attributes: { 'session.id': sessionId } };
    const metrics = metricsPayload([{ name: 'claude_code.cost.usage', unit: 'USD', points: [point] }]);
    expect((await post(otlp, '/v1/metrics', metrics)).status).toBe(401);
    expect((await post(otlp, '/v1/metrics', metrics, bearer(laptops))).status).toBe(200);
    const logs = logsPayload([{ name: 'api_request', at, attributes }]);
    expect((await post(otlp, '/v1/logs', logs, bearer(laptops))).status).toBe(200);

    // What is behind them, each with a token of its own.
    const filter = `session_id="${sessionId}"`;
    const cost = total({ metric: 'cost', by: ['session_id'], filter, range: '1h' });
    await waitFor(
      'the metric in Prometheus',
      async () => (await promql(stack.urls.prometheus, cost))[0]?.value === 0.5,
    );
    await waitFor('the scrape of Telltale', async () => {
      const [up] = await promql(stack.urls.prometheus, 'up{job="telltale"}');
      return up?.value === 1;
    });
    const events = `/api/events?session=${sessionId}&limit=10`;
    const names = await waitFor('hook and event in Telltale', async () => {
      const { body } = await ask(https, events, { headers: bearer(admin) });
      const found = (JSON.parse(body) as { events: { name: string }[] }).events.map(({ name }) => name).sort();
      return found.length >= 2 && found;
    });
    expect(names).toEqual(['UserPromptSubmit', 'api_request']);

    // Each part as confined as before.
    for (const name of parts) {
      const [container] = await stack.containers(name, opened);
      expect(container, name).toMatchObject({ health: 'healthy', isReadOnly: true });
      expect(await stack.users(container?.name ?? ''), name).not.toContain(0);
    }
    await opened('run', '--rm', 'grafana-password');
    expect((await opened('run', '--rm', 'grafana-password', 'print')).stdout.trim()).toBe(told.GRAFANA_ADMIN_PASSWORD);
    const short = await stack.beyond({ ...told, GRAFANA_ADMIN_PASSWORD: 'short' });
    await expect(short('run', '--rm', 'grafana-password')).rejects.toThrow(/at least 12 characters/);
  } finally {
    await opened('rm', '--stop', '--force', 'proxy');
    await rm(folder, { recursive: true, force: true });
  }
}

/** While nobody needs one. */
async function createToken({ urls }: RunningStack, name: string, scope: TokenScope): Promise<CreatedToken> {
  const headers = { 'content-type': 'application/json' };
  const asked = { method: 'POST', headers, body: JSON.stringify({ name, scope }) };
  return createdTokenSchema.parse(await (await fetch(`${urls.telltale}/api/access/tokens`, asked)).json());
}
