import type { Batch, EventStore, Subscribe } from '../../commands/event-store.ts'
import type { Catalogue } from '../../domain/event.ts'
import { createAppend } from './append.ts'
import { createCalls } from './calls.ts'
import { createReader, loadClient } from './client.ts'
import { followEnd, type Live } from './live.ts'
import { createReads, matches, type Reads } from './read.ts'

/** A subscription's batch unless it says otherwise. */
const DEFAULT_BATCH = 2_000
/** Log passed without a match that is worth an empty batch, and so a write of the checkpoint. */
const WORTH_REPORTING = 1_000_000

export interface KurrentEventStore extends EventStore {
  /** Ends its connections. Calls under way may fail. */
  close(): Promise<void>
}

/**
 * The log in KurrentDB or EventStoreDB. The connection string names the nodes of a cluster or how to
 * find them, TLS and credentials.
 * @throws StoreUnavailable when it cannot be reached, Error when the client is not installed
 */
export async function createKurrentEventStore(options: {
  readonly url: string
  readonly catalogue: Catalogue
  /** A server that is silent for longer counts as out of reach. */
  readonly deadlineMs?: number
}): Promise<KurrentEventStore> {
  const { catalogue, url } = options
  const kurrent = await loadClient()
  const client = kurrent.KurrentDBClient.connectionString(url)
  const calls = createCalls(options.deadlineMs)
  const reads = createReads({ kurrent, reader: createReader(kurrent, url), catalogue, calls })
  const append = createAppend(client, reads, calls)
  let live: Live
  try {
    live = followEnd({ kurrent, client, catalogue }, await reads.head())
  } catch (error) {
    await client.dispose()
    throw error
  }
  return {
    append,
    readStream: (stream, range = {}) => reads.stream(stream, range),
    readAll: (range) => reads.all(range),
    head: () => reads.head(),
    subscribe: (range) => subscribe(reads, live, range),
    async close() {
      await live.close()
      await client.dispose()
    },
  }
}

/** Pages until it is where the end of the log is kept, from there with it. */
async function* subscribe(
  reads: Reads,
  live: Live,
  { after, batchSize: limit = DEFAULT_BATCH, signal, ...filter }: Subscribe,
): AsyncGenerator<Batch> {
  let position = after
  let reported = after
  while (!signal.aborted) {
    const end = live.tip()
    const seen = live.after(position)
    const facts = seen
      ? seen.facts.filter((fact) => matches(filter, fact)).slice(0, limit)
      : await reads.all({ from: position, limit, ...filter })
    if (signal.aborted) return
    if (facts.length === limit) position = facts.at(-1)!.position
    else if (seen) position = seen.upTo
    // A short page goes to the end of the log, which was there at least.
    else position = Math.max(position, end, facts.at(-1)?.position ?? position)
    if (facts.length > 0 || position >= reported + WORTH_REPORTING) {
      reported = position
      yield { facts, position }
    }
    if (seen && facts.length < limit) await live.beyond(position, signal)
  }
}
