import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres, type Connection } from '../../src/adapters/postgres/server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: Connection
  }
}

/** Vitest's global set-up: one real PostgreSQL for the whole run. Nothing here survives, so no fsync. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder()
  const server = await startPostgres({
    dataFolder: folder,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      shared_buffers: '128MB',
      max_connections: '200',
    },
  })
  provide('postgres', server.connection)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder that a server's unprivileged user can enter even when root makes it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'taktlog-test-'))
  chmodSync(folder, 0o755)
  return folder
}
