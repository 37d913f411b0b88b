import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ANY,
  NO_STREAM,
  START,
  type Append,
  type EventStore,
  type NewEvent,
} from '../../src/commands/event-store.ts'
import { uuid5 } from '../../src/commands/ids.ts'
import { catalogue, event, type Recorded } from '../../src/domain/event.ts'

/** Version 1 had pieces only; version 2 says of which unit. */
const counted = event('Counted', z.object({ quantity: z.number(), unit: z.string() }), [
  (old: { pieces: number }) => ({ quantity: old.pieces, unit: 'C62' }),
])
/** What the stores under test decode with. */
export const contractCatalogue = catalogue([counted])

export interface StoreUnderTest {
  readonly store: EventStore
  /** A second instance on the same log, where a log can have two. */
  readonly second?: EventStore
  close(): Promise<void>
}

let serial = 0
/** A new event; the name makes its id. */
export const fact = (name = `fact-${++serial}`, type = 'Noted', data: unknown = { name }) =>
  ({
    id: uuid5(name),
    type,
    schemaVersion: 1,
    data,
    metadata: {
      occurredAt: '2026-03-02T06:00:00.000Z',
      source: 'contract',
      site: 'S1',
      actor: 'tester',
      correlationId: name,
      causationId: name,
    },
  }) satisfies NewEvent

const facts = (count: number): NewEvent[] => Array.from({ length: count }, () => fact())
const fresh = (category = 'thing'): string => `${category}-${++serial}-${process.pid}`
const idsOf = (some: readonly { readonly id: string }[]): string[] => some.map(({ id }) => id)

/** What every event store promises, whatever it is made of. */
export function eventStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`event store: ${name}`, () => {
    let under: StoreUnderTest
    let store: EventStore
    beforeAll(async () => {
      under = await open()
      store = under.store
    })
    afterAll(() => under.close())
    const use = (): StoreUnderTest => under

    appending(use)
    retrying(use)
    readingStreams(use)
    readingAll(use)
    subscribing(use)

    test('random appends by several writers are one legal serialisation', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 30 }), (plans) =>
          legal(use(), plans),
        ),
        { numRuns: 25 },
      )
    })

    test('positions of the whole log grow and streams are gapless', async () => {
      const log = await everything(store)
      const next = new Map<string, number>()
      for (const [i, { stream, revision, position }] of log.entries()) {
        expect(revision).toBe(next.get(stream) ?? 0)
        next.set(stream, revision + 1)
        expect(position).toBeGreaterThan(log[i - 1]?.position ?? START)
      }
      expect(await store.head()).toBe(log.at(-1)!.position)
    })
  })
}

type Use = () => StoreUnderTest

async function one(store: EventStore, append: Append) {
  const [result] = await store.append([append])
  return result!
}

const everything = async (store: EventStore): Promise<readonly Recorded[]> => {
  const log: Recorded[] = []
  for (;;) {
    const page = await store.readAll({ from: log.at(-1)?.position ?? START, limit: 500 })
    log.push(...page)
    if (page.length < 500) return log
  }
}

