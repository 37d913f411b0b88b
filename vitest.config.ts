import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    // Real servers and fast-check runs on a small, busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
