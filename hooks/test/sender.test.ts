import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { isAlive } from '../.claude/hooks/telltale/spool.mjs';
import { type Install, list, pathOf, runners, senderOf, until } from './installs.ts';
import type { Recorded, Recorder } from './recorder.ts';
import { it, type Stage } from './stage.ts';

const event = (n: number | string) => JSON.stringify({ session_id: 's1', hook_event_name: 'PreToolUse', n });
const numberOf = ({ body }: Recorded) => JSON.parse(body.toString()).n;
const shell = runners[0] as (typeof runners)[number];
const basics = [
  'sh',
  'cat',
  'mv',
  'mkdir',
  'rm',
  'rmdir',
  'date',
  'cksum',
  'sleep',
  'sed',
  'ls',
  'awk',
  'dirname',
  'find',
  'wc',
  'head',
  'tail',
  'cp',
  'setsid',
  'dash',
  'bash',
  'busybox',
];

const senders = [
  { name: 'send.sh with curl', runner: shell, programs: [...basics, 'curl'] },
  { name: 'send.mjs, as there is no curl', runner: shell, programs: [...basics, 'node'] },
];

for (const { name, runner, programs } of senders) {
  describe.concurrent(name, () => {
    function setUp(stage: Stage, url: string, env: Record<string, string> = {}): Install {
      const install = stage.install(runner, { TELLTALE_URL: url, ...env });
      const fire = install.fire;
      const PATH = pathOf(join(install.home, 'bin'), programs);
      install.fire = (hook, body, more) => fire(hook, body, { PATH, ...more });
      return install;
    }
    const lies = (install: Install, count: number) =>
      until(() => install.waiting().length === count, `${count} events in the spool`);
    async function idle(server: Recorder, install: Install): Promise<void> {
      await until(() => server.events().length > 0, 'the first is delivered');
      await until(() => !list(install.spool()).includes('lock'), 'the sender has gone');
    }

    it('keeps everything while the server is down, and delivers each once when it comes', async ({ stage }) => {
      const gone = await stage.serve();
      await gone.close();
      const install = setUp(stage, gone.url);
      for (let n = 0; n < 5; n++) await install.fire('PreToolUse', event(n));
      await lies(install, 5);
      const server = await stage.serve(undefined, gone.port);
      await until(() => install.waiting().length === 0, 'the spool is empty');
      expect(server.events().map(numberOf).sort()).toEqual([0, 1, 2, 3, 4]);
    });

    it('returns at once while the server hangs', async ({ stage }) => {
      const server = await stage.serve(() => 'hang');
      const install = setUp(stage, server.url);
      const fired = [];
      for (let n = 0; n < 5; n++) fired.push(await install.fire('PreToolUse', event(n)));
      // One request waits for its answer all that time; a hook that waited too would need 10 s.
      await until(() => server.events().length === 1, 'the first is on its way');
      expect(Math.max(...fired.map(({ ms }) => ms))).toBeLessThan(9000);
      await lies(install, 5);
    });

    it.for([400, 413, 422])('moves what is answered %i to rejected/ and goes on', async (status, { stage }) => {
      const server = await stage.serve((request) => ({ status: numberOf(request) === 'poison' ? status : 200 }));
      const install = setUp(stage, server.url);
      for (const n of ['poison', 1, 2]) await install.fire('PreToolUse', event(n));
      await until(() => server.events().length === 3, 'all are answered');
      await lies(install, 0);
      expect(server.events().map(numberOf)).toEqual(['poison', 1, 2]);
      const [head, item] = list(join(install.spool(), 'rejected')).sort((a, b) => a.length - b.length);
      expect(readFileSync(join(install.spool(), 'rejected', item ?? ''), 'utf8')).toBe(event('poison'));
      expect(readFileSync(join(install.spool(), 'rejected', head ?? ''), 'utf8')).toContain('telltale-event-id: ');
    });

    it.for([401, 404, 429, 500, 503])(
      'keeps what is answered %i, and the rest goes past it',
      async (status, { stage }) => {
        let isHealed = false;
        const server = await stage.serve((request) => ({
          status: numberOf(request) === 'bad' && !isHealed ? status : 200,
        }));
        const install = setUp(stage, server.url);
        for (const n of ['bad', 1, 2]) await install.fire('PreToolUse', event(n));
        await until(
          () => server.events().filter((request) => numberOf(request) !== 'bad').length === 2,
          'the others are delivered',
        );
        await lies(install, 1);
        isHealed = true;
        await until(() => install.waiting().length === 0, 'it is tried again');
        const ids = server
          .events()
          .filter((request) => numberOf(request) === 'bad')
          .map(({ headers }) => headers['telltale-event-id']);
        expect(new Set(ids).size).toBe(1);
      },
    );

    it('takes over from a sender that was killed', async ({ stage }) => {
      let isHanging = true;
      const server = await stage.serve(() => (isHanging ? 'hang' : { status: 200 }));
      const install = setUp(stage, server.url);
      await install.fire('PreToolUse', event(1));
      await until(() => server.events().length === 1, 'the sender is at work');
      const sender = senderOf(install.spool()) ?? 0;
      process.kill(sender, 'SIGKILL');
      // It dies a moment later, and a hook leaves its event to a sender that lives.
      await until(() => !isAlive(`${sender} ${Date.now() / 1000}`), 'it is dead');
      isHanging = false;
      await install.fire('PreToolUse', event(2));
      await until(() => server.events().length === 3, 'the next one delivers both');
      expect(server.events().map(numberOf)).toEqual([1, 1, 2]);
      const [first, again] = server.events().map(({ headers }) => headers['telltale-event-id']);
      expect(again).toBe(first);
    });

    it('takes over a lock of a living process that did not renew it for a minute, or of nobody', async ({ stage }) => {
      const server = await stage.serve();
      const install = setUp(stage, server.url);
      await install.fire('PreToolUse', event(1));
      await idle(server, install);
      const pid = stage.bystander();
      for (const owner of [`${pid} ${Math.floor(Date.now() / 1000) - 61}\n`, undefined]) {
        mkdirSync(join(install.spool(), 'lock'));
        if (owner) writeFileSync(join(install.spool(), 'lock', 'owner'), owner);
        else utimesSync(join(install.spool(), 'lock'), 1, 1);
        const before = server.events().length;
        await install.fire('PreToolUse', event(2));
        await until(() => server.events().length > before, 'it is delivered');
        await until(() => !list(install.spool()).includes('lock'), 'the sender has gone');
      }
    });

    it('leaves a lock alone that is held by a living process', async ({ stage }) => {
      const server = await stage.serve();
      const install = setUp(stage, server.url);
      await install.fire('PreToolUse', event(1));
      await idle(server, install);
      mkdirSync(join(install.spool(), 'lock'));
      writeFileSync(join(install.spool(), 'lock', 'owner'), `${stage.bystander()} ${Math.floor(Date.now() / 1000)}\n`);
      await install.fire('PreToolUse', event(2));
      await new Promise((done) => setTimeout(done, 500));
      await lies(install, 1);
      rmSync(join(install.spool(), 'lock'), { recursive: true });
      await install.fire('PreToolUse', event(3));
      await until(() => server.events().length === 3, 'both are delivered');
      expect(server.events().map(numberOf)).toEqual([1, 2, 3]);
    });

    it('never mixes two destinations', async ({ stage }) => {
      const [one, two] = [await stage.serve(), await stage.serve()];
      const install = setUp(stage, one.url);
      for (let n = 0; n < 6; n++) await install.fire('PreToolUse', event(n), n % 2 ? { TELLTALE_URL: two.url } : {});
      await until(() => one.events().length === 3 && two.events().length === 3, 'three each');
      expect(one.events().map(numberOf)).toEqual([0, 2, 4]);
      expect(two.events().map(numberOf)).toEqual([1, 3, 5]);
      expect(list(join(install.home, '.telltale', 'spool')).length).toBe(2);
    });

    it('publishes what a hook left that was killed after it had all of stdin, and forgets what never was complete', async ({
      stage,
    }) => {
      const server = await stage.serve();
      const install = setUp(stage, server.url);
      await install.fire('PreToolUse', event(1));
      await idle(server, install);
      writeFileSync(join(install.spool(), '77-whole.tmp'), event('whole'));
      writeFileSync(join(install.spool(), '77-whole.head'), 'telltale-event-id: whole\n');
      for (const name of ['78-part.tmp', '79-lonely.head']) {
        writeFileSync(join(install.spool(), name), '{"session_id":');
        utimesSync(join(install.spool(), name), 1, 1);
      }
      writeFileSync(join(install.spool(), '80-young.tmp'), '{');
      writeFileSync(join(install.spool(), '80-young.head'), '');
      await install.fire('PreToolUse', event(2));
      await until(() => server.events().length === 3, 'all three');
      expect(server.events().map(numberOf).sort()).toEqual([1, 2, 'whole']);
      await lies(install, 0);
      const items = () => list(install.spool()).filter((name) => /^\d/.test(name));
      await until(() => items().length === 2, 'the rest is gone');
      expect(items()).toEqual(['80-young.head', '80-young.tmp']);
    });

    it('keeps at most 2 MB until something was delivered, the newest, and counts what it dropped', async ({
      stage,
    }) => {
      const gone = await stage.serve();
      await gone.close();
      const install = setUp(stage, gone.url);
      const big = 'x'.repeat(300_000);
      for (let n = 0; n < 10; n++) await install.fire('PreToolUse', JSON.stringify({ session_id: 's', n, big }));
      const kept = () =>
        install.waiting().map((item) => JSON.parse(readFileSync(join(install.spool(), item), 'utf8')).n);
      const dropped = join(install.spool(), 'dropped');
      await until(() => existsSync(dropped) && readFileSync(dropped, 'utf8') === '4\n', 'the cap');
      expect(kept()).toEqual([4, 5, 6, 7, 8, 9]);
    });

    it('keeps more once something was delivered', async ({ stage }) => {
      const server = await stage.serve();
      const install = setUp(stage, server.url);
      await install.fire('PreToolUse', event(0));
      await until(() => server.events().length === 1, 'one is delivered');
      await lies(install, 0);
      await server.close();
      const big = 'x'.repeat(300_000);
      for (let n = 0; n < 10; n++) await install.fire('PreToolUse', JSON.stringify({ session_id: 's', n, big }));
      await lies(install, 10);
      // Time enough for a sender that would drop some: it fails at once, the server is gone.
      await new Promise((done) => setTimeout(done, 1500));
      expect(install.waiting().length).toBe(10);
    });

    it('keeps the spool private', async ({ stage }) => {
      const gone = await stage.serve();
      await gone.close();
      const install = setUp(stage, gone.url, { TELLTALE_TOKEN: 't'.repeat(8) });
      await install.fire('PreToolUse', event(0));
      await lies(install, 1);
      const spool = install.spool();
      const modes = ['', 'token', 'url', ...install.waiting()].map((file) => statSync(join(spool, file)).mode & 0o077);
      expect(modes).toEqual([0, 0, 0, 0]);
    });

    it('waits for the sender at SessionEnd where TELLTALE_FLUSH_MS says so, and not longer', async ({ stage }) => {
      const server = await stage.serve(({ path }) => ({ status: 200, body: path.includes('transcript') ? '0' : '' }));
      const install = setUp(stage, server.url);
      await install.fire('SessionEnd', event(1), { TELLTALE_FLUSH_MS: '9000' });
      expect(server.events().length).toBe(1);
      expect(install.waiting()).toEqual([]);
      const hanging = await stage.serve(() => 'hang');
      const { ms } = await install.fire('SessionEnd', event(2), {
        TELLTALE_FLUSH_MS: '400',
        TELLTALE_URL: hanging.url,
      });
      expect(ms).toBeGreaterThan(300);
      expect(ms).toBeLessThan(9000); // a request waits 10 s for its answer
      expect(install.waiting().length).toBe(1);
    });
  });
}

describe.concurrent('a machine with neither curl nor node', () => {
  it('keeps the events for the service to fetch', async ({ stage }) => {
    const server = await stage.serve();
    const install = stage.install(shell, { TELLTALE_URL: server.url });
    const PATH = pathOf(join(install.home, 'bin'), basics);
    await install.fire('PreToolUse', event(1), { PATH });
    await until(() => install.waiting().length === 1, 'the event lies there');
    await new Promise((done) => setTimeout(done, 200));
    expect(install.waiting().length).toBe(1);
    expect(server.requests).toEqual([]);
    expect(list(install.spool())).not.toContain('lock');
  });
});
