import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ports.ts';

/** The control for "acknowledged means on disk", as a process that can be killed. */
export interface EarlyAcknowledger {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

export async function startEarlyAcknowledger(target: string): Promise<EarlyAcknowledger> {
  const script = fileURLToPath(new URL('./early-acknowledger.mjs', import.meta.url));
  const port = await freePort();
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [script, String(port), target], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    await once(started.stdout, 'data');
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
