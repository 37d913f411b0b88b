import { keysOf, runNotaryRole } from '../src/notary-role.ts'
import { order } from '../src/domain/production/order.ts'
import type { Log } from '../src/system.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import {
  concurrently,
  configOf,
  envelope,
  inTurns,
  releaseOrder,
  SITE,
  stateChange,
  withLog,
} from './support.ts'

const COMMANDS = 20_000
const CALLERS = 512
const OBSERVATIONS = 100_000
/** Observations of one call, and connectors that wait for theirs before they send the next. */
const CALL = 2_000
const CONNECTORS = 4
const ROUNDS = 4

/** Appending while the role notary builds the Merkle tree and the audit index, and without it. */
export const treeBench: Benchmark = {
  name: 'tree',
  about: 'appends with the Merkle tree and the audit index on, and off',
  run: () =>
    withLog(async (log, dataFolder) => {
      const bar = { ratio: 0.9 }
      const reference = 'the same without'
      const rows = []
      for (const [name, unit, count, work] of [
        ['commands with the Merkle tree on', 'commands/s', COMMANDS, commands],
        ['observations with the Merkle tree on', 'events/s', OBSERVATIONS, observations],
      ] as const) {
        let round = 0
        const rate = async () => count / (await seconds(() => work(log, round++)))
        const { a, b } = await inTurns(ROUNDS, () => withNotary(log, dataFolder, rate), rate)
        const against = { reference, value: median(b) }
        rows.push(row(name, { value: median(a), unit }, against, bar))
      }
      return rows
    }),
}

async function withNotary(
  log: Log,
  dataFolder: string,
  work: () => Promise<number>,
): Promise<number> {
  const config = configOf(dataFolder)
  const stop = new AbortController()
  const { signer } = keysOf(config)
  const running = runNotaryRole({ ...log, signer }, config, {
    leases: log.leases,
    log: { warn: console.error },
    signal: stop.signal,
  })
  await caughtUp(log)
  try {
    return await work()
  } finally {
    stop.abort()
    await running
  }
}

/** What the round without it left behind is no part of this round. */
async function caughtUp({ store, tree, auditTrail }: Log): Promise<void> {
  const head = await store.head()
  while ((await tree.size()) < head || (await auditTrail.upTo()) < head)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

const commands = (log: Log, round: number) =>
  concurrently(COMMANDS, CALLERS, (i) =>
    log.execute(order, releaseOrder(`T${round}-${i}`), envelope(`tree-${round}-${i}`)),
  )

async function observations({ services }: Log, round: number): Promise<void> {
  const context = (connector: number) => ({
    ...{ source: `tree-${connector}`, site: SITE, actor: 'bench' },
  })
  await concurrently(OBSERVATIONS / CALL, CONNECTORS, (call) => {
    const batch = Array.from({ length: CALL }, (_, i) => {
      const n = round * OBSERVATIONS + call * CALL + i
      return stateChange(n, (call % CONNECTORS) * 50 + (i % 50))
    })
    return services.record(batch, context(call % CONNECTORS))
  })
}
