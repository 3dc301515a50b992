import { defineConfig } from 'vitest/config';

const conditions = ['telltale-source'];

// Whole processes are tested here, each busy on its own: one file at a time, and no time limit in a hurry.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: import.meta.dirname,
    // `npm run test:soak` also runs what takes minutes.
    include: ['**/*.test.ts', ...(process.env.TELLTALE_SOAK === '1' ? ['**/*.soak.ts'] : [])],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
