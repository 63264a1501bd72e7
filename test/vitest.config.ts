// The kinds of tests, each with the patience it needs: `npx vitest --config test/vitest.config.ts --project <name>`.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig({
  root,
  test: {
    projects: [
      { test: { root, name: 'unit', include: ['{bench/suite,ts/broker/src}/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { root, name: 'bench', include: ['bench/*.test.ts'], testTimeout: 120_000 } },
      { test: { root, name: 'tidy', include: ['test/tidy/*.test.ts'] } },
      { test: { root, name: 'wire', include: ['test/wire/*.test.ts'], testTimeout: 60_000, hookTimeout: 180_000 } },
      {
        test: {
          root,
          name: 'hostile',
          include: ['test/hostile/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          root,
          name: 'console',
          include: ['test/console/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          root,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          root,
          name: 'crash',
          include: ['test/crash/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          root,
          name: 'power',
          include: ['test/power/*.test.ts'],
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          root,
          name: 'refusal',
          include: ['test/refusal/*.test.ts'],
        },
      },
      {
        test: {
          root,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Brokers and clients share the cores: one file at a time, or timing says nothing.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
