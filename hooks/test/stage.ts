import { spawn } from 'node:child_process';
import { test } from 'vitest';
import { createInstall } from './installs.ts';
import { createRecorder } from './recorder.ts';

/** What one test sets up; all of it is gone when the test ends, so tests run side by side. */
export interface Stage {
  serve: typeof createRecorder;
  install: typeof createInstall;
  /** The id of a process that lives as long as the test. */
  bystander(): number;
}

export const it = test.extend<{ stage: Stage }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads here which other fixtures this one needs
  stage: async ({}, use) => {
    const endings: (() => unknown)[] = [];
    await use({
      async serve(...rest) {
        const server = await createRecorder(...rest);
        endings.unshift(server.close);
        return server;
      },
      install(...rest) {
        const install = createInstall(...rest);
        // Before the servers: a sender must not hang on a connection that is being closed.
        endings.unshift(install.remove);
        return install;
      },
      bystander() {
        const child = spawn('sleep', ['60'], { stdio: 'ignore' });
        endings.unshift(() => child.kill());
        return child.pid ?? 0;
      },
    });
    for (const end of endings) await end();
  },
});