function appending(use: Use): void {
  test('an append answers with the place of its last event', async () => {
    const { store } = use()
    const stream = fresh()
    const first = await one(store, { stream, expected: NO_STREAM, events: facts(2) })
    expect(first).toEqual({ ok: true, revision: 1, position: await store.head() })
    const second = await one(store, { stream, expected: 1, events: facts(1) })
    expect(second).toEqual({ ok: true, revision: 2, position: await store.head() })
  })

  test('a lost race is a value that says where the stream is', async () => {
    const { store } = use()
    const stream = fresh()
    const append = (expected: number) => one(store, { stream, expected, events: facts(1) })
    expect(await append(0)).toEqual({ ok: false, actual: NO_STREAM })
    await append(NO_STREAM)
    expect(await append(NO_STREAM)).toEqual({ ok: false, actual: 0 })
    expect(await append(5)).toEqual({ ok: false, actual: 0 })
    expect(await store.readStream(stream)).toHaveLength(1)
  })

  test('a conflict does not touch its neighbours, and appends of a call see each other', async () => {
    const { store } = use()
    const [a, b] = [fresh(), fresh()]
    const results = await store.append([
      { stream: a, expected: NO_STREAM, events: facts(1) },
      { stream: b, expected: 7, events: facts(3) },
      { stream: a, expected: 0, events: facts(2) },
      { stream: b, expected: NO_STREAM, events: facts(1) },
      { stream: a, expected: 0, events: facts(1) },
    ])
    const head = await store.head()
    expect(results).toEqual([
      { ok: true, revision: 0, position: head - 3 },
      { ok: false, actual: NO_STREAM },
      { ok: true, revision: 2, position: head - 1 },
      { ok: true, revision: 0, position: head },
      { ok: false, actual: 2 },
    ])
  })

  test('ANY takes the stream as it is, also where there is none', async () => {
    const { store } = use()
    const stream = fresh()
    const append = () => one(store, { stream, expected: ANY, events: facts(1) })
    expect(await append()).toMatchObject({ ok: true, revision: 0 })
    expect(await append()).toMatchObject({ ok: true, revision: 1 })
  })

  test('an append of nothing answers where the stream stands', async () => {
    const { store } = use()
    const stream = fresh()
    const nothing = (expected: number) => one(store, { stream, expected, events: [] })
    expect(await nothing(ANY)).toEqual({ ok: true, revision: NO_STREAM, position: START })
    const { position } = (await one(store, { stream, expected: ANY, events: facts(1) })) as any
    expect(await nothing(0)).toEqual({ ok: true, revision: 0, position })
    expect(await store.append([])).toEqual([])
  })

  test('1,000 concurrent appends to streams of their own all succeed', async () => {
    const { store } = use()
    const before = await store.head()
    const results = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        one(store, { stream: fresh('crowd'), expected: NO_STREAM, events: facts(1) }),
      ),
    )
    const positions = results.map((r) => (r.ok ? r.position : -1)).sort((x, y) => x - y)
    expect(positions).toEqual(results.map((_, i) => before + i + 1))
  })

  test('of 200 concurrent appends at one revision exactly one wins', async () => {
    const { store } = use()
    const stream = fresh()
    const results = await Promise.all(
      Array.from({ length: 200 }, () => one(store, { stream, expected: -1, events: facts(1) })),
    )
    expect(results.filter((r) => r.ok)).toHaveLength(1)
    expect(await store.readStream(stream)).toHaveLength(1)
  })

  test('unicode, NUL characters and large payloads come back as they went in', async () => {
    const { store } = use()
    const data = {
      text: 'Größe 5 µm, 寸法, 🏭, \u0000, \u001e, "quoted", back\\slash, line\nfeed, {1,2}',
      lone: '\ud800',
      numbers: [0.1, -0, 1e-9, 9_007_199_254_740_991],
      nothing: null,
      large: 'ä€😀'.repeat(60_000),
    }
    const stream = `thing-Ä寸,{"}\\ ${++serial}`
    await one(store, { stream, expected: NO_STREAM, events: [fact(undefined, 'Noted', data)] })
    const [read] = await store.readStream(stream)
    expect(read).toMatchObject({ stream, data: JSON.parse(JSON.stringify(data)) })
    expect((await store.readAll({ from: Infinity, direction: 'backward', limit: 1 }))[0]).toEqual(
      read,
    )
  })
}

function retrying(use: Use): void {
  test('the same ids right after the expected revision answer as the first time', async () => {
    const { store } = use()
    const stream = fresh()
    const first: Append = { stream, expected: NO_STREAM, events: facts(2) }
    const then: Append = { stream, expected: 1, events: facts(1) }
    const results = await store.append([first, then])
    expect(results.every((r) => r.ok)).toBe(true)
    expect(await store.append([first, then])).toEqual(results)
    await one(store, { stream, expected: 2, events: facts(3) })
    expect(await store.append([then, first])).toEqual([results[1], results[0]])
    expect(await store.readStream(stream)).toHaveLength(6)
  })

  test('a retry within the same call is recognised', async () => {
    const { store } = use()
    const append: Append = { stream: fresh(), expected: NO_STREAM, events: facts(2) }
    const [first, again] = await store.append([append, append])
    expect(first).toMatchObject({ ok: true, revision: 1 })
    expect(again).toEqual(first)
  })

  test('a retry that overlaps only in part is a conflict', async () => {
    const { store } = use()
    const stream = fresh()
    const [a, b, c] = facts(3) as [NewEvent, NewEvent, NewEvent]
    await one(store, { stream, expected: NO_STREAM, events: [a, b] })
    const conflict = { ok: false, actual: 1 }
    const retry = (expected: number, events: NewEvent[]) => one(store, { stream, expected, events })
    expect(await retry(NO_STREAM, [a, b, c])).toEqual(conflict)
    expect(await retry(NO_STREAM, [a, c])).toEqual(conflict)
    expect(await retry(NO_STREAM, [b])).toEqual(conflict)
    expect(await retry(NO_STREAM, [b, a])).toEqual(conflict)
    expect(await retry(0, [b])).toMatchObject({ ok: true, revision: 1 })
    expect(await retry(NO_STREAM, [a])).toMatchObject({ ok: true, revision: 0 })
  })
}

