import { defineConfig } from 'vitest/config'

/** Kill and restart whole programs, and hold them to times: they get the machine for themselves. */
const ALONE = ['test/faults/**/*.test.ts', 'test/command-line.test.ts']
/** Share one broker, which one of them kills. */
const KAFKA = ['test/adapters/kafka/**/*.test.ts']

export default defineConfig({
  // Node loads the CommonJS build of graphql for its dependents; a second copy would be another realm.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    setupFiles: ['test/support/seed.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    // Real servers and fast-check runs on a small, busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, ...KAFKA],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: KAFKA,
          globalSetup: ['test/support/kafka-server.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
