import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Node loads the CommonJS build of graphql for its dependents; a second copy would be another realm.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    // Real servers and fast-check runs on a small, busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
