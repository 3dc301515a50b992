// Plays the same session again and again, each round once with each kind of hooks; prints the wall times as JSON.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marker } from '../test/client/api/script.ts';
import { createScriptedApi } from '../test/client/api/server.ts';
import { claudeBinary } from '../test/client/binary.ts';
import { runClaude } from '../test/client/run.ts';
import { createWorld } from '../test/client/world.ts';
import { registeredEvents } from '../test/installs.ts';
import { createHangingServer } from '../test/kill/hanging-server.ts';
import { freePort } from '../test/ports.ts';
import { requiresClaude } from '../test/requires.ts';
import { root, startService } from '../test/service.ts';
import { drained } from '../test/spool.ts';
import { waitFor } from '../test/wait.ts';

const kinds = ['cat', 'up', 'down', 'hanging'] as const;
type Kind = (typeof kinds)[number];

if (!(await requiresClaude())) process.exit(3);
const binary = await claudeBinary();
const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'telltale-agent-'));
const service = await startService({ home: join(folder, 'service') });
const hanging = await createHangingServer(0);
const urls = {
  up: service.url,
  down: `http://127.0.0.1:${await freePort()}`,
  hanging: `http://127.0.0.1:${hanging.port}`,
};
const walls: Record<Kind, number[]> = { cat: [], up: [], down: [], hanging: [] };

try {
  await play('up'); // the first start of the client reads 200 MB from disk
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of round % 2 === 0 ? kinds : [...kinds].reverse()) {
      const wallMs = await play(kind);
      walls[kind].push(wallMs);
      process.stderr.write(`  round ${round + 1}: ${kind}: ${Math.round(wallMs)} ms\n`);
    }
  }
  process.stdout.write(JSON.stringify(walls));
} finally {
  await service.stop();
  await hanging.close();
  rmSync(folder, { recursive: true, force: true });
}

async function play(kind: Kind): Promise<number> {
  const api = await createScriptedApi();
  const world = createWorld(api.url, 'bench');
  // Of this run alone: what an earlier one left in a spool would be work for this one's senders.
  const home = mkdtempSync(join(folder, `${kind}-`));
  try {
    const calls = Array.from({ length: 40 }, (_, n) => ({
      calls: [{ name: 'Bash', input: { command: `echo ${n}`, description: `Say ${n}` } }],
    }));
    api.play('turn-1', [...calls, { say: 'Counted.' }]);
    install(kind, world.project);
    const env: Record<string, string> = kind === 'cat' ? {} : { TELLTALE_URL: urls[kind], TELLTALE_HOME: home };
    const args = ['--dangerously-skip-permissions'];
    const run = await runClaude(world, { binary, prompt: `${marker('turn-1')} Count.`, args, env });
    if (run.exitCode !== 0) throw new Error(`the client ended with ${run.exitCode}: ${run.stderr}`);
    if (kind === 'up') await drained(home);
    return run.wallMs;
  } finally {
    await sendersGone(home, kind !== 'up');
    await api.close();
    await world.remove();
  }
}

/** A sender must not work while the next run is measured; one without a service would try for minutes, so it is ended. */
async function sendersGone(home: string, isEnded: boolean): Promise<void> {
  await waitFor('the senders to go', () => {
    const living = sendersOf(home).filter(isAlive);
    if (isEnded) for (const pid of living) end(pid);
    return living.length === 0;
  });
}

/** The lock of a spool names its sender. */
function sendersOf(home: string): number[] {
  const spool = join(home, 'spool');
  const spools = existsSync(spool) ? readdirSync(spool) : [];
  return spools.flatMap((name) => {
    const owner = join(spool, name, 'lock', 'owner');
    return existsSync(owner) ? [Number.parseInt(readFileSync(owner, 'utf8'), 10)].filter((pid) => pid > 1) : [];
  });
}

/** With what it waits for, where it leads a process group of its own. */
function end(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    process.kill(pid, 'SIGKILL');
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // nobody has this number
  }
}

function install(kind: Kind, project: string): void {
  if (kind !== 'cat') {
    cpSync(join(root, 'hooks', '.claude'), join(project, '.claude'), { recursive: true });
    return;
  }
  const entry = [{ hooks: [{ type: 'command', command: 'cat >/dev/null' }] }];
  mkdirSync(join(project, '.claude'));
  const hooks = Object.fromEntries([...registeredEvents()].map((name) => [name, entry]));
  writeFileSync(join(project, '.claude', 'settings.json'), JSON.stringify({ hooks }));
}
