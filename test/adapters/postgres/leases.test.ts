import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createLeases, type PostgresLeases } from '../../../src/adapters/postgres/leases.ts'
import { createCuttingProxy, type CuttingProxy } from '../../support/cutting-proxy.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'

/** A lease is another's by then. */
const TAKEOVER_MS = 5_000

let database: FreshDatabase
let first: PostgresLeases
let second: PostgresLeases
let proxy: CuttingProxy
const stop = { first: new AbortController(), second: new AbortController() }

beforeEach(async () => {
  database = await freshDatabase()
  proxy = await createCuttingProxy(join(inject('postgres').host, '.s.PGSQL.5432'))
  const { user, database: name } = database.connection
  first = createLeases(`postgres://${user}@127.0.0.1:${proxy.port}/${name}`)
  second = createLeases(database.connection)
  stop.first = new AbortController()
  stop.second = new AbortController()
})
afterEach(async () => {
  stop.first.abort()
  stop.second.abort()
  await proxy.close()
  await Promise.all([first.close(), second.close()])
  await database.drop()
})

/** Holds the lease until told to stop, or until it is lost. */
function holding(leases: PostgresLeases, signal: AbortSignal, name = 'policy') {
  const begun = Promise.withResolvers<void>()
  let lost = false
  const ended = leases.hold(
    name,
    signal,
    (held) =>
      new Promise((resolve) => {
        begun.resolve()
        held.addEventListener('abort', () => {
          lost = !signal.aborted
          resolve()
        })
      }),
  )
  return { begun: begun.promise, ended, lost: () => lost }
}

test('one of two has a lease, the other gets it next; another lease is free', async () => {
  const one = holding(first, stop.first.signal)
  await one.begun
  const other = holding(second, stop.second.signal)
  await holding(second, stop.second.signal, 'another policy').begun
  let twice = false
  void other.begun.then(() => (twice = true))
  expect(await locks()).toBe(2)
  expect(twice).toBe(false)
  stop.first.abort()
  await one.ended
  await other.begun
})

test.each(['cut', 'silence'] as const)('a connection lost (%s) is a lease lost', async (how) => {
  const one = holding(first, stop.first.signal)
  await one.begun
  const other = holding(second, stop.second.signal)
  const began = performance.now()
  await proxy[how]()
  // What the server does when the client is gone without a goodbye.
  if (how === 'silence') await endSession()
  await Promise.all([one.ended, other.begun])
  expect(one.lost()).toBe(true)
  expect(performance.now() - began).toBeLessThan(TAKEOVER_MS)
  await proxy.mend()
  const again = holding(first, stop.first.signal)
  stop.second.abort()
  await again.begun
})

test('work that fails gives the lease back, and who stopped waiting never works', async () => {
  await expect(first.hold('policy', stop.first.signal, () => fails())).rejects.toThrow('broken')
  const one = holding(second, stop.second.signal)
  await one.begun
  const waiting = holding(first, stop.first.signal)
  stop.first.abort()
  await waiting.ended
  stop.second.abort()
  await one.ended
  await expect.poll(locks).toBe(0)
})

const fails = async (): Promise<void> => {
  throw new Error('broken')
}

async function locks(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*) as n from pg_locks l join pg_database d on d.oid = l.database
     where locktype = 'advisory' and datname = current_database()`,
  )
  return rows[0]!.n
}

async function endSession(): Promise<void> {
  await database.pool.query(
    `select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
     where locktype = 'advisory' and datname = current_database()`,
  )
}
