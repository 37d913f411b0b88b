import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import type { Projection } from '../../src/projections/projection.ts'
import type { Progress } from '../../src/projections/catch-up.ts'
import { createProjector } from '../../src/projections/projector.ts'
import { rebuild } from '../../src/projections/rebuild.ts'
import type { Tables } from '../../src/projections/tables.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createLog, type Log } from './log.ts'
import { changed, journal, plant, poison, things } from './plant.ts'
import { expectedRows, rowsOf } from './same-rows.ts'

/** More than two pages of the log, so that a rebuild can be stopped between them. */
const MANY = 9_000

let database: FreshDatabase
let log: Log
let tables: Tables
let running: { stop: AbortController; done: Promise<void> }[]

beforeEach(async () => {
  database = await freshDatabase()
  log = createLog()
  tables = createTables(database.connection)
  running = []
})
afterEach(async () => {
  for (const { stop } of running) stop.abort()
  await Promise.all(running.map(({ done }) => done))
  await database.drop()
})

const never = new AbortController().signal
const fill = (events: number): Promise<number> =>
  log.add(...Array.from({ length: events }, (_, i) => changed(`t${i % 700}`, i)))
function start(projections: readonly Projection[] = plant): void {
  const stop = new AbortController()
  const projector = createProjector({ store: log, tables, projections })
  running.push({ stop, done: projector.run(stop.signal) })
}
const stopAll = async (): Promise<void> => {
  for (const { stop } of running) stop.abort()
  await Promise.all(running.splice(0).map(({ done }) => done))
}
const models = (projections: readonly Projection[] = plant) =>
  createReadModels({ pool: database.pool, store: log, projections })
const reach = async (position: number) =>
  expect(await models().waitFor(position, 20_000)).toBe(true)
const tableOf = async (name: string): Promise<readonly string[]> => {
  const { rows } = await database.pool.query(
    `select table_name from read._tables where name = $1 order by 1`,
    [name],
  )
  return rows.map((row) => row.table_name)
}
const expectAll = async (): Promise<void> => {
  for (const p of plant)
    expect(await rowsOf(database.pool, p), p.name).toEqual(expectedRows(p, await log.all()))
}

test('a rebuild replaces the table beside readers and a running projector', async () => {
  await fill(MANY)
  start()
  await reach(MANY)
  const reading = new AbortController()
  let reads = 0
  let last = 0
  const read = async (): Promise<void> => {
    while (!reading.signal.aborted) {
      const { rows } = await database.pool.query(`select sum(changes)::int n from read.things`)
      expect(rows[0].n, 'a reader never goes back in time').toBeGreaterThanOrEqual(last)
      last = rows[0].n
      reads++
      await log.add(changed('t1'), changed('t2'), changed('new'))
    }
  }
  const beside = read()
  const progress: Progress[] = []
  const done = await rebuild(plant, {
    ...{ store: log, tables, signal: never },
    onProgress: (p) => progress.push(p),
  })
  reading.abort()
  await beside
  expect(done.every((d) => d.done)).toBe(true)
  expect(reads).toBeGreaterThan(3)
  expect(progress.at(-1)!.position).toBe(progress.at(-1)!.head)
  // The last pass may find nothing left to fold.
  expect(Math.max(...progress.map((p) => p.eventsPerSecond))).toBeGreaterThan(0)
  await reach(await log.add(changed('t3')))
  await expectAll()
  expect(await tableOf('things')).toEqual(['things_v1_g2'])
  await rebuild([things], { store: log, tables, signal: never })
  expect(await tableOf('things')).toEqual(['things_v1'])
  await reach(await log.add(changed('t3')))
  await expectAll()
})

test('a rebuild that was killed goes on where its checkpoint stands', async () => {
  await fill(MANY)
  start()
  await reach(MANY)
  await stopAll()
  const read: number[] = []
  const dying: Tables = {
    ...tables,
    connect: async () => {
      const session = await tables.connect()
      return { ...session, complete: () => Promise.reject(new Error('killed')) }
    },
  }
  await expect(rebuild(plant, { store: log, tables: dying, signal: never })).rejects.toThrow(
    'killed',
  )
  expect(await tableOf('things')).toEqual(['things_v1', 'things_v1_g2'])
  await expectAll()
  await log.add(changed('t1'), changed('t800'))
  const store = {
    head: () => log.head(),
    readAll: (options: Parameters<Log['readAll']>[0]) => {
      read.push(options.from)
      return log.readAll(options)
    },
  }
  await rebuild(plant, { store, tables, signal: never })
  expect(Math.min(...read)).toBe(MANY)
  expect(await tableOf('things')).toEqual(['things_v1_g2'])
  await expectAll()
})

test.each(['throws', 'unfit'] as const)(
  'a rebuild where an event %s leaves the old table in service',
  async (how) => {
    const bad = (await fill(20)) + 1
    start()
    await reach(20)
    await stopAll()
    await log.add(poison(how), changed('t1'))
    const done = await rebuild(plant, { store: log, tables, signal: never })
    expect(done.filter((d) => !d.done).map((d) => d.projection)).toEqual(['things'])
    const [status] = await models([things]).status()
    expect(status).toMatchObject({ state: 'FAILED', position: 20 })
    expect(status!.error).toContain(`at position ${bad} stops things_v1_g2`)
    await tables.skip('things', bad, { by: 'p', why: 'w' })
    expect((await rebuild([things], { store: log, tables, signal: never }))[0]!.done).toBe(true)
  },
)

test('two rebuilds of one projection at a time are refused', async () => {
  await fill(10)
  const session = await tables.connect()
  await session.hold(['build things'])
  await expect(rebuild([things, journal], { store: log, tables, signal: never })).rejects.toThrow(
    'already being rebuilt: things',
  )
  await session.close()
})

test('a new version is built beside the old, which serves its columns until then', async () => {
  await fill(50)
  start()
  await reach(50)
  await stopAll()
  const { note: _, ...columns } = things.columns as Record<string, any>
  const second = {
    ...things,
    version: 2,
    columns: { ...columns, size: 'double precision' },
    indexes: [['size']],
    on: {
      Changed: {
        key: (e: { thing: string }) => e.thing,
        evolve: (row: any, fact: any, key: string, nth: number) => {
          const next = things.on['Changed']!.evolve(row, fact, key, nth)
          const { note: __, ...rest } = next as { readonly note: unknown; readonly amount: number }
          return { ...rest, size: rest.amount * 2 }
        },
      },
    },
  } as unknown as Projection
  const session = await tables.connect()
  await session.prepare([second])
  const [old] = await models([second]).byKey(second, ['t1'], null)
  expect(old).toMatchObject({ key: 't1', amount: 1, size: null })
  expect((await models([second]).status())[0]).toMatchObject({ version: 1 })
  await session.close()

  start([second])
  await expect
    .poll(async () => (await models([second]).status())[0], { timeout: 20_000 })
    .toMatchObject({ state: 'LIVE', version: 2 })
  const [row] = await models([second]).byKey(second, ['t1'], null)
  expect(row).toMatchObject({ amount: 1, size: 2 })
  expect(await tableOf('things')).toEqual(['things_v2'])
})
