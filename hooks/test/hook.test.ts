import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { list, runners, until } from './installs.ts';
import { it, type Stage } from './stage.ts';

const event = (more: object = {}) =>
  JSON.stringify({
    session_id: 's1',
    transcript_path: '/nowhere/s1.jsonl',
    cwd: '/',
    hook_event_name: 'PreToolUse',
    ...more,
  });

/** A sender that goes as soon as it has nothing to do: the worst case for events that come while it is leaving. */
function hurried(script: string): string {
  const changed = script
    .replace(/\bidle (-lt|<) 10/, 'idle $1 1')
    .replace(/sleep 0\.2 \|\| sleep 1/g, ':')
    .replace('await sleep(200);', '');
  if (changed.length >= script.length) throw new Error('the lingering is not where it was');
  return changed;
}

for (const runner of runners) {
  describe.concurrent(`the hook in ${runner.name}`, () => {
    const suffix = runner.name === 'node' ? '-node' : '';

    async function setUp(stage: Stage) {
      const server = await stage.serve();
      const install = stage.install(runner, { TELLTALE_URL: server.url });
      const delivered = (count: number) => until(() => server.events().length >= count, `${count} events`);
      return { server, install, delivered };
    }

    it('delivers stdin untouched, with headers from the allow-list and nothing of the environment', async ({
      stage,
    }) => {
      const { server, install, delivered } = await setUp(stage);
      const secret = ['sk-ant', 'api03', 'x'.repeat(20)].join('-');
      const before = Date.now();
      const fired = await install.fire('PreToolUse', event(), {
        ANTHROPIC_API_KEY: secret,
        CLAUDE_PID: String(process.pid),
        CLAUDE_CODE_ENTRYPOINT: 'cli',
        TERM_PROGRAM: 'iTerm.app',
        TMUX_PANE: '%3',
        WT_SESSION: 'wt',
        ITERM_SESSION_ID: 'w0t0',
        USER: 'dev',
      });
      expect(fired).toMatchObject({ code: 0, output: '' });
      await delivered(1);
      const [request] = server.events();
      expect(request?.body.toString()).toBe(event());
      const headers = request?.headers ?? {};
      expect(
        Object.keys(headers)
          .filter((name) => name.startsWith('telltale-') && name !== 'telltale-tty')
          .sort(),
      ).toEqual([
        'telltale-app',
        'telltale-at',
        'telltale-claude-code-entrypoint',
        'telltale-claude-pid',
        'telltale-event-id',
        'telltale-host',
        'telltale-install',
        'telltale-iterm-session-id',
        'telltale-term-program',
        'telltale-tmux-pane',
        'telltale-user',
        'telltale-wt-session',
      ]);
      expect(headers).toMatchObject({
        'telltale-app': 'shop',
        'telltale-install': `project${suffix}`,
        'content-type': 'application/json',
      });
      const at = Date.parse(String(headers['telltale-at']));
      expect(at).toBeGreaterThanOrEqual(before - 50);
      expect(at).toBeLessThanOrEqual(Date.now());
      expect(JSON.stringify(server.requests)).not.toContain(secret);
    });

    it.for([
      { what: 'empty', body: Buffer.alloc(0) },
      { what: '5 MB', body: Buffer.from(event({ tool_response: 'x'.repeat(5_000_000) })) },
      { what: 'invalid UTF-8', body: Buffer.concat([Buffer.from('{"s":"'), Buffer.from([0xff, 0xfe, 0x00, 0x0a])]) },
      { what: 'ending in newlines', body: Buffer.from(`${event()}\n\n`) },
    ])('keeps stdin byte by byte: $what', async ({ body }, { stage }) => {
      const { server, install, delivered } = await setUp(stage);
      // At Stop the script also looks into what it got, for the transcript.
      expect(await install.fire('Stop', body)).toMatchObject({ code: 0, output: '' });
      await delivered(1);
      expect(server.events()[0]?.body.equals(body)).toBe(true);
    });

    it.for([
      { senders: 'senders', change: (script: string) => script },
      { senders: 'senders that never linger', change: hurried },
    ])(
      'delivers bursts of three once each with $senders, and leaves an empty spool',
      { timeout: 60_000 },
      async ({ change }, { stage }) => {
        const { server, install } = await setUp(stage);
        for (const name of ['send.sh', 'send.mjs']) {
          const path = join(install.project, '.claude', 'hooks', 'telltale', name);
          writeFileSync(path, change(readFileSync(path, 'utf8')));
        }
        const bursts = runner === runners[0] || process.env.TELLTALE_LONG_TESTS ? 100 : 20;
        for (let burst = 0; burst < bursts; burst++) {
          const bodies = [0, 1, 2].map((n) => event({ tool_use_id: `t${burst}-${n}` }));
          await Promise.all(bodies.map((body) => install.fire('PreToolUse', body)));
        }
        // What is stranded now stays so: no hook comes any more.
        await until(
          () => server.events().length >= bursts * 3 && install.waiting().length === 0,
          'the spool is empty',
          20_000,
        );
        const ids = server.events().map(({ body }) => JSON.parse(body.toString()).tool_use_id);
        expect(ids.length).toBe(bursts * 3);
        expect(new Set(ids).size).toBe(bursts * 3);
        expect(new Set(server.events().map(({ headers }) => headers['telltale-event-id'])).size).toBe(bursts * 3);
        expect(list(install.spool()).filter((name) => /\.(head|tmp|json)$/.test(name))).toEqual([]);
      },
    );

    it('keeps the order of one process', async ({ stage }) => {
      const { server, install, delivered } = await setUp(stage);
      for (let n = 0; n < 10; n++) await install.fire('PreToolUse', event({ n }));
      await delivered(10);
      const byTime = server
        .events()
        .sort((a, b) => String(a.headers['telltale-at']).localeCompare(String(b.headers['telltale-at'])));
      expect(byTime.map(({ body }) => JSON.parse(body.toString()).n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('does nothing when it is disabled, ignored, sent nowhere or gone', async ({ stage }) => {
      const { server, install, delivered } = await setUp(stage);
      const home = join(install.home, '.telltale');
      const silent = { code: 0, output: '' };
      expect(await install.fire('Stop', event(), { TELLTALE_DISABLED: '1' })).toMatchObject(silent);
      expect(await install.fire('Stop', event(), { TELLTALE_URL: 'ftp://x"y' })).toMatchObject(silent);
      expect(list(home)).toEqual([]);
      mkdirSync(home);
      for (const end of ['', '\n', '\r\n']) {
        writeFileSync(join(home, 'ignore'), `/elsewhere${end || '\n'}${install.project}${end}`);
        expect(await install.fire('Stop', event())).toMatchObject(silent);
      }
      writeFileSync(join(home, 'ignore'), `${install.project.slice(0, -1)}\n`);
      expect(list(home)).toEqual(['ignore']);
      renameSync(join(install.project, '.claude'), join(install.project, 'gone'));
      expect(await install.fire('Stop', event())).toMatchObject(silent);
      expect(list(home)).toEqual(['ignore']);
      renameSync(join(install.project, 'gone'), join(install.project, '.claude'));
      expect(await install.fire('Stop', event())).toMatchObject(silent);
      await delivered(1);
      expect(server.events().length).toBe(1);
    });

    it('falls back to the scripts in TELLTALE_HOME, and says so', async ({ stage }) => {
      const { server, install, delivered } = await setUp(stage);
      mkdirSync(join(install.home, '.telltale'));
      renameSync(join(install.project, '.claude', 'hooks', 'telltale'), join(install.home, '.telltale', 'hooks'));
      await install.fire('Stop', event());
      await delivered(1);
      expect(server.events()[0]?.headers).toMatchObject({
        'telltale-install': `global${suffix}`,
        'telltale-app': 'shop',
      });
    });

    it('prints nothing and exits 0 even when its script is broken', async ({ stage }) => {
      const { install } = await setUp(stage);
      for (const name of ['hook.sh', 'hook.mjs'])
        writeFileSync(join(install.project, '.claude', 'hooks', 'telltale', name), '<<<<<<< HEAD\nif then (\n');
      expect(await install.fire('Stop', event())).toMatchObject({ code: 0, output: '' });
    });

    it.for([
      { from: 'config.json', env: {}, token: 'from-config' },
      { from: 'the environment first', env: { TELLTALE_TOKEN: 'from-env' }, token: 'from-env' },
    ])('takes the destination from config.json, and the token from $from', async ({ env, token }, { stage }) => {
      const { server, install, delivered } = await setUp(stage);
      const home = join(install.home, '.telltale');
      mkdirSync(home);
      writeFileSync(
        join(home, 'config.json'),
        JSON.stringify({ url: `${server.url}/`, token: 'from-config' }, null, 2),
      );
      await install.fire('Stop', event(), { TELLTALE_URL: '', ...env });
      await delivered(1);
      expect(server.events()[0]?.headers.authorization).toBe(`Bearer ${token}`);
    });

    it('names a worktree after its main repository', async ({ stage }) => {
      const { server, install, delivered } = await setUp(stage);
      const git = join(install.project, '.git');
      const names = [
        '/src/main/.git/worktrees/shop',
        '../hub/.git/worktrees/shop',
        '/srv/bare.git/worktrees/x',
        '/src/sub/.git/modules/x',
      ];
      mkdirSync(join(install.project, '..', 'hub', '.git'), { recursive: true });
      for (const gitdir of names) {
        writeFileSync(git, `gitdir: ${gitdir}\n`);
        await install.fire('Stop', event({ gitdir }));
      }
      rmSync(git);
      await install.fire('Stop', event(), { TELLTALE_APP: 'Müller\tshop' });
      await install.fire('Stop', event(), { TELLTALE_APP: 'Müller & Söhne' });
      await delivered(6);
      const apps = server.events().map(({ headers }) => headers['telltale-app']);
      const decoded = apps.map((app) => app && Buffer.from(String(app), 'latin1').toString());
      expect(decoded).toEqual(['main', 'hub', 'bare', 'shop', undefined, 'Müller & Söhne']);
    });
  });
}

for (const shell of runners.filter(({ name }) => name !== 'node')) {
  describe.concurrent(`the hook in ${shell.name}, started in an odd way`, () => {
    it('does not heed options that it inherits', async ({ stage }) => {
      const server = await stage.serve();
      const strict = { ...shell, argv: (name: string) => shell.argv(name).toSpliced(-2, 0, '-efC') };
      const install = stage.install(strict, { TELLTALE_URL: server.url });
      for (const n of [1, 2]) expect(await install.fire('Stop', event({ n }))).toMatchObject({ code: 0, output: '' });
      await until(() => server.events().length === 2, 'both events');
    });

    it('runs nothing that a variable says', async ({ stage }) => {
      const server = await stage.serve();
      const install = stage.install(shell, { TELLTALE_URL: server.url });
      const trap = `x[$(touch ${join(install.home, 'trapped')})]`;
      const env = { TELLTALE_FLUSH_MS: trap, TELLTALE_APP: trap, CLAUDE_PID: trap, USER: trap, TELLTALE_TOKEN: trap };
      expect(await install.fire('SessionEnd', event(), env)).toMatchObject({ code: 0, output: '' });
      await until(() => server.events().length === 1, 'the event');
      expect(list(install.home)).toEqual(['.telltale']);
    });

    it('leaves nothing behind where it cannot have the whole of stdin', async ({ stage }) => {
      const closed = { ...shell, argv: (name: string) => ['sh', '-c', 'exec "$@" <&-', 'sh', ...shell.argv(name)] };
      const install = stage.install(closed, { TELLTALE_URL: 'http://127.0.0.1:9' });
      expect(await install.fire('Stop', event())).toMatchObject({ code: 0, output: '' });
      expect(list(install.spool())).toEqual(['rejected', 'transcripts', 'url']);
    });
  });
}
