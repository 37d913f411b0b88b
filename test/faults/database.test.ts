import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { NO_STREAM, StoreUnavailable, type NewEvent } from '../../src/commands/event-store.ts'
import { catalogue } from '../../src/domain/index.ts'
import { fact } from '../contract/event-store-kit.ts'
import { createLogger, startSystem } from '../../src/system.ts'
import { release } from '../support/api-server.ts'
import { createCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts'
import { faultsOf } from '../support/invariants.ts'
import { broken, startLoad } from '../support/load.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createRetryingClient } from '../support/retrying-client.ts'
import { subscribe } from '../support/sse.ts'
import { settled } from './settled.ts'

/** How long the database is away. */
const OUTAGE_MS = 3_000
/** A command is answered by then, whatever the database does; its connections time out after 5 s. */
const BOUND_MS = 6_000

/** Ctrl-C is obeyed within this time, whatever the database does. */
const STOP_MS = 12_000
/** Longer than anything the store is asked here takes. */
const SILENCE_MS = 1_000

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

test('the database is away for seconds: nothing is lost, and all goes on by itself', async () => {
  const config = readConfig({}, { databaseUrl, port: 0, logLevel: 'silent' })
  const system = await startSystem(config, createLogger(config))
  const url = system.api!.url
  const client = createRetryingClient(() => url)
  const orders = await subscribe(`${url}/graphql`, 'subscription { orderChanged { orderId } }')
  const load = startLoad(client, 1)
  await expect.poll(() => load.acks.size, { timeout: 20_000 }).toBeGreaterThan(50)
  expect(await readiness(url)).toBe(200)

  await proxy.cut()
  const before = load.acks.size
  const longest = await failingCommands(url)
  expect(await readiness(url)).toBe(503)
  expect(longest).toBeLessThan(BOUND_MS)
  expect(load.acks.size).toBeLessThan(before + 50)

  await proxy.mend()
  const began = performance.now()
  await expect.poll(() => readiness(url), { timeout: 20_000 }).toBe(200)
  await expect.poll(() => load.acks.size, { timeout: 20_000 }).toBeGreaterThan(before + 100)
  const after = `after-${load.acks.size}`
  await client.send(release(after))
  await expect.poll(() => orders.text().includes(after), { timeout: 20_000 }).toBe(true)
  const back = Math.round(performance.now() - began)
  await load.stop()
  orders.close()

  const facts = await settled(database.pool, system.store)
  expect(broken(load, facts)).toEqual([])
  expect(faultsOf(facts)).toEqual([])
  await system.close()
  console.log(
    `database away for ${OUTAGE_MS} ms: a command waited at most ${Math.round(longest)} ms for its ` +
      `error, all was well ${back} ms after; ${load.acks.size} commands, ${client.retries()} sent again`,
  )
})

test('a database that falls silent counts as unreachable, and is used again when it answers', async () => {
  const options = { database: databaseUrl, catalogue, answerTimeoutMs: SILENCE_MS }
  const store = await createPostgresEventStore(options)
  const append = (stream: string, events: readonly NewEvent[]) =>
    store.append([{ stream, expected: NO_STREAM, events }])
  const [first, second] = [[fact()], [fact()]]
  await append('thing-1', first)
  proxy.silence()
  // What was sent into the silence and what has to connect first.
  const calls = [append('thing-2', second), store.readStream('thing-1'), store.head()]
  for (const outcome of await Promise.allSettled(calls))
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) })
  await proxy.mend()
  // The append has arrived meanwhile or has not: sent again as it was, it is there once.
  expect(await append('thing-2', second)).toEqual([{ ok: true, revision: 0, position: 2 }])
  expect(await store.head()).toBe(2)
  await store.close()
})

test('readiness is told in bounded time while the database is silent', async () => {
  const config = readConfig({}, { databaseUrl, port: 0, roles: 'api', logLevel: 'silent' })
  const system = await startSystem(config, createLogger(config))
  proxy.silence()
  expect(await readiness(system.api!.url)).toBe(503)
  await proxy.mend()
  await expect.poll(() => readiness(system.api!.url), { timeout: 20_000 }).toBe(200)
  await system.close()
})

test.each(['cut', 'silence'] as const)('it stops while the database is away: %s', async (how) => {
  const config = readConfig({}, { databaseUrl, port: 0, logLevel: 'silent' })
  const system = await startSystem(config, createLogger(config))
  await system.reads.waitFor(0, 20_000)
  await proxy[how]()
  const began = performance.now()
  await system.close()
  expect(performance.now() - began).toBeLessThan(STOP_MS)
})

/** Sends commands for as long as the outage lasts. @returns the longest wait for an error, in ms */
async function failingCommands(url: string): Promise<number> {
  const over = performance.now() + OUTAGE_MS
  let longest = 0
  for (let n = 0; performance.now() < over; n++) {
    const began = performance.now()
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: release(`away-${n}`) }),
    })
    const { errors } = (await response.json()) as { errors?: any[] }
    expect(errors?.[0]?.extensions?.code).toBe('StoreUnavailable')
    longest = Math.max(longest, performance.now() - began)
    await delay(10)
  }
  return longest
}

const readiness = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/health/ready`)
  await response.body?.cancel()
  return response.status
}
