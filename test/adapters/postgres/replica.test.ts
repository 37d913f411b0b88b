import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type EmbeddedPostgres } from '../../../src/adapters/postgres/server.ts'
import { readConfig } from '../../../src/config.ts'
import { createLogger, startSystem, type System } from '../../../src/system.ts'
import { release } from '../../support/api-server.ts'
import { databaseUrlOf } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/postgres-server.ts'
import { subscribe } from '../../support/sse.ts'
import { PRIMARY_SETTINGS, startStandby } from '../../support/standby.ts'

/** Far beyond what a replica needs on a busy machine. */
const SOON = { timeout: 20_000 }

const folder = temporaryFolder()
let primary: EmbeddedPostgres
let standby: EmbeddedPostgres
let replay: pg.Client
let system: System

beforeAll(async () => {
  const dataFolder = join(folder, 'primary')
  primary = await startPostgres({ dataFolder, settings: PRIMARY_SETTINGS })
  standby = await startStandby(primary, dataFolder, join(folder, 'standby'))
  replay = new pg.Client({ ...standby.connection })
  replay.on('error', () => {})
  await replay.connect()
  const [databaseUrl, databaseReadUrl] = [primary, standby].map(({ connection }) =>
    databaseUrlOf(connection),
  )
  const config = readConfig({}, { databaseUrl, databaseReadUrl, port: 0, logLevel: 'silent' })
  system = await startSystem(config, createLogger(config))
})
afterAll(async () => {
  await system.close()
  await replay.end()
  await standby.stop()
  await primary.stop()
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (query: string): Promise<any> => {
  const response = await fetch(`${system.api!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: any; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}
const released = async (orderId: string): Promise<number> =>
  Number((await ask(release(orderId))).releaseOrder.position)
const orders = async (atLeast = ''): Promise<{ ids: string[]; position: number; lag: number }> => {
  const { orders: page } = await ask(
    `{ orders(first: 50 ${atLeast}) { nodes { orderId } asOf { position lag } } }`,
  )
  const { position, lag } = page.asOf
  const ids = page.nodes.map((node: { orderId: string }) => node.orderId)
  return { ids, position: Number(position), lag: Number(lag) }
}

test('queries are answered by the replica, and by the database what it does not have yet', async () => {
  const first = await released('R1')
  expect((await orders(`, atLeast: "${first}"`)).ids).toEqual(['R1'])
  await expect.poll(async () => (await orders()).ids, SOON).toEqual(['R1'])
  await expect.poll(async () => (await orders()).position, SOON).toBeGreaterThanOrEqual(first)
  // The locks that tell who projects are on the other server.
  const stateOfOrders = async () =>
    (await ask('{ projections { name state } }')).projections.find(
      ({ name }: { name: string }) => name === 'orders',
    ).state
  await expect.poll(stateOfOrders, SOON).toBe('LIVE')

  await replay.query('select pg_wal_replay_pause()')
  await expect
    .poll(
      async () => (await replay.query('select pg_get_wal_replay_pause_state() s')).rows[0].s,
      SOON,
    )
    .toBe('paused')
  const old = await orders()
  const second = await released('R2')
  const fresh = await orders(`, atLeast: "${second}"`)
  expect(fresh.ids.toSorted()).toEqual(['R1', 'R2'])
  expect(fresh.position).toBeGreaterThanOrEqual(second)
  // Without a wish the replica answers, and says how old that is.
  const stale = await orders()
  expect(stale.ids).toEqual(['R1'])
  expect(stale.position).toBe(old.position)
  expect(stale.lag).toBeGreaterThan(0)
  // Two wishes in one request: none of the two is answered with less than it asked for.
  const both = await ask(`{
    a: orders(first: 9, atLeast: "${first}") { nodes { orderId } }
    b: orders(first: 9, atLeast: "${second}") { nodes { orderId } } }`)
  expect(both.b.nodes).toHaveLength(2)
  expect(both.a.nodes.length).toBeGreaterThan(0)

  await replay.query('select pg_wal_replay_resume()')
  await expect.poll(async () => (await orders()).ids.length, SOON).toBe(2)
})

test('a subscription tells what is new, however far behind the replica is', async () => {
  const changes = await subscribe(
    `${system.api!.url}/graphql`,
    'subscription { orderChanged { orderId status } }',
  )
  await replay.query('select pg_wal_replay_pause()')
  await released('R3')
  await expect.poll(() => changes.text(), SOON).toContain('"orderId":"R3"')
  changes.close()
  await replay.query('select pg_wal_replay_resume()')
})

test('while the replica is away the database answers', async () => {
  await standby.stop()
  await released('R4')
  await expect.poll(async () => (await orders()).ids, SOON).toContain('R4')
  const position = await released('R5')
  expect((await orders(`, atLeast: "${position}"`)).ids).toContain('R5')
})
