import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { createProjector, type Projector } from '../../src/projections/projector.ts'
import { CheckpointMoved, type Session, type Tables } from '../../src/projections/tables.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createLog, type Log } from './log.ts'
import { changed, journal, owners, plant, poison, things } from './plant.ts'
import { expectedRows, rowsOf } from './same-rows.ts'

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

function start(projections = plant, over: Tables = tables): Projector {
  const projector = createProjector({ store: log, tables: over, projections })
  const stop = new AbortController()
  running.push({ stop, done: projector.run(stop.signal) })
  return projector
}
const stopFirst = async (): Promise<void> => {
  const { stop, done } = running.shift()!
  stop.abort()
  await done
}
const models = (projections = plant) =>
  createReadModels({ pool: database.pool, store: log, projections })
const statusOf = async (p: Projection) =>
  (await models().status()).find(({ name }) => name === p.name)!
const reach = async (position: number) =>
  expect(await models().waitFor(position, 20_000)).toBe(true)
const untilState = (p: Projection, state: string) =>
  expect.poll(async () => (await statusOf(p)).state, { timeout: 20_000 }).toBe(state)
const expectAll = async (projections = plant): Promise<void> => {
  for (const p of projections)
    expect(await rowsOf(database.pool, p), p.name).toEqual(expectedRows(p, await log.all()))
}

test.each(['throws', 'refused', 'unfit'] as const)(
  'an event that %s stops its projection only; skipped, it goes on and joins the others',
  async (how) => {
    const projector = start()
    await log.add(changed('t1'), changed('t2'))
    const bad = await log.add(poison(how))
    const last = await log.add(changed('t3'), changed('t1'))
    await untilState(things, 'FAILED')
    await reach(last)
    const { error, position } = await statusOf(things)
    expect(error).toContain(`Poison 00000000-0000-4000-8000-000000000002 at position ${bad}`)
    expect(position).toBe(bad - 1)
    expect(Object.keys(await rowsOf(database.pool, things))).toEqual(['t1', 't2'])
    await untilState(journal, 'LIVE')
    expect(await statusOf(journal)).toMatchObject({ position: last, error: null })

    await expect(projector.skip('things', bad + 1, { by: 'p1', why: 'no' })).rejects.toThrow(
      'did not stop at position',
    )
    await projector.skip('things', bad, { by: 'person-1', why: 'sent by a test bench' })
    await untilState(things, 'LIVE')
    await reach(await log.add(changed('t9')))
    const without = (await log.all()).filter((fact) => fact.position !== bad)
    expect(await rowsOf(database.pool, things)).toEqual(expectedRows(things, without))
    const { rows } = await database.pool.query('select skipped_by, why, error from read._skipped')
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ skipped_by: 'person-1', why: 'sent by a test bench' })
  },
)

test('a mended projection goes on at the event that had stopped it', async () => {
  start()
  await log.add(changed('t1'), poison('throws'), changed('t2'))
  await untilState(things, 'FAILED')
  await stopFirst()
  const mended = {
    ...things,
    on: { ...things.on, Poison: { key: () => 't1', evolve: (r: any) => r } },
  }
  await start([mended, journal, owners]).resume('things')
  await untilState(things, 'LIVE')
  await reach(await log.head())
  expect(Object.keys(await rowsOf(database.pool, things))).toEqual(['t1', 't2'])
})

test('a crash between batch and commit, or right after the commit, changes nothing', async () => {
  let crashes = 0
  const flaky: Tables = {
    ...tables,
    async connect() {
      const session = await tables.connect()
      const write: Session['write'] = async (writes) => {
        crashes++
        if (crashes % 3 === 1) throw new Error('crashed before the commit')
        await session.write(writes)
        if (crashes % 3 === 2) throw new Error('crashed after the commit')
      }
      return { ...session, write }
    },
  }
  start(plant, flaky)
  for (let i = 0; i < 6; i++) await reach(await log.add(changed('t1'), changed(`t${i}`)))
  expect(crashes).toBeGreaterThan(6)
  await expectAll()
})

test('what is remembered is dropped when another process advanced the checkpoint', async () => {
  start()
  await reach(await log.add(changed('t1')))
  await database.pool.query(`update read._tables set position = position + 1`)
  await database.pool.query(`update read.things_v1 set amount = 100`)
  // The event at the next position counts as folded by the other one.
  await log.add(changed('t1'))
  await reach(await log.add(changed('t1')))
  const { t1 } = await rowsOf(database.pool, things)
  expect(t1).toMatchObject({ amount: 101, changes: 2 })
})

test('a write at a checkpoint that moved changes nothing', async () => {
  start()
  await reach(await log.add(changed('t1')))
  const session = await tables.connect()
  const table = (await session.tables(plant)).find(({ projection }) => projection === 'things')!
  const changes = { fresh: [], packed: null, changed: [], gone: ['t1'] }
  const write = { table, projection: things, from: 0, to: 5, ...changes }
  await expect(session.write([write])).rejects.toThrow(CheckpointMoved)
  await session.close()
  await expectAll()
})

test('one projector is active, and the standby takes over when its connection dies', async () => {
  let connections = 0
  const mortal: Tables = {
    ...tables,
    connect: () => (connections++ < 2 ? tables.connect() : Promise.reject(new Error('dead'))),
  }
  start(plant, mortal)
  await reach(await log.add(changed('t1')))
  await untilState(things, 'LIVE')
  start()
  const holders = `select distinct pid from pg_locks l join pg_database d on d.oid = l.database
    where locktype = 'advisory' and datname = current_database()`
  const { rows } = await database.pool.query(holders)
  expect(rows).toHaveLength(1)
  await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
  await reach(await log.add(changed('t2')))
  await expectAll()
  await expect.poll(async () => (await database.pool.query(holders)).rows.length).toBe(1)
  expect(connections).toBeGreaterThanOrEqual(2)
})

test('it recovers by itself when all connections are cut', async () => {
  start()
  for (let i = 0; i < 3; i++) {
    await reach(await log.add(changed('t1'), changed(`t${i}`)))
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'taktlog read' and datname = current_database()`,
    )
  }
  await reach(await log.add(changed('t1')))
  await expectAll()
})

test('a new projection catches up on its own and joins the others', async () => {
  start([journal])
  await log.add(changed('t1'), changed('t2'))
  await expect.poll(async () => (await statusOf(journal)).position, { timeout: 20_000 }).toBe(2)
  await stopFirst()
  start()
  await reach(await log.add(changed('t3')))
  await expectAll()
  await untilState(things, 'LIVE')
})

test('every flush is announced', async () => {
  const projector = start()
  await reach(await log.add(changed('t0')))
  await untilState(journal, 'LIVE')
  const heard = new Map<string, number>()
  projector.onMove((moves) => {
    for (const { projection, position } of moves) heard.set(projection, position)
  })
  const position = await log.add(changed('t1'), { type: 'Removed', data: { thing: 't1' } })
  await expect.poll(() => heard.get('things')).toBe(position)
  expect(heard.get('journal')).toBe(position)
})
