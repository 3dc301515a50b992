import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['telltale-source'];
const isSoak = process.env.TELLTALE_SOAK === '1';
const tests = ['**/*.test.ts', ...(isSoak ? ['**/*.soak.ts'] : [])];

/** What measures, promises an answer within seconds, or may build anew: nothing else runs meanwhile. */
const alone = [
  ...['browser/live.test.ts', 'grafana/growth.test.ts', 'road/page.test.ts', 'road/permission.test.ts'],
  ...[
    'otlp/answers.test.ts',
    'stack/redaction-cost.test.ts',
    'stack/run.test.ts',
    'newcomer/newcomer.test.ts',
    ...(isSoak ? ['**/*.soak.ts'] : []),
  ],
];

const pages = 'browser/**/*.test.ts';
const never = ['**/node_modules/**'];
const beside = {
  maxWorkers: isSoak ? 1 : Math.min(availableParallelism() + 1, 4),
  sequence: { groupOrder: 1 },
};

// Whole processes are tested here, which wait for each other most of the time: no test has a time limit in a hurry.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: import.meta.dirname,
    environment: 'node',
    globalSetup: 'built.mjs',
    testTimeout: 180_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      { extends: true, test: { ...beside, name: 'beside', include: tests, exclude: [...alone, pages, ...never] } },
      // A browser draws when it can: such a test gets a second try at once. `npm test` names it.
      { extends: true, test: { ...beside, name: 'pages', include: [pages], exclude: [...alone, ...never], retry: 1 } },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
