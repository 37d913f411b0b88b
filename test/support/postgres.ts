import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { createPool, type Connection } from '../../src/adapters/postgres/pool.ts'

export interface FreshDatabase {
  /** For pools of one's own, or another process. */
  readonly connection: Connection
  readonly pool: pg.Pool
  /** Ends the pool and every other session, and removes the database. */
  readonly drop: () => Promise<void>
}

/** An empty database of its own for a test file, on the server of this run. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('postgres')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, `create database ${name}`)
  const connection = { ...server, database: name }
  const pool = createPool(connection)
  return {
    connection,
    pool,
    async drop() {
      await pool.end()
      await administer(server, `drop database ${name} with (force)`)
    },
  }
}

/** As `DATABASE_URL` would name it. */
export const databaseUrlOf = ({ host, user, database }: Connection): string =>
  `postgres://${user}@localhost/${database}?${new URLSearchParams({ host })}`

async function administer(server: Connection, statement: string): Promise<void> {
  const client = new pg.Client({ ...server, database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
