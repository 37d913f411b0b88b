import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANY, START, type EventStore } from '../../src/commands/event-store.ts'
import { everything, facts, idsOf, one, serial, type StoreUnderTest } from './event-store-kit.ts'
import { readingAll, readingStreams, subscribing } from './event-store-reading.ts'
import { appending, retrying } from './event-store-writing.ts'

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
  const round = serial()
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
