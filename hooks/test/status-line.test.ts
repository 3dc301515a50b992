import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusLineCommand } from '../connect/status-line.mjs';
import { list, runners, until } from './installs.ts';
import { createRecorder, type Recorder } from './recorder.ts';

const scripts = fileURLToPath(new URL('../.claude/hooks/telltale', import.meta.url));
const shells = runners.filter(({ name }) => name !== 'node').map(({ name }) => name.split(' '));
const told = (more: object = {}, session = 's1') =>
  `${JSON.stringify({ session_id: session, cwd: '/x', cost: { total_cost_usd: 1, total_duration_ms: 5, total_lines_added: 0 }, ...more })}\n`;
/** Not in ASCII, with an escape, a line break and no end of line. */
const coloured = String.raw`cat >"$TELLTALE_HOME/stdin"; printf '\033[32mé line\nsecond\033[1m'`;

describe.each(shells.map((shell) => ({ shell })))('the status line in $shell', ({ shell }) => {
  let home: string;
  let server: Recorder;
  let status: number;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'telltale-line-'));
    status = 204;
    server = await createRecorder(() => ({ status }));
    cpSync(scripts, join(home, 'hooks'), { recursive: true });
  });
  afterEach(async () => {
    await server.close();
    // A poster may still be at work: without a service it gives up soon.
    await until(isRemoved, 'an end of the posters');
  });

  function isRemoved(): boolean {
    try {
      rmSync(home, { recursive: true, force: true });
      return !existsSync(home);
    } catch {
      return false; // Somebody wrote into it meanwhile.
    }
  }
  function show(own: string, stdin = told(), env: Record<string, string> = {}) {
    return play([...shell, '-c', statusLineCommand(own)], stdin, env);
  }
  function play(argv: string[], stdin: string, env: Record<string, string> = {}) {
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      cwd: home,
      env: {
        ...{ PATH: process.env.PATH, HOME: home, TELLTALE_HOME: home, TELLTALE_URL: server.url, USER: 'ada' },
        ...{ CLAUDE_PROJECT_DIR: join(home, 'shop'), TELLTALE_STATUS_SECONDS: '0', ...env },
      },
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.stdin.on('error', () => {}); // who does not read it
    child.stdin.end(stdin);
    return new Promise<{ code: number | null; output: string; errors: string }>((done) =>
      child.on('close', (code) =>
        done({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
      ),
    );
  }
  const attention = (...lines: string[]) =>
    writeFileSync(join(home, 'attention'), [String(seconds()), ...lines, ''].join('\n'));
  const seconds = (ago = 0) => Math.floor(Date.now() / 1000) - ago;
  const posts = () => server.requests.filter(({ path }) => path === '/ingest/statusline');

  it('leaves output, errors and exit code of the own command as they are, and gives it all of stdin', async () => {
    const own = `${coloured}; echo oops >&2; exit 3`;
    const stdin = told({ text: `"quotes" 'and' \\ back é`, long: 'x'.repeat(100_000) });
    const alone = await play([...shell, '-c', own], stdin);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(home, 'stdin'), 'utf8')).toBe(stdin);
    attention(`${seconds(300)} s2 api`);
    expect(await show(own, stdin)).toEqual(alone);
    expect(readFileSync(join(home, 'stdin'), 'utf8')).toBe(stdin);
    rmSync(join(home, 'attention'));
    expect(await show(own, stdin)).toEqual(alone);
  });

  it('is the own command alone where our script is gone or does not know what it is told', async () => {
    const alone = await play([...shell, '-c', coloured], 'no JSON');
    expect(await show(coloured, 'no JSON')).toEqual(alone);
    rmSync(join(home, 'hooks'), { recursive: true });
    expect(await show(coloured, 'no JSON')).toEqual(alone);
    expect(posts()).toEqual([]);
  });

  it('says behind it who else waits, the longest first, and nothing of its own session', async () => {
    attention(`${seconds(600)} s1 mine`, `${seconds(250)} s2 api`, `${seconds(20)} s3 a shop`);
    const { output, code } = await show(coloured);
    expect(code).toBe(0);
    expect(output).toBe('\u001b[32mé line\nsecond\u001b[1m  \u001b[0;33m▲ 2 need you: api 4 m\u001b[0m\n');
    expect((await show('echo mine', told({}, 's2'), { NO_COLOR: '1' })).output).toBe('mine  ▲ 2 need you: mine 10 m\n');
    attention(`${seconds(7300)} s3 a shop`);
    expect((await show('', told(), { NO_COLOR: '1' })).output).toBe('▲ 1 needs you: a shop 2 h\n');
  });

  it('says nothing that an absent service left, and nothing where only its own session waits', async () => {
    writeFileSync(join(home, 'attention'), `${seconds(1000)}\n${seconds(1200)} s2 api\n`);
    expect((await show('echo mine')).output).toBe('mine\n');
    attention(`${seconds(10)} s1 mine`);
    expect((await show('echo mine')).output).toBe('mine\n');
    attention('nonsense', '1$(touch broken) s4 x');
    expect((await show('echo mine')).output).toBe('mine\n');
    expect(existsSync(join(home, 'broken'))).toBe(false);
  });

  it('posts what it was told, untouched, with who and where from', async () => {
    const before = Date.now();
    await show('', told());
    await until(() => posts().length === 1, 'a post');
    const [post] = posts();
    expect(post?.body.toString()).toBe(told());
    expect(post?.headers).toMatchObject({ 'telltale-app': 'shop', 'telltale-user': 'ada' });
    const at = Number(post?.headers['telltale-at']) / 1e6;
    expect(at).toBeGreaterThanOrEqual(before - 1000);
    expect(at).toBeLessThanOrEqual(Date.now() + 1000);
  });

  it('posts nothing where only the clock has moved on', async () => {
    await show('', told());
    await until(() => posts().length === 1 && !list(join(home, 'statusline')).includes('s1.lock'), 'a post');
    const later = { total_cost_usd: 1, total_duration_ms: 999_999, total_lines_added: 0 };
    await show('', told({ cost: later }));
    await show('', told({ cost: { ...later, total_cost_usd: 2 } }));
    await until(() => posts().length === 2, 'the change');
    expect(posts()[1]?.body.toString()).toContain('"total_cost_usd":2');
  });

  it('posts the first of many at once and then only the last, from one process for a session', async () => {
    const pause = { TELLTALE_STATUS_SECONDS: '2' };
    const told1 = (n: number) => told({ cost: { total_cost_usd: n, total_duration_ms: n, total_lines_added: 0 } });
    await show('', told1(1), pause);
    await until(() => posts().length === 1, 'the first');
    for (let n = 2; n <= 6; n++) await show('', told1(n), pause);
    const last = () => posts().at(-1)?.body.toString() === told1(6);
    await until(() => last() && !existsSync(join(home, 'statusline', 's1.lock')), 'the last');
    // On a machine that stands still for a pause there may be one more between them; without it there are six.
    expect(posts().length).toBeLessThan(6);
  });

  it('tries again after a failure, gives up, and goes on with the next run', async () => {
    status = 503;
    await show('', told());
    await until(() => posts().length === 4 && !existsSync(join(home, 'statusline', 's1.lock')), 'four tries');
    status = 204;
    await show('', told());
    await until(() => posts().length === 5, 'the fifth');
    status = 400;
    await show('', told({ other: 1 }));
    await until(() => posts().length === 6 && !existsSync(join(home, 'statusline', 's1.lock')), 'a refused one');
    expect(list(join(home, 'statusline'))).toEqual(['s1.clock', 's1.seen']);
  });

  it('does not wait for a service that hangs', async () => {
    const hanging = await createRecorder(() => 'hang');
    try {
      expect((await show('echo mine', told(), { TELLTALE_URL: hanging.url })).output).toBe('mine\n');
      await until(() => hanging.requests.length === 1, 'a post that nobody answers');
      expect((await show('echo mine', told({ more: 1 }), { TELLTALE_URL: hanging.url })).output).toBe('mine\n');
    } finally {
      await hanging.close();
    }
  });

  it('sends nothing of an ignored folder, nor where it is switched off', async () => {
    mkdirSync(join(home, 'shop'));
    writeFileSync(join(home, 'ignore'), `${join(home, 'shop')}\n`);
    expect((await show('echo mine', told({}, 'ignored'))).output).toBe('mine\n');
    rmSync(join(home, 'ignore'));
    attention(`${seconds(10)} s2 api`);
    expect((await show('echo mine', told({}, 'off'), { TELLTALE_DISABLED: '1' })).output).toBe('mine\n');
    await show('', told());
    await until(() => posts().length === 1, 'the one that may go');
    expect(list(join(home, 'statusline')).filter((name) => !name.startsWith('s1'))).toEqual([]);
  });

  it('keeps the variables and options of the shell for the own command', async () => {
    const own = 'echo "$line $home $url $-"';
    const env = { line: 'a', home: 'b', url: 'c' };
    const argv = (command: string) => [...shell, '-eu', '-c', command];
    const alone = await play(argv(own), told(), env);
    attention(`${seconds(10)} s1 mine`);
    expect(await play(argv(statusLineCommand(own)), told(), env)).toEqual(alone);
    const failing = 'echo before; false; echo never';
    expect(await play(argv(statusLineCommand(failing)), told(), env)).toEqual(await play(argv(failing), told(), env));
  });
});
