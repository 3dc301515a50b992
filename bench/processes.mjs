import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As `npm start` gives it to the service; its rivals get the same. */
const nodeOptions = ['--max-semi-space-size=4'];

/** Starts `servers/<name>.mjs` on a folder of its own, which goes with it. */
export async function startServer(name) {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
  const child = fork(join(import.meta.dirname, 'servers', `${name}.mjs`), {
    env: { ...process.env, BENCH_FOLDER: folder },
    execArgv: nodeOptions,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { port } = await messageOf(child);
  return {
    port,
    ask: async (question) => {
      child.send(question);
      return messageOf(child);
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (name === 'telltale') child.send('stop');
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one job of a script that answers one message, in a process of its own. */
export async function runJob(script, job) {
  const child = fork(join(import.meta.dirname, `${script}.mjs`), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    child.send(job);
    return await messageOf(child);
  } finally {
    child.kill('SIGTERM');
  }
}

function messageOf(child) {
  return new Promise((resolve, reject) => {
    const settle = (take) => (value) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      take(value);
    };
    const onMessage = settle(resolve);
    const onExit = settle((code) => reject(new Error(`${child.spawnargs[1]} ended with ${code}`)));
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}
