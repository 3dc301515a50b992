import { defineConfig } from 'vitest/config';

const conditions = ['telltale-source'];

// npm run test:compose: apart from npm test, because it needs a Docker engine and may fetch or build images.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: import.meta.dirname,
    include: ['**/*.acceptance.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 3_600_000, // the first time every program is built
  },
});
