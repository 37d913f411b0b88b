import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createRandom } from '../../src/adapters/plant/random.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { readConfig } from '../../src/config.ts'
import { projections } from '../../src/projections/index.ts'
import { rebuild } from '../../src/projections/rebuild.ts'
import { createLogger, startSystem } from '../../src/system.ts'
import { expectedRows, rowsOf, untilCaughtUp } from '../projections/same-rows.ts'
import { faultsOf, openTransfers } from '../support/invariants.ts'
import { broken, startLoad } from '../support/load.ts'
import { temporaryFolder } from '../support/postgres-server.ts'
import { createRetryingClient } from '../support/retrying-client.ts'
import { testSeed } from '../support/seed.ts'
import { killHard, postmasterOf, runTaktlog, serveTaktlog } from '../support/taktlog-process.ts'

const KILLS = 20
/** A start after a crash may not take longer, on a small machine that does other things too. */
const START_MS = 5_000
const seed = Number(process.env['KILL_SEED'] ?? testSeed)

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('twenty kills under load lose nothing and double nothing', { timeout: 180_000 }, async () => {
  const random = createRandom(seed)
  let server = await serveTaktlog(folder)
  const client = createRetryingClient(() => server.url)
  const load = startLoad(client, seed)
  const starts: number[] = []
  let databaseKills = 0
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(random.between(100, 1_200))
    // The database alone: Taktlog has to bring it back by itself.
    if (random.chance(0.25)) {
      killHard(postmasterOf(folder))
      // More than what was under way.
      const before = load.acks.size
      await expect.poll(() => load.acks.size, { timeout: 20_000 }).toBeGreaterThan(before + 10)
      databaseKills++
    }
    const postmaster = postmasterOf(folder)
    killHard(server.pid)
    if (random.chance(0.4)) killHard(postmaster)
    await server.ended
    // Now and then it does not even come up before it is killed again.
    if (random.chance(0.2)) {
      const early = runTaktlog(['serve', '--data', folder, '--port', '0'])
      await delay(random.between(0, 2_000))
      killHard(early.pid)
      await early.ended
      kill++
    }
    server = await serveTaktlog(folder)
    starts.push(server.startMs)
  }
  await load.stop()
  server.child.kill('SIGINT')
  expect(await server.ended).toMatchObject({ code: 0 })

  const facts = await inspect()
  expect(broken(load, facts)).toEqual([])
  expect(faultsOf(facts)).toEqual([])
  // Something was at stake.
  expect(load.acks.size).toBeGreaterThan(100)
  expect([...load.refusals].filter((code) => code !== 'QuantityExceeded')).toEqual([])
  const worst = Math.round(Math.max(...starts))
  console.log(
    `kill seed ${seed}: ${load.acks.size} commands and ${facts.length} facts, ` +
      `${client.retries()} requests sent again; worst start ${worst} ms of ${starts.length}, ` +
      `${databaseKills} times the database alone`,
  )
  expect(worst).toBeLessThan(START_MS)
})

const start = (roles: string) => {
  const config = readConfig({}, { dataFolder: folder, roles, logLevel: 'warn' })
  return startSystem(config, createLogger(config))
}
const wholeLog = ({ store }: Awaited<ReturnType<typeof start>>) =>
  store.readAll({ from: 0, limit: 1e6 })

/** Policies finish what they were killed at. */
async function settle(): Promise<void> {
  const system = await start('projector,policy')
  try {
    await expect
      .poll(async () => openTransfers(await wholeLog(system)), { timeout: 20_000 })
      .toEqual([])
  } finally {
    await system.close()
  }
}

/**
 * The whole log, after read models were found to be what a replay and a rebuild make of it. Without
 * policies: a drill that is due would be recorded meanwhile.
 */
async function inspect() {
  await settle()
  const system = await start('projector')
  try {
    await untilCaughtUp(system.pool, system.store, projections)
    const facts = await wholeLog(system)
    const compare = async (how: string): Promise<void> => {
      for (const p of projections)
        expect(await rowsOf(system.pool, p), `${p.name} ${how}`).toEqual(expectedRows(p, facts))
    }
    await compare('live')
    const { store, database } = system
    const signal = new AbortController().signal
    await rebuild(projections, { store, tables: createTables(database), signal })
    await compare('rebuilt')
    return facts
  } finally {
    await system.close()
  }
}
