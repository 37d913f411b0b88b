import { verifyLog } from '../src/adapters/postgres/tlog/verify.ts'
import { runNotary } from '../src/adapters/postgres/tlog/notary.ts'
import { createSigner, type Signer } from '../src/commands/tlog/note.ts'
import type { Log } from '../src/system.ts'
import { readAll } from './read.ts'
import { row, seconds, type Benchmark } from './row.ts'
import { withLog } from './support.ts'
import { BLOCK, play } from './traffic.ts'

const EVENTS = 300_000

/** The tree anew from the log, compared with the stored leaves and the checkpoint. */
export const verifyBench: Benchmark = {
  name: 'verify',
  about: `the log of ${EVENTS.toLocaleString('en-US')} events held against its Merkle tree`,
  run: () =>
    withLog(async (log) => {
      await play(log, 0, EVENTS / BLOCK)
      const signer = createSigner('bench')
      const building = await seconds(() => build(log, signer))
      await log.pool.query('vacuum analyze')
      const verifying = await seconds(async () => {
        const { finding, checkpoints } = await verifyLog({
          ...{ pool: log.pool, trusted: [signer], outside: [] },
        })
        if (finding || checkpoints === 0) throw new Error(finding?.detail ?? 'nothing verified')
      })
      const reading = await seconds(() => readAll(log.store))
      const events = await log.store.head()
      const reference = { reference: 'reading the same log', value: events / reading }
      return [
        row('verify', { value: events / verifying, unit: 'events/s' }, reference, {
          atLeast: 100_000,
        }),
        row(
          'building the tree of a log at rest',
          { value: events / building, unit: 'events/s' },
          reference,
        ),
      ]
    }),
}

/** Until a checkpoint covers the log. */
export async function build({ store, database }: Log, signer: Signer): Promise<void> {
  const head = await store.head()
  const stop = new AbortController()
  await runNotary({
    ...{ database, signer, checkpointMs: 500, signal: stop.signal },
    publish: async ({ size }) => {
      if (size >= head) stop.abort()
    },
    warn: console.error,
  })
}
