import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { catalogue } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { release } from '../support/api-server.ts'
import { faultsOf } from '../support/invariants.ts'
import { broken, startLoad } from '../support/load.ts'
import { databaseUrlOf, freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createRetryingClient } from '../support/retrying-client.ts'
import { testSeed } from '../support/seed.ts'
import { subscribe } from '../support/sse.ts'
import { killHard, runTaktlog, serveTaktlog, type Program } from '../support/taktlog-process.ts'
import { settled } from './settled.ts'

/** Whoever dies is replaced within this time. */
const TAKEOVER_MS = 5_000
const APIS = ['--roles', 'api']
const WORKERS = 'projector,policy,notary'

let database: FreshDatabase
let env: Record<string, string>
const running = new Set<Program>()

beforeAll(async () => {
  database = await freshDatabase()
  env = { DATABASE_URL: databaseUrlOf(database.connection) }
})
afterAll(async () => {
  for (const { pid } of running) killHard(pid)
  await Promise.all([...running].map(({ ended }) => ended))
  await database.drop()
})

const started = <P extends Program>(program: P): P => {
  running.add(program)
  void program.ended.then(() => running.delete(program))
  return program
}
const api = async () => started(await serveTaktlog('./unused', { args: APIS, env }))
async function worker(): Promise<Program> {
  const program = started(runTaktlog(['serve', '--roles', WORKERS, '--log-level', 'warn'], env))
  await program.says(/runs as/)
  return program
}

test(
  'the active process dies, and every process is restarted, under load',
  { timeout: 240_000 },
  async () => {
    const apis = [await api(), await api()]
    let active = await worker()
    await expect.poll(() => held(), { timeout: 30_000 }).toBeGreaterThan(projections.length + 5)
    const standby = await worker()
    let turn = 0
    const client = createRetryingClient(() => apis[turn++ % apis.length]!.url)
    const load = startLoad(client, testSeed)
    // Neither of these processes projects anything.
    const orders = await subscribe(
      `${apis[1]!.url}/graphql`,
      'subscription { orderChanged { orderId status } }',
    )
    await expect.poll(() => load.acks.size, { timeout: 30_000 }).toBeGreaterThan(100)

    killHard(active.pid)
    const died = performance.now()
    const stood = await slowest()
    const takeover = { readModels: 0, policies: 0, notary: 0 }
    const since = async (what: () => Promise<boolean>): Promise<number> => {
      while (!(await what())) await delay(20)
      return Math.round(performance.now() - died)
    }
    const { position } = (await client.send(release('after-death')))['releaseOrder']
    await Promise.all([
      since(async () => (await slowest()) > stood).then((ms) => (takeover.readModels = ms)),
      since(async () => await policiesSince(position)).then((ms) => (takeover.policies = ms)),
      since(async () => (await treeSize()) >= position).then((ms) => (takeover.notary = ms)),
    ])
    await expect.poll(() => orders.text().includes('after-death'), { timeout: 10_000 }).toBe(true)

    // One after the other, as an update of all of them would go.
    active = standby
    const next = await worker()
    await stopCleanly(active)
    await worker()
    await stopCleanly(next)
    const before = apis.shift()!
    await stopCleanly(before)
    apis.push(await api())
    const reached = load.acks.size
    await expect.poll(() => load.acks.size, { timeout: 30_000 }).toBeGreaterThan(reached + 100)
    await client.send(release('after-restart'))
    await expect.poll(() => orders.text().includes('after-restart'), { timeout: 20_000 }).toBe(true)
    await load.stop()
    orders.close()

    const facts = await wholeLog()
    expect(broken(load, facts)).toEqual([])
    expect(faultsOf(facts)).toEqual([])
    console.log(
      `killed under load: read models moved again after ${takeover.readModels} ms, policies after ` +
        `${takeover.policies} ms, the Merkle tree after ${takeover.notary} ms; ` +
        `${load.acks.size} commands, ${client.retries()} sent again`,
    )
    for (const ms of Object.values(takeover)) expect(ms).toBeLessThan(TAKEOVER_MS)
  },
)

async function stopCleanly(program: Program): Promise<void> {
  program.child.kill('SIGTERM')
  expect(await program.ended).toMatchObject({ code: 0 })
}

const number = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await database.pool.query<{ n: number }>(sql, values)).rows[0]!.n
/** Locks of projections and leases. */
const held = () =>
  number(`select count(*) n from pg_locks l join pg_database d on d.oid = l.database
    where locktype = 'advisory' and datname = current_database()`)
const slowest = () => number('select min(position) n from read._tables where active')
const treeSize = () => number('select size n from merkle.tree')
/** The transfers between lots of the load go through a policy. */
const policiesSince = async (position: number) =>
  (await number(`select position n from taktlog.checkpoints where name = 'lot-transfer'`)) >=
  position

async function wholeLog() {
  const store = await createPostgresEventStore({ database: database.connection, catalogue })
  try {
    return await settled(database.pool, store)
  } finally {
    await store.close()
  }
}
