import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { newPage, openBrowser } from '../browser.ts';
import { createStage, type Stage } from '../client/stage.ts';
import { freePort } from '../ports.ts';
import { requires, requiresClaude } from '../requires.ts';
import { root } from '../service.ts';
import { waitFor } from '../wait.ts';

/** What the README has a newcomer type, up to the first event. */
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = ['Start', 'Connect a project'].map((section) => {
  const [, text = ''] = readme.split(`\n## ${section}\n`);
  return /```sh\n(.*)\n```/.exec(text)?.[1] ?? '';
});

const canPlay = requires('git', 'chromium') && (await requiresClaude()) && existsSync(join(root, '.git'));

describe.runIf(canPlay)('a newcomer with the README', () => {
  let stage: Stage;
  let service: ChildProcess | undefined;
  afterEach(async () => {
    if (service?.pid !== undefined && service.exitCode === null) {
      const gone = new Promise((done) => service?.once('close', done));
      process.kill(-service.pid, 'SIGTERM'); // npm, its shell and the service
      await gone;
    }
    await stage.close();
  });

  it('sees the first event of an agent two commands after the clone, within a minute beside the install', async () => {
    expect(commands).toEqual(['npm start', 'npm run connect -- ~/code/my-project']);
    stage = await createStage({ project: 'my-project' });
    const { world } = stage;
    const clone = join(world.folder, 'telltale');
    const [port, otlpPort] = [await freePort(), await freePort()];
    // Beside the ports, which are free on the machine of a newcomer, nothing is set.
    const env = { ...world.env, TELLTALE_PORT: String(port), TELLTALE_OTLP_PORT: String(otlpPort) };
    const type = (command: string) => ['-c', command.replace('~/code/my-project', `'${world.project}'`)];
    const watch = stopwatch();

    const trust = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
    await promisify(execFile)('git', ['clone', '-q', root, clone], { env: { ...env, ...trust } });
    watch.lap('clone');
    installInto(clone);
    watch.lap('install');

    const [start = '', connect = ''] = commands;
    const running = spawn('sh', type(start), { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    service = running;
    let said = '';
    for (const stream of [running.stdout, running.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        // Where this checkout has not been installed by `npm start` or `npm test`, this one does it.
        if (said.includes('Installing') && text.includes('Building the service')) watch.lap('install');
      });
    const isOver = () => running.exitCode !== null || running.signalCode !== null;
    await waitFor('the service to say where it is', () => isOver() || said.includes(`:${port}`), 900_000);
    expect(isOver(), said).toBe(false);
    expect(said).toMatch(/Building the service[\s\S]*Building the page/);
    watch.lap('npm start');

    const browser = await openBrowser();
    try {
      const { page, complaints } = await newPage(browser, { viewport: { width: 1440, height: 900 } });
      await page.goto(`http://127.0.0.1:${port}`, { timeout: 60_000 });
      watch.lap('the page');
      await promisify(execFile)('sh', type(connect), { cwd: clone, env });
      watch.lap('npm run connect');
      const run = await stage.run(stage.prompt('Say hello to Telltale.', [{ say: 'Hello.' }]), { timeoutMs: 120_000 });
      expect(run.exitCode).toBe(0);
      const row = page.locator('[role=grid] [role=row]').filter({ hasText: 'Say hello to Telltale.' });
      await row.first().waitFor({ timeout: 60_000 });
      watch.lap('the first event');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
    const seconds = watch.seconds('install');
    // A minute of a machine that does nothing else: where more wants to run than there are cores, it lasts longer.
    const share = Math.max(1, ...loadavg().slice(0, 2)) / availableParallelism();
    console.log(
      `newcomer: ${watch.words()}; without the install ${seconds.toFixed(0)} s at ${share.toFixed(1)} times the cores`,
    );
    expect(seconds, watch.words()).toBeLessThan(60 * Math.max(1, share));
  }, 1_200_000);
});

/**
 * The dependencies of this checkout: to fetch them anew is what npm and a network need, and `npm test` has just done it
 * by the code that `npm start` does it with.
 */
function installInto(clone: string): void {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  for (const folder of ['.', ...workspaces]) {
    const from = join(root, folder, 'node_modules');
    if (existsSync(from))
      cpSync(from, join(clone, folder, 'node_modules'), {
        ...{ recursive: true, verbatimSymlinks: true },
        filter: (path) => !/node_modules\/\.(cache|vite|vite-temp)(\/|$)/.test(path),
      });
  }
}

interface Stopwatch {
  lap(name: string): void;
  /** All laps but one. */
  seconds(without: string): number;
  words(): string;
}

function stopwatch(): Stopwatch {
  const laps: { name: string; seconds: number }[] = [];
  let before = performance.now();
  return {
    lap(name) {
      const now = performance.now();
      laps.push({ name, seconds: (now - before) / 1000 });
      before = now;
    },
    seconds: (without) => laps.reduce((sum, { name, seconds }) => sum + (name === without ? 0 : seconds), 0),
    words: () => laps.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(', '),
  };
}
