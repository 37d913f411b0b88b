import { createKurrentEventStore } from './adapters/kurrentdb/event-store.ts'
import { attachPostgres } from './adapters/postgres/attach.ts'
import { createPostgresEventStore } from './adapters/postgres/event-store.ts'
import { startPostgres } from './adapters/postgres/server.ts'
import { copyLog } from './commands/copy-log.ts'
import type { OpenStore } from './log-store.ts'
import { createProgress } from './progress.ts'

/** Appends that PostgreSQL takes as one group, and so in order. */
const ONE_GROUP = 32

interface Side {
  readonly store: OpenStore
  /** Appends that may travel at once without losing their order. */
  readonly together: number
  close(): Promise<void>
}

/**
 * `taktlog migrate-log`: copies a log into another store and verifies it on the way. Stopped or
 * killed, the same command goes on where it stood.
 * @param from a data folder, postgres://... or kurrentdb://...; `to` likewise
 */
export async function migrateLog(from: string, to: string, signal: AbortSignal): Promise<void> {
  const source = await openSide(from)
  try {
    const target = await openSide(to)
    try {
      const progress = createProgress('migrate-log', 'positions')
      const copied = await copyLog(source.store, target.store, {
        together: target.together,
        signal,
        onProgress: ({ position, head }) => progress.update(position, head),
      })
      progress.stop()
      const { facts, written, root } = copied
      if (signal.aborted) console.log('Stopped; run the same command again to go on.')
      console.log(`${facts} events in both logs, ${written} written now, Merkle root ${root}`)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** Payloads are copied as they were recorded, so nothing is decoded: no catalogue. */
async function openSide(place: string): Promise<Side> {
  const catalogue = new Map()
  if (/^(esdb|kurrentdb|kurrent|kdb)(\+discover)?:\/\//.test(place)) {
    const store = await createKurrentEventStore({ url: place, catalogue })
    return { store, together: 1, close: () => store.close() }
  }
  const known = /^postgres(ql)?:\/\//.test(place) ? place : attachPostgres(place)
  const embedded = known ? null : await startPostgres({ dataFolder: place, log: silent })
  try {
    const database = known ?? embedded!.connection
    const store = await createPostgresEventStore({ database, catalogue })
    return {
      store,
      together: ONE_GROUP,
      async close() {
        await store.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

const silent = { info: () => {}, warn: (message: string) => console.error(message) }
