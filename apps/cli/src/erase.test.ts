import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type TestService, testService } from '../../server/fixtures/test-service.ts';
import { spooled } from '../fixtures/spooled.ts';
import { buildCommand, telltale, until } from '../fixtures/telltale.ts';
import { lokiQuery } from './erase.ts';

buildCommand();

const envOf = ({ home, url }: TestService) => ({ env: { HOME: home, TELLTALE_HOME: home, TELLTALE_URL: url } });

/** Two sessions that share a word, in two projects, found by the search. */
async function told() {
  const service = await testService();
  const say = (session: string, project: string, prompt: string) =>
    service.fire(session, 'UserPromptSubmit', { prompt, prompt_id: `${session}-1`, cwd: `/home/dev/${project}` });
  await say('gone-1', 'shop', 'the shared xylophone and a secretive armadillo');
  await say('stays-1', 'api', 'the shared xylophone and a friendly capybara');
  const hits = async (word: string) =>
    ((await (await service.get(`/api/search?q=${word}`)).json()) as { total: { hits: number } }).total.hits;
  await until(async () => expect([await hits('armadillo'), await hits('xylophone')]).toEqual([1, 2]));
  return { service, hits };
}

it('erases a session with what waits of it on this machine, proves it, and leaves others', async () => {
  const { service, hits } = await told();
  const folder = spooled(service.home, 'gone-1', 1);
  spooled(service.home, 'stays-1', 2);
  const { code, out, err } = await telltale(['erase', '--session', 'gone-1', '--yes'], envOf(service));
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('gone-1  shop') });
  expect(out).toMatch(
    /^Erased 1 session and 1 event in the spool\.\nProof: .* of \d+ words that the search found, it finds none\.\n/,
  );
  expect([await hits('armadillo'), await hits('xylophone'), await hits('capybara')]).toEqual([0, 1, 1]);
  expect((await service.get('/api/sessions/gone-1')).status).toBe(404);
  expect((await service.get('/api/sessions/stays-1')).status).toBe(200);
  const left = readdirSync(folder, { recursive: true }).map(String).sort();
  expect(left.filter((name) => !/^(rejected|transcripts|url)$/.test(name))).toEqual([
    '1763600000000000020-4711-2.json',
    '4711-2.head',
    'transcripts/stays-1',
    'transcripts/stays-1.due',
  ]);
});

it('erases all sessions of a project, and tells it as JSON', async () => {
  const { service, hits } = await told();
  const { code, out } = await telltale(['erase', '--app', 'api', '--yes', '--json'], envOf(service));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ sessions: ['stays-1'], spooled: 0, left: [], words: expect.any(Number) });
  expect(await hits('xylophone')).toBe(1);
});

it('erases nothing without a yes, by a part of an id, or of a project that is not there', async () => {
  const { service, hits } = await told();
  const refused = async (...args: string[]) => telltale(['erase', ...args], envOf(service));
  expect(await refused('--session', 'gone-1')).toMatchObject({ code: 2, err: expect.stringContaining('--yes erases') });
  expect(await refused('--session', 'gone', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('whole id: gone-1'),
  });
  expect(await refused('--app', 'nobody', '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no session of a project'),
  });
  expect(await hits('xylophone')).toBe(2);
});

it('does not say that it is gone while the search still finds it', async () => {
  const { service } = await told();
  // Stands before the real service and drops the one request that deletes.
  const server = createServer(async (request, response) => {
    const answer = request.method === 'DELETE' ? undefined : await fetch(service.url + request.url);
    response.writeHead(answer?.status ?? 204).end(answer && (await answer.text()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const env = { ...envOf(service).env, TELLTALE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { code, out, err } = await telltale(['erase', '--session', 'gone-1', '--yes'], { env });
  expect(code).toBe(1);
  expect(out).toMatch(/Still there of gone-1: the session itself, events, "\w+" in the search/);
  expect(out).not.toContain('Proof');
  expect(err).toContain('Not everything is gone');
});

it('asks Loki by the session that stands beside each line, whatever an id looks like', () => {
  expect(lokiQuery('a-1')).toBe('{service_name=~".+"} | session_id="a-1"');
  expect(lokiQuery('a"} or {b="')).toBe('{service_name=~".+"} | session_id="a\\"} or {b=\\""');
});
