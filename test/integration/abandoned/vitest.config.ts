// A run of tests that is to be killed: see `harness.test.ts`.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['holds-brokers.ts'],
    testTimeout: 300_000,
  },
})
