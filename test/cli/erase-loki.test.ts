import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand, telltale, until } from '../../apps/cli/fixtures/telltale.ts';
import { freePort } from '../ports.ts';
import { requiresStack } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { stackBinaries } from '../stack/binaries.ts';
import { createPart } from '../stack/part.ts';
import { shipped } from '../stack/shipped.ts';

buildCommand();
const service = serviceFor('tests');

/** Loki with the shipped settings but for what is replaced. */
async function startLoki(replacements: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-loki-'));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const data = join(folder, 'data');
  mkdirSync(data);
  const config = shipped('loki/loki.yaml', {
    'http_listen_port: 3100': `http_listen_address: 127.0.0.1\n  http_listen_port: ${port}`,
    'grpc_listen_port: 9096': `grpc_listen_address: 127.0.0.1\n  grpc_listen_port: ${grpcPort}`,
    'path_prefix: /loki': `path_prefix: ${data}`,
    '/loki/chunks': join(data, 'chunks'),
    '/loki/rules': join(data, 'rules'),
    '/loki/compactor': join(data, 'compactor'),
    ...replacements,
  });
  writeFileSync(join(folder, 'loki.yaml'), config);
  const url = `http://127.0.0.1:${port}`;
  const loki = createPart({
    ...{ name: 'loki', url, ready: `${url}/ready`, cwd: folder },
    ...{ command: (await stackBinaries()).loki, args: [`-config.file=${join(folder, 'loki.yaml')}`] },
  });
  onTestFinished(async () => {
    await loki.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await loki.start();
  return url;
}

/** One event of a session, in the store and, as the collector sends it, in Loki. */
async function tell(loki: string, session: string): Promise<void> {
  const body = JSON.stringify({
    session_id: session,
    hook_event_name: 'UserPromptSubmit',
    prompt: `words of ${session}`,
  });
  expect((await fetch(`${service.current.url}/ingest/hook`, { method: 'POST', body })).status).toBe(200);
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const attributes = [text('session.id', session), text('event.name', 'user_prompt')];
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'claude_code.user_prompt' }, attributes };
  const resource = { attributes: [text('service.name', 'claude-code')] };
  const sent = await fetch(`${loki}/otlp/v1/logs`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
  });
  expect(sent.status).toBe(204);
}

async function sessionsIn(loki: string, query: string): Promise<string[]> {
  const answer = await fetch(`${loki}/loki/api/v1/query_range?${new URLSearchParams({ query, since: '1h' })}`);
  const { data } = (await answer.json()) as { data: { result: { stream: { session_id: string } }[] } };
  return data.result.map(({ stream }) => stream.session_id).sort();
}

describe.runIf(await requiresStack())('erase --loki', () => {
  const erase = (session: string, loki: string) => {
    const env = { HOME: service.current.home, TELLTALE_HOME: service.current.home, TELLTALE_URL: service.current.url };
    return telltale(['erase', '--session', session, '--yes', '--loki', loki], { env });
  };

  it('asks a Loki that deletes for the lines of this session and no others', async () => {
    const loki = await startLoki({ 'deletion_mode: disabled': 'deletion_mode: filter-and-delete' });
    await tell(loki, 'gone"1');
    await tell(loki, 'stays-1');
    await until(async () =>
      expect(await sessionsIn(loki, '{service_name="claude-code"}')).toEqual(['gone"1', 'stays-1']),
    );
    const erased = await erase('gone"1', loki);
    expect(erased).toMatchObject({ code: 0, out: expect.stringContaining('Loki has taken 1 wish to delete') });
    const wishes = (await (await fetch(`${loki}/loki/api/v1/delete`)).json()) as {
      query: string;
      start_time: number;
    }[];
    expect(wishes).toHaveLength(1);
    expect(await sessionsIn(loki, wishes[0]?.query ?? '')).toEqual(['gone"1']);
  });

  it('says that the shipped Loki deletes nothing, and erases the rest', async () => {
    const loki = await startLoki({});
    await tell(loki, 'gone-2');
    const erased = await erase('gone-2', loki);
    expect(erased).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Erased 1 session.\nProof: .*\nLoki deletes nothing \(4\d\d /s),
    });
  });
});
