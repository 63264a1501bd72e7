// The kinds of tests, each with the patience it needs. `npx vitest --config test/vitest.config.ts --project <name>`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Brokers and clients share two cores: one file at a time, or timing says nothing.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
