import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { ensureTree } from '../../src/adapters/postgres/tlog/schema.ts'
import { runNotary } from '../../src/adapters/postgres/tlog/notary.ts'
import { createTransparencyLog } from '../../src/adapters/postgres/tlog/tree.ts'
import { createPublish, type Places } from '../../src/adapters/tlog/publish.ts'
import { ANY } from '../../src/commands/event-store.ts'
import { createSigner, type Signer } from '../../src/commands/tlog/note.ts'
import type { SignedCheckpoint } from '../../src/commands/tlog/port.ts'
import { contractCatalogue, fact } from '../contract/event-store-kit.ts'
import { freshDatabase } from '../support/postgres.ts'

/** A log in a database of its own, with a tree that grows when asked to. */
export async function logWithTree(signer: Signer = createSigner('plant.example/log')) {
  const database = await freshDatabase()
  const { pool, connection } = database
  const store = await createPostgresEventStore({
    database: connection,
    catalogue: contractCatalogue,
    partitionSize: 2_000,
  })
  await ensureTree(pool)

  return {
    ...{ pool, store, signer, database: connection, tree: createTransparencyLog(pool) },
    /** Spreads the events over streams `thing-0` to `thing-(streams-1)`, one after the other. */
    async append(count: number, streams = 3): Promise<void> {
      const byStream = Array.from({ length: count }, (_, i) => ({
        stream: `thing-${i % streams}`,
        expected: ANY,
        events: [fact()],
      }))
      await store.append(byStream)
    },
    /** Runs the notary until a checkpoint covers the whole log; answers with it. */
    async notarise(places: Places = {}, by: Signer = signer): Promise<SignedCheckpoint> {
      const stop = new AbortController()
      const head = await store.head()
      const publish = createPublish(places)
      let last: SignedCheckpoint | undefined
      await runNotary({
        database: connection,
        signer: by,
        checkpointMs: 0,
        publish: async (checkpoint, tiles) => {
          last = checkpoint
          await publish(checkpoint, tiles)
          if (checkpoint.size >= head) stop.abort()
        },
        warn: (message) => {
          throw new Error(message)
        },
        signal: stop.signal,
      })
      return last!
    },
    async end(): Promise<void> {
      await store.close()
      await database.drop()
    },
  }
}
export type LogWithTree = Awaited<ReturnType<typeof logWithTree>>
