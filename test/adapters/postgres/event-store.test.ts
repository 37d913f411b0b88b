import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { factsHere } from '../../../src/adapters/postgres/audit-trail.ts'
import {
  createPostgresEventStore,
  type PostgresEventStore,
} from '../../../src/adapters/postgres/event-store.ts'
import { NO_STREAM, START, StoreUnavailable } from '../../../src/commands/event-store.ts'
import type { Recorded } from '../../../src/domain/event.ts'
import { fact } from '../../contract/event-store-kit.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'

let database: FreshDatabase
let store: PostgresEventStore
const open = (partitionSize = 100) =>
  createPostgresEventStore({
    database: database.connection,
    catalogue: new Map(),
    partitionSize,
  })
const append = (stream: string, count = 1) =>
  store.append([
    { stream, expected: NO_STREAM, events: Array.from({ length: count }, () => fact()) },
  ])

beforeEach(async () => {
  database = await freshDatabase()
  store = await open()
})
afterEach(async () => {
  await store.close()
  await database.drop()
})

test('several processes on one database keep one gapless order, seen live', async () => {
  const CHILDREN = 2
  const EACH = 300
  const script = resolve(import.meta.dirname, '../../support/append-child.ts')
  const connection = JSON.stringify(database.connection)
  const children = Array.from({ length: CHILDREN }, () =>
    promisify(execFile)(process.execPath, [script, connection, String(EACH)]),
  )
  const stop = new AbortController()
  let position = START
  for await (const batch of store.subscribe({ after: START, signal: stop.signal })) {
    for (const event of batch.facts) expect(event.position).toBe(++position)
    if (position === CHILDREN * EACH) stop.abort()
  }
  await Promise.all(children)
  expect(await store.head()).toBe(CHILDREN * EACH)
})

test('the next partition is there before the last is full, and reads cross them', async () => {
  for (let i = 0; i < 7; i++) await append(`thing-${i}`, 90)
  const { rows } = await database.pool.query(
    `select count(*) as partitions, max(h.partitioned_to) as "to" from es.head h, pg_inherits
     where inhparent = 'es.events'::regclass`,
  )
  expect(rows[0]).toEqual({ partitions: 7, to: 700 })
  await append('thing-large', 450)
  expect(await store.readStream('thing-large')).toHaveLength(450)
  const all = await store.readAll({ from: START, limit: 2_000 })
  expect(all.map(({ position }) => position)).toEqual(all.map((_, i) => i + 1))
})

test('payloads larger than one answer of the database are read in several, small ones between them', async () => {
  const texts = Array.from({ length: 160 }, (_, i) =>
    i % 2 === 0 ? 'x'.repeat(1_000_000) : `${i}`,
  )
  for (let i = 0; i < texts.length; i += 32)
    await store.append([
      {
        stream: 'thing-big',
        expected: i - 1,
        events: texts.slice(i, i + 32).map((text) => fact(undefined, 'Noted', { text })),
      },
    ])
  const isAll = (facts: readonly Recorded<any>[]) =>
    facts.length === texts.length && facts.every(({ data }, i) => data.text === texts[i])
  expect(isAll(await store.readStream('thing-big'))).toBe(true)
  expect(isAll(await store.readAll({ from: START, limit: 200, types: ['Noted'] }))).toBe(true)
  const positions = texts.map((_, i) => i + 1)
  const factsAt = factsHere(database.pool, new Map())
  expect(isAll(await factsAt(positions, 'forward'))).toBe(true)
  expect(await factsAt([], 'forward')).toEqual([])
})

test('what the database would refuse is refused before it can hurt a neighbour', async () => {
  const good = store.append([{ stream: 'thing-good', expected: NO_STREAM, events: [fact()] }])
  const bad = [
    { stream: 'thing-\u0000', expected: NO_STREAM, events: [fact()] },
    { stream: '', expected: NO_STREAM, events: [fact()] },
    { stream: 'thing-x', expected: 2 ** 40, events: [fact()] },
    { stream: 'thing-x', expected: NO_STREAM, events: [{ ...fact(), id: 'no uuid' }] },
    { stream: 'thing-x', expected: NO_STREAM, events: [{ ...fact(), data: undefined }] },
    {
      stream: 'thing-x',
      expected: NO_STREAM,
      events: [{ ...fact(), data: 'x'.repeat(2_000_000) }],
    },
  ]
  for (const one of bad) await expect(store.append([one])).rejects.toThrow(RangeError)
  expect((await good)[0]).toMatchObject({ ok: true })
})

test('cut connections reject with StoreUnavailable, and the store recovers by itself', async () => {
  const stop = new AbortController()
  const batches = store.subscribe({ after: START, signal: stop.signal })[Symbol.asyncIterator]()
  await append('thing-1')
  await batches.next()
  const following = batches.next()
  following.catch(() => {})
  await database.pool.query('begin; lock table es.head')
  // `begin` above ran on one client of the pool; what follows waits behind its lock.
  const outcome = append('thing-2').catch((error: unknown) => error)
  await cutWhenWaiting()
  expect(await outcome).toBeInstanceOf(StoreUnavailable)
  await expect(following).rejects.toBeInstanceOf(StoreUnavailable)
  expect((await append('thing-3'))[0]).toMatchObject({ ok: true, position: 2 })
  expect(await store.readStream('thing-2')).toEqual([])
  const again = store.subscribe({ after: START, signal: stop.signal })[Symbol.asyncIterator]()
  expect((await again.next()).value).toMatchObject({ position: 2 })
  stop.abort()
})

/** Ends every session of the store once one of them waits for a lock. */
async function cutWhenWaiting(): Promise<void> {
  const sessions = `from pg_stat_activity where datname = current_database()
    and pid <> pg_backend_pid()`
  for (;;) {
    const { rows } = await database.pool.query(
      `select count(*) as waiting ${sessions} and wait_event_type = 'Lock'`,
    )
    if (rows[0].waiting > 0) break
  }
  await database.pool.query(`select pg_terminate_backend(pid) ${sessions}`)
  await database.pool.query('rollback')
}
