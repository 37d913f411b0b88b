import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { createProjector } from '../../src/projections/projector.ts'
import type { Tables } from '../../src/projections/tables.ts'
import { createCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createLog } from './log.ts'
import { changed, plant } from './plant.ts'
import { expectedRows, rowsOf } from './same-rows.ts'

/** How long the database may be silent. */
const ANSWER_MS = 1_000

let database: FreshDatabase
let proxy: CuttingProxy
let tables: Tables
beforeEach(async () => {
  database = await freshDatabase()
  proxy = await createCuttingProxy(join(inject('postgres').host, '.s.PGSQL.5432'))
  const { user, database: name } = database.connection
  tables = createTables(`postgres://${user}@127.0.0.1:${proxy.port}/${name}`)
})
afterEach(async () => {
  await proxy.close()
  await database.drop()
})

/** The network is gone for the connections there are; the server ends their sessions by itself. */
async function strand(): Promise<void> {
  proxy.strand()
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'taktlog read' and datname = current_database()`,
  )
}

test.each(['live', 'being filled'] as const)(
  'a projector whose connections fall silent while its tables are %s goes on with others',
  async (how) => {
    const log = createLog()
    const models = createReadModels({ pool: database.pool, store: log, projections: plant })
    const reach = async (position: number) =>
      expect(await models.waitFor(position, 20_000)).toBe(true)
    const untilLive = () =>
      expect
        .poll(async () => (await models.status()).map(({ state }) => state), { timeout: 20_000 })
        .toEqual(plant.map(() => 'LIVE'))
    const began = await log.add(changed('t1'), changed('t2'))
    let filling = how === 'being filled'
    const connect = async () => {
      const session = await tables.connect()
      return {
        ...session,
        complete: async (...args: Parameters<typeof session.complete>) => {
          const first = filling
          filling = false
          if (first) await strand()
          return session.complete(...args)
        },
      }
    }
    const projector = createProjector({
      ...{ store: log, tables: { ...tables, connect }, projections: plant, answerMs: ANSWER_MS },
    })
    const stop = new AbortController()
    const running = projector.run(stop.signal)
    if (how === 'live') {
      await reach(began)
      await untilLive()
      await reach(await log.add(changed('t2')))
      await strand()
    }
    const last = await log.add(changed('t3'))
    await reach(last)
    await untilLive()
    for (const p of plant)
      expect(await rowsOf(database.pool, p)).toEqual(expectedRows(p, await log.all()))
    stop.abort()
    await running
  },
)
