import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { catchUp } from '../../src/projections/catch-up.ts'
import { createMember } from '../../src/projections/fold.ts'
import { projections } from '../../src/projections/index.ts'
import { createCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createLog } from './log.ts'

/** Connecting, settings, the schema and what is asked of it; none of it is per projection. */
const FEW = 30

let database: FreshDatabase
let proxy: CuttingProxy
let databaseUrl: string
beforeEach(async () => {
  database = await freshDatabase()
  proxy = await createCuttingProxy(join(inject('postgres').host, '.s.PGSQL.5432'))
  const { user, database: name } = database.connection
  databaseUrl = `postgres://${user}@127.0.0.1:${proxy.port}/${name}`
})
afterEach(async () => {
  await proxy.close()
  await database.drop()
})

/**
 * Under load each answer waits until Node comes to it, some 50 ms on a small machine. At six round trips
 * for each table and nine to complete it, read models were away for half a minute after an outage that
 * fell into the first start.
 */
test('the tables of a new database need a few round trips, not some for each', async () => {
  const session = await createTables(databaseUrl).connect()
  await session.prepare(projections)
  expect(proxy.roundTrips).toBeLessThan(FEW)
  const tables = await session.tables(projections)
  expect(tables.map(({ projection }) => projection)).toEqual(
    projections.map(({ name }) => name).toSorted(),
  )
  const before = proxy.roundTrips
  const byName = new Map(projections.map((p) => [p.name, p]))
  await session.complete(new Map(tables.map((table) => [table, byName.get(table.projection)!])))
  expect(proxy.roundTrips - before).toBeLessThanOrEqual(tables.length + FEW)
  expect((await session.tables(projections)).every(({ complete }) => complete)).toBe(true)
  await session.close()
})

test('a run that is aborted before it begins ends quietly, whatever the log says', async () => {
  const away = () => Promise.reject(new Error('the log is away'))
  const session = await createTables(databaseUrl).connect()
  await session.prepare(projections)
  const [table] = await session.tables(projections)
  const projection = projections.find(({ name }) => name === table!.projection)!
  const signal = AbortSignal.abort()
  const store = { ...createLog(), head: away, readAll: away }
  expect(await catchUp([createMember(projection, table!, 1)], { store, session, signal })).toEqual(
    [],
  )
  await session.close()
})
