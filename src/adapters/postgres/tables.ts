import pg from 'pg'
import type { Tables } from '../../projections/tables.ts'
import { clientConfig, type Database } from './pool.ts'
import { createSession } from './read/session.ts'

/**
 * The read models' side of PostgreSQL: schema `read`, a table and a view per projection.
 * @param database the same as the log's or another one; events and rows never share a schema
 * @param process whose writes these are, for those who listen
 */
export function createTables(database: Database, process = ''): Tables {
  const connect = async (pipeline = false): Promise<pg.Client> => {
    const config = { ...clientConfig(database), application_name: 'taktlog read', pipeline }
    const client = new pg.Client(config)
    // Lost before its session listens: the first statement will say so.
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const briefly = async <T>(run: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = await connect()
    try {
      return await run(client)
    } finally {
      await client.end()
    }
  }

  return {
    async connect() {
      const client = await connect()
      const swift = await connect(true).catch(async (error: unknown) => {
        await client.end()
        throw error
      })
      return createSession(client, swift, process)
    },
    skip: (projection, position, { by, why }) =>
      briefly(async (client) => {
        const { rowCount } = await client.query(
          `with failed as (
             update read._tables t
             set failed_position = null, failed_id = null, failed_type = null, error = null
             from (select * from read._tables where name = $1 and failed_position = $2 for update) f
             where t.table_name = f.table_name
             returning f.name, f.version, f.failed_position, f.failed_id, f.failed_type, f.error)
           insert into read._skipped
             (name, version, position, event_id, event_type, error, skipped_by, why)
           select distinct on (version) name, version, failed_position, failed_id, failed_type, error, $3, $4
           from failed
           on conflict do nothing`,
          [projection, position, by, why],
        )
        if (rowCount === 0)
          throw new Error(`projection ${projection} did not stop at position ${position}`)
      }),
    resume: (projection) =>
      briefly(async (client) => {
        await client.query(
          `update read._tables
           set failed_position = null, failed_id = null, failed_type = null, error = null
           where name = $1`,
          [projection],
        )
      }),
  }
}
