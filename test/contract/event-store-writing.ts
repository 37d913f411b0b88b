import { expect, test } from 'vitest'
import {
  ANY,
  NO_STREAM,
  START,
  type Append,
  type NewEvent,
} from '../../src/commands/event-store.ts'
import { fact, facts, fresh, one, serial, type Use } from './event-store-kit.ts'

export function appending(use: Use): void {
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
    const position = async (stream: string, from: number) =>
      (await store.readStream(stream, { from, limit: 1 }))[0]!.position
    expect(results).toEqual([
      { ok: true, revision: 0, position: await position(a, 0) },
      { ok: false, actual: NO_STREAM },
      { ok: true, revision: 2, position: await position(a, 2) },
      { ok: true, revision: 0, position: await position(b, 0) },
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
    const first = await one(store, { stream, expected: ANY, events: facts(1) })
    expect(first).toMatchObject({ ok: true, revision: 0 })
    expect(await nothing(0)).toEqual(first)
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
    const log = await store.readAll({ from: before, limit: 2_000 })
    expect(positions).toEqual(log.map(({ position }) => position))
    expect(positions).toHaveLength(1_000)
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
    const stream = `thing-Ä寸,{"}\\ ${serial()}`
    await one(store, { stream, expected: NO_STREAM, events: [fact(undefined, 'Noted', data)] })
    const [read] = await store.readStream(stream)
    expect(read).toMatchObject({ stream, data: JSON.parse(JSON.stringify(data)) })
    expect((await store.readAll({ from: Infinity, direction: 'backward', limit: 1 }))[0]).toEqual(
      read,
    )
  })
}

export function retrying(use: Use): void {
  test('the same ids right after the expected revision answer as the first time', async () => {
    const { store } = use()
    const stream = fresh()
    const first: Append = { stream, expected: NO_STREAM, events: facts(2) }
    const then: Append = { stream, expected: 1, events: facts(1) }
    const results = await store.append([first, then])
    expect(results.every((r) => r.ok)).toBe(true)
    const again = results.map((r) => ({ ...r, repeated: true }))
    expect(await store.append([first, then])).toEqual(again)
    await one(store, { stream, expected: 2, events: facts(3) })
    expect(await store.append([then, first])).toEqual([again[1], again[0]])
    expect(await store.readStream(stream)).toHaveLength(6)
  })

  test('a retry within the same call is recognised', async () => {
    const { store } = use()
    const append: Append = { stream: fresh(), expected: NO_STREAM, events: facts(2) }
    const [first, again] = await store.append([append, append])
    expect(first).toMatchObject({ ok: true, revision: 1 })
    expect(again).toEqual({ ...first, repeated: true })
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