function readingStreams(use: Use): void {
  test('a stream reads both ways, from any revision, with limits', async () => {
    const { store } = use()
    const stream = fresh()
    const events = facts(2_500)
    await one(store, { stream, expected: NO_STREAM, events })
    const ids = idsOf(events)
    const read = async (options?: Parameters<EventStore['readStream']>[1]) =>
      idsOf(await store.readStream(stream, options))
    expect(await read()).toEqual(ids)
    expect(await read({ from: 10, limit: 3 })).toEqual(ids.slice(10, 13))
    expect(await read({ from: 2_499 })).toEqual(ids.slice(2_499))
    expect(await read({ from: 2_500 })).toEqual([])
    expect(await read({ from: 5, limit: 1_200 })).toEqual(ids.slice(5, 1_205))
    expect(await read({ direction: 'backward' })).toEqual(ids.toReversed())
    expect(await read({ direction: 'backward', limit: 2 })).toEqual(ids.slice(-2).toReversed())
    expect(await read({ direction: 'backward', from: 1, limit: 5 })).toEqual([ids[1], ids[0]])
    expect(await read({ direction: 'backward', from: 9_999, limit: 1 })).toEqual([ids[2_499]])
    expect(await read({ limit: 0 })).toEqual([])
    expect(await store.readStream(fresh())).toEqual([])
  })

  test('concurrent reads each get their own stream', async () => {
    const { store } = use()
    const streams = Array.from({ length: 50 }, () => fresh())
    await store.append(
      streams.map((stream, i) => ({ stream, expected: -1, events: facts(1 + (i % 3)) })),
    )
    const reads = await Promise.all(streams.map((stream) => store.readStream(stream)))
    expect(reads.map((read) => read.length)).toEqual(streams.map((_, i) => 1 + (i % 3)))
    expect(reads.map((read) => read[0]!.stream)).toEqual(streams)
  })

  test('an old payload comes back in the schema of today', async () => {
    const { store } = use()
    const stream = fresh()
    const old = fact(undefined, 'Counted', { pieces: 3 })
    const current = {
      ...fact(undefined, 'Counted', { quantity: 4, unit: 'KGM' }),
      schemaVersion: 2,
    }
    await one(store, { stream, expected: NO_STREAM, events: [old, current] })
    const read = await store.readStream(stream)
    expect(read.map(({ data }) => data)).toEqual([
      { quantity: 3, unit: 'C62' },
      { quantity: 4, unit: 'KGM' },
    ])
    const all = await store.readAll({ from: START, limit: 10, types: ['Counted'] })
    expect(all).toEqual(read)
    expect(read[0]).toMatchObject({ stream, revision: 0, metadata: old.metadata, type: 'Counted' })
    expect(new Date(read[0]!.recordedAt).toISOString()).toBe(read[0]!.recordedAt)
  })
}

function readingAll(use: Use): void {
  test('pages forward and backward are the whole log', async () => {
    const { store } = use()
    const log = await everything(store)
    const backward: Recorded[] = []
    for (;;) {
      const from = backward.at(-1)?.position ?? Infinity
      const page = await store.readAll({ from, direction: 'backward', limit: 1_700 })
      backward.push(...page)
      if (page.length < 1_700) break
    }
    expect(idsOf(backward.toReversed())).toEqual(idsOf(log))
    expect(idsOf(await store.readAll({ from: START, limit: 1_000_000 }))).toEqual(idsOf(log))
    expect(await store.readAll({ from: await store.head(), limit: 5 })).toEqual([])
    expect(await store.readAll({ from: 1, direction: 'backward', limit: 5 })).toEqual([])
  })

  test('filters by category, by type, and by both', async () => {
    const { store } = use()
    const [lot, order] = [fresh('lot'), fresh('order')]
    const before = await store.head()
    const moved = [0, 1, 2].map(() => fact(undefined, 'Moved'))
    const closed = [0, 1].map(() => fact(undefined, 'Closed'))
    await store.append([
      { stream: lot, expected: ANY, events: [moved[0]!, closed[0]!] },
      { stream: order, expected: ANY, events: [moved[1]!, closed[1]!] },
      { stream: lot, expected: ANY, events: [moved[2]!] },
    ])
    const read = async (filter: object, limit = 100) =>
      idsOf(await store.readAll({ from: before, limit, ...filter }))
    expect(await read({ types: ['Moved'] })).toEqual(idsOf(moved))
    expect(await read({ types: ['Moved'] }, 2)).toEqual(idsOf(moved.slice(0, 2)))
    expect(await read({ categories: ['lot'] })).toEqual(idsOf([moved[0]!, closed[0]!, moved[2]!]))
    expect(await read({ categories: ['lot', 'order'], types: ['Closed', 'Unheard'] })).toEqual(
      idsOf(closed),
    )
    expect(await read({ categories: ['order'], types: ['Moved'] })).toEqual([moved[1]!.id])
    expect(await read({ types: [] })).toEqual([])
    expect(await read({ categories: ['nowhere'] })).toEqual([])
    const last = { from: Infinity, direction: 'backward', limit: 2, types: ['Moved'] } as const
    expect(idsOf(await store.readAll(last))).toEqual([moved[2]!.id, moved[1]!.id])
  })
}

