import { expect, test } from 'vitest'
import { createKurrentEventStore } from '../../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../../src/adapters/memory/event-store.ts'
import { NO_STREAM, StoreUnavailable, type EventStore } from '../../../src/commands/event-store.ts'
import { systemClock } from '../../../src/commands/ports.ts'
import { everything, facts, fresh, idsOf, one } from '../../contract/event-store-kit.ts'
import { serveGrpc } from '../../support/grpc.ts'
import { startCluster } from '../../support/grpc-cluster.ts'

const catalogue = new Map()
/** Appends side by side, while nodes die under them. */
const WRITERS = 8
/** Longest that one append waits for a new leader, its retries included. */
const RECOVERED_MS = 5_000

/** A cluster of three over one log, and the adapter on it. */
async function clustered(preference: 'leader' | 'follower') {
  const log = createMemoryEventStore(systemClock, catalogue)
  const backend = await serveGrpc({ store: log, catalogue })
  const cluster = await startCluster(backend.port, 3)
  const url = `kurrentdb://${cluster.hosts}?tls=false&nodePreference=${preference}`
  const store = await createKurrentEventStore({ url, catalogue })
  const close = async () => {
    await store.close()
    await cluster.close()
    await backend.close()
  }
  return { log, cluster, store, close }
}

/** Appends, as it is when its answer was lost, until it is answered. @returns how long it took, in ms */
async function insist(store: EventStore, stream: string, events: ReturnType<typeof facts>) {
  const began = performance.now()
  for (;;)
    try {
      const result = await one(store, { stream, expected: NO_STREAM, events })
      expect(result.ok).toBe(true)
      return performance.now() - began
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
}

test('leaders killed under load: nothing acknowledged is lost, nothing doubled, subscribers go on', async () => {
  const { log, cluster, store, close } = await clustered('leader')
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const { facts: some } of store.subscribe({ after: 0, signal: stop.signal }))
      seen.push(...idsOf(some))
  })()
  const acknowledged: string[] = []
  const waits: number[] = []
  const enough = new AbortController()
  const write = async (): Promise<void> => {
    while (!enough.signal.aborted) {
      const events = facts(2)
      waits.push(await insist(store, fresh('order'), events))
      acknowledged.push(...idsOf(events))
    }
  }
  const writers = Array.from({ length: WRITERS }, write)
  const killing = async (): Promise<void> => {
    await more(200)
    for (let n = 0; n < 2; n++) {
      await cluster.killLeader()
      await more(200)
    }
  }
  const more = (count: number) => {
    const from = acknowledged.length
    return expect
      .poll(() => acknowledged.length - from, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(count)
  }
  await Promise.race([killing(), Promise.all(writers)])
  enough.abort()
  await Promise.all(writers)
  const written = idsOf(await everything(store))
  expect(await everything(log)).toHaveLength(written.length)
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(written.length)
  stop.abort()
  await following
  expect(new Set(written).size).toBe(written.length)
  expect(written.toSorted()).toEqual(acknowledged.toSorted())
  expect(seen).toEqual(written)
  expect(Math.max(...waits)).toBeLessThan(RECOVERED_MS)
  await close()
}, 60_000)

test('from a follower, what only the leader may goes to the leader', async () => {
  const { cluster, store, close } = await clustered('follower')
  const stream = fresh()
  const events = facts(3)
  const done = await one(store, { stream, expected: NO_STREAM, events })
  expect(done).toMatchObject({ ok: true, revision: 2 })
  expect(cluster.refused()).toBeGreaterThan(0)
  expect(await one(store, { stream, expected: NO_STREAM, events })).toEqual({
    ...done,
    repeated: true,
  })
  expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events))
  await close()
})
