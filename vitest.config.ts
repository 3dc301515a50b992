import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['telltale-source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      '{packages,apps}/*/src/**/*.test.ts',
      'hooks/**/*.test.ts',
      'observability/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    environment: 'node',
    maxWorkers: availableParallelism() + 1, // many of these wait, for a process or for the time to be over
    // A test waits for states, so on a busy machine it is slow and not wrong.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 50_000 } },
  },
});
