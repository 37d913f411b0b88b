import { expect, test } from 'vitest'
import { ANY, NO_STREAM, START, type EventStore } from '../../src/commands/event-store.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { everything, fact, facts, fresh, idsOf, one, serial, type Use } from './event-store-kit.ts'

export function readingStreams(use: Use): void {
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

export function readingAll(use: Use): void {
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

  test('forward no further than to, whoever follows the log meanwhile', async () => {
    const { store } = use()
    const before = await store.head()
    const stop = new AbortController()
    const following = store.subscribe({ after: before, signal: stop.signal })
    const batches = following[Symbol.asyncIterator]()
    const next = batches.next()
    const stream = fresh()
    const written = facts(5)
    await one(store, { stream, expected: NO_STREAM, events: written })
    expect((await next).value!.facts.length).toBeGreaterThan(0)
    const log = await store.readAll({ from: before, limit: 100 })
    const types = [...new Set(log.map(({ type }) => type))]
    for (const filter of [{}, { types }, { categories: [stream.split('-', 1)[0]!] }])
      for (const [from, to] of [-1, 0, 1, 4].flatMap((a) =>
        [0, 2, 4].map((b) => [a, b] as const),
      )) {
        const since = log[from]?.position ?? before
        const range = { from: since, to: log[to]!.position, limit: 3, ...filter }
        expect(idsOf(await store.readAll(range))).toEqual(
          idsOf(log.slice(from + 1, to + 1).slice(0, 3)),
        )
      }
    expect(await store.readAll({ from: before, to: before, limit: 3 })).toEqual([])
    stop.abort()
    await batches.return?.()
  })
}

export function subscribing(use: Use): void {
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
    const type = `Novelty${serial()}`
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
