import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { testFolder, until } from '../fixtures/test-service.ts';
import { openConnection } from './store/connection.ts';

const root = join(import.meta.dirname, '../../..');
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** The service from its sources, as a process of its own. */
function run(env: Record<string, string>) {
  const options = ['--import', 'tsx', '--conditions=telltale-source', 'apps/server/src/main.ts'];
  const child = spawn(process.execPath, options, { cwd: root, env: { PATH: process.env.PATH, ...env } });
  running.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, out, err }));
  return { child, ended, out: () => out };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function started(env: Record<string, string> = {}) {
  for (;;) {
    const [home, port] = [testFolder(), await freePort()];
    // The usual port for telemetry may be somebody else's, which would be told.
    const ports = { TELLTALE_PORT: String(port), TELLTALE_OTLP_PORT: 'off' };
    const service = run({ TELLTALE_HOME: home, HOME: home, ...ports, ...env });
    const isRunning = until(() => expect(service.out()).toContain('is running')).then(() => undefined);
    // Where it ended early, nobody waits for this any more.
    isRunning.catch(() => {});
    const early = await Promise.race([service.ended, isRunning]);
    if (!early) return { ...service, home, port, url: `http://127.0.0.1:${port}` };
    // Somebody else may have taken the port that was free a moment ago.
    if (!early.err.includes('is in use, perhaps by')) throw new Error(early.err);
  }
}

/** What it ends with when it cannot start: nothing but one sentence. */
async function sentence(env: Record<string, string>): Promise<string> {
  const { code, out, err } = await run({ HOME: testFolder(), ...env }).ended;
  expect([code, out]).toEqual([1, '']);
  expect(err.trim().split('\n')).toHaveLength(1);
  return err.trim();
}

it('says where it is, and ends cleanly on SIGTERM and SIGINT', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { child, ended, url } = await started();
    const health = (await (await fetch(`${url}/healthz`)).json()) as object;
    expect(health).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+$/), pid: child.pid });
    child.kill(signal);
    expect(await ended).toEqual({
      code: 0,
      err: '',
      out: `Telltale is running: ${url}\nConnect a project: npm run connect -- <folder of the project> --url ${url}\n`,
    });
  }
});

it('ends with one sentence when it can no longer write', async () => {
  const { child, ended, home, url } = await started();
  const hook = { method: 'POST', body: '{"session_id":"s-1","hook_event_name":"Stop"}' };
  expect((await fetch(`${url}/ingest/hook`, hook)).status).toBe(200);
  const blocker = openConnection(join(home, 'telltale.db'));
  blocker.exec('BEGIN IMMEDIATE');
  child.kill('SIGTERM');
  const { code, err } = await ended;
  blocker.exec('ROLLBACK');
  // On a busy machine its first look at older sessions meets the blocker, too, and says so.
  const ofStart = 'telltale: store: Sessions of an older version could not be read anew: ';
  const sentences = err.split('\n').filter((line) => !line.startsWith(ofStart));
  expect([code, sentences]).toEqual([
    1,
    [expect.stringMatching(/^telltale: could not stop cleanly after SIGTERM: .*telltale\.db is in use by /), ''],
  ]);
  expect(blocker.prepare('SELECT count(*) AS events FROM fresh_events').get()).toEqual({ events: 1 });
  blocker.close();
});

it('ends although a request never does', async () => {
  const { child, ended, port } = await started();
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write('POST /ingest/hook HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n');
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 100 /);
  socket.write('half');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it('refuses bad configuration', async () => {
  expect(await sentence({ TELLTALE_PORT: '80a' })).toBe('telltale: TELLTALE_PORT must be 1–65535, got "80a"');
});

it('refuses a busy port', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const { port } = busy.address() as AddressInfo;
  const said = await sentence({ TELLTALE_HOME: testFolder(), TELLTALE_PORT: String(port) });
  busy.close();
  expect(said).toBe(
    `telltale: port ${port} on 127.0.0.1 is in use, perhaps by another Telltale: stop that one, or set TELLTALE_PORT to a free port`,
  );
});

it('refuses a folder that is a file, or cannot be written', async () => {
  const folder = testFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await sentence({ TELLTALE_HOME: file })).toMatch(
    /^telltale: TELLTALE_HOME .*file cannot be used: .* is a file$/,
  );
  expect(await sentence({ TELLTALE_HOME: join(file, 'below') })).toMatch(/below cannot be used: .*not a directory/);
  // Where Node's own recursive mkdir would try for ever.
  if (existsSync('/proc')) {
    expect(await sentence({ TELLTALE_HOME: '/proc/telltale/home' })).toMatch(
      /^telltale: TELLTALE_HOME .* cannot be used: /,
    );
  }
  const closed = join(folder, 'closed');
  mkdirSync(join(closed, 'telltale.db'), { recursive: true });
  chmodSync(closed, 0o700);
  expect(await sentence({ TELLTALE_HOME: closed })).toMatch(/telltale\.db cannot be written: give this user the right/);
});

it('refuses a database that is damaged, or newer than it knows', async () => {
  const [damaged, newer] = [testFolder(), testFolder()];
  writeFileSync(
    join(damaged, 'telltale.db'),
    'this is no database, and it is long enough to be read as one'.repeat(100),
  );
  expect(await sentence({ TELLTALE_HOME: damaged })).toMatch(/is damaged or no Telltale database: move it away or/);
  const database = openConnection(join(newer, 'telltale.db'));
  database.pragma('user_version = 9999');
  database.close();
  expect(await sentence({ TELLTALE_HOME: newer })).toMatch(
    /has schema 9999 and this Telltale knows up to \d+: update Telltale/,
  );
});

it('refuses a folder that another one uses', async () => {
  const { home } = await started();
  const said = await sentence({ TELLTALE_HOME: home, TELLTALE_PORT: String(await freePort()) });
  expect(said).toMatch(/is in use by another Telltale: stop that one, or set TELLTALE_HOME/);
});