function subscribing(use: Use): void {
  test('catch-up goes over into live without gap or duplicate while others write', async () => {
    const { store, second = store } = use()
    const after = await store.head()
    const write = async (target: EventStore) => {
      for (let i = 0; i < 30; i++)
        await target.append([{ stream: fresh('live'), expected: NO_STREAM, events: facts(7) }])
    }
    const early = write(store)
    const stop = new AbortController()
    const seen: Recorded[] = []
    let writing: Promise<unknown> | undefined
    for await (const batch of store.subscribe({ after, batchSize: 50, signal: stop.signal })) {
      seen.push(...batch.facts)
      expect(batch.position).toBe(seen.at(-1)!.position)
      writing ??= Promise.all([early, write(second), write(second)])
      if (seen.length === 90 * 7) stop.abort()
    }
    await writing
    expect(idsOf(seen)).toEqual(idsOf(await store.readAll({ from: after, limit: 10_000 })))
  })

  test('a filtered subscription learns of new types and of the progress of the log', async () => {
    const { store } = use()
    const after = await store.head()
    const type = `Novelty${++serial}`
    const stop = new AbortController()
    const seen: string[] = []
    let position = after
    const following = (async () => {
      const options = { after, types: [type], signal: stop.signal }
      for await (const batch of store.subscribe(options)) {
        seen.push(...idsOf(batch.facts))
        position = batch.position
        if (seen.length === 2) stop.abort()
      }
    })()
    const events = [fact(undefined, type), fact(undefined, 'Noted'), fact(undefined, type)]
    for (const event of events)
      await store.append([{ stream: fresh('new'), expected: -1, events: [event] }])
    await following
    expect(seen).toEqual([events[0]!.id, events[2]!.id])
    expect(position).toBe(await store.head())
  })

  test('abort ends a waiting subscription, and one that never began', async () => {
    const { store } = use()
    const stop = new AbortController()
    const waiting = store.subscribe({ after: await store.head(), signal: stop.signal })
    const next = waiting[Symbol.asyncIterator]().next()
    stop.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    const never = store.subscribe({ after: START, signal: AbortSignal.abort() })
    expect(await never[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
  })
}

/** One append of the property test: which writer and stream, seen at which revision, how many facts. */
const plan = fc.record({
  second: fc.boolean(),
  stream: fc.nat(2),
  expected: fc.integer({ min: ANY, max: 6 }),
  count: fc.integer({ min: 1, max: 3 }),
})
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never

/** Each accepted append is in its stream whole, at the revision it expected; nothing else is. */
async function legal({ store, second = store }: StoreUnderTest, plans: readonly Plan[]) {
  const round = ++serial
  const appends = plans.map(({ stream, expected, count }) => ({
    stream: `property-${round}-${stream}`,
    expected,
    events: facts(count),
  }))
  const results = await Promise.all(
    appends.map((append, i) => one(plans[i]!.second ? second : store, append)),
  )
  const reads = await Promise.all(
    [0, 1, 2].map((stream) => store.readStream(`property-${round}-${stream}`)),
  )
  const all = reads.flat()
  const accepted = appends.filter((_, i) => results[i]!.ok)
  expect(all.map(({ id }) => id).sort()).toEqual(accepted.flatMap((a) => idsOf(a.events)).sort())
  for (const [i, { stream, expected, events }] of appends.entries()) {
    const result = results[i]!
    if (!result.ok) continue
    const place = all.filter((f) => idsOf(events).includes(f.id))
    const first = result.revision - events.length + 1
    expect(expected === ANY ? first : expected + 1).toBe(first)
    expect(place.map((f) => f.revision)).toEqual(events.map((_, n) => first + n))
    expect(place.at(-1)).toMatchObject({ stream, position: result.position })
    expect(idsOf(place)).toEqual(idsOf(events))
  }
}
