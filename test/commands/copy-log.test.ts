import { expect, test } from 'vitest'
import { createKurrentEventStore } from '../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { copyLog, type CopyProgress } from '../../src/commands/copy-log.ts'
import { ANY, START, type EventStore } from '../../src/commands/event-store.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { fact, facts, fresh, idsOf } from '../contract/event-store-kit.ts'
import { serveGrpc } from '../support/grpc.ts'
import { freshDatabase } from '../support/postgres.ts'

const none = new AbortController().signal
const past = '2026-03-02T06:00:00.000Z'
const memory = (): EventStore => createMemoryEventStore({ now: () => past }, new Map())

/** A log of interleaved streams, with an old payload and a fact of the protocol itself. */
async function plant(): Promise<EventStore> {
  const store = memory()
  const streams = [fresh('lot'), fresh('order'), fresh('unit')]
  for (let n = 0; n < 700; n++)
    await store.append([
      { stream: streams[n % 3]!, expected: ANY, events: facts(1 + (n % 4)) },
      { stream: `$$${streams[0]!}`, expected: ANY, events: [fact(undefined, '$metadata')] },
    ])
  const old = fact(undefined, 'Counted', { pieces: 3 })
  await store.append([{ stream: streams[0]!, expected: ANY, events: [old] }])
  return store
}

const log = async (store: EventStore) =>
  (await store.readAll({ from: START, limit: 10_000 })).filter(({ type }) => type[0] !== '$')

test('through PostgreSQL and KurrentDB and back: the same facts in the same order', async () => {
  const [source, { connection: database, drop }, server] = await Promise.all([
    plant(),
    freshDatabase(),
    serveGrpc(),
  ])
  const postgres = await createPostgresEventStore({ database, catalogue: new Map() })
  const kurrent = await createKurrentEventStore({
    url: `kurrentdb://127.0.0.1:${server.port}?tls=false`,
    catalogue: new Map(),
  })
  const progress: CopyProgress[] = []
  const onProgress = (p: CopyProgress) => void progress.push(p)
  const first = await copyLog(source, postgres, { together: 32, signal: none, onProgress })
  expect(first.facts).toBe(1_751)
  expect(progress.at(-1)!.position).toBe(progress.at(-1)!.head)
  const second = await copyLog(postgres, kurrent, { together: 1, signal: none })
  expect(second.root).toBe(first.root)
  const back = memory()
  expect((await copyLog(kurrent, back, { together: 1, signal: none })).root).toBe(first.root)
  const [copies, originals] = [await log(back), await log(source)]
  expect(idsOf(copies)).toEqual(idsOf(originals))
  expect(new Set(copies.map(({ recordedAt }) => recordedAt))).toEqual(new Set([past]))
  expect(copies.at(-1)).toMatchObject({ schemaVersion: 1, data: { pieces: 3 } })
  await Promise.all([postgres.close(), kurrent.close()])
  await Promise.all([server.close(), drop()])
})

test('a copy that was stopped goes on; one that is complete writes nothing', async () => {
  const [source, target] = [await plant(), memory()]
  const stop = new AbortController()
  const options = { together: 8, signal: stop.signal, onProgress: () => stop.abort() }
  const some = await copyLog(source, target, options)
  expect(some.written).toBeLessThan(1_751)
  const rest = await copyLog(source, target, { together: 8, signal: none })
  expect(rest).toMatchObject({ facts: 1_751, written: 1_751 - some.written })
  const again = await copyLog(source, target, { together: 8, signal: none })
  expect(again).toEqual({ ...rest, written: 0 })
})

test('a target that holds something else is refused', async () => {
  const [source, target] = [await plant(), createMemoryEventStore(systemClock, new Map())]
  await target.append([{ stream: fresh(), expected: ANY, events: facts(1) }])
  const copying = copyLog(source, target, { together: 8, signal: none })
  await expect(copying).rejects.toThrow('the logs differ at')
  expect(await log(target)).toHaveLength(1)
})
