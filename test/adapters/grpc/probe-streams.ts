import { randomUUID } from 'node:crypto'
import { collect, expect, expectError, freshStream, take, test, type Using } from './probe.ts'

type Use = () => Using

const events = ({ pkg }: Using, count: number, type = 'Probed') =>
  Array.from({ length: count }, (_, n) => pkg.jsonEvent({ id: randomUUID(), type, data: { n } }))
const ids = (resolved: readonly { event?: { id: string } | undefined }[]) =>
  resolved.map(({ event }) => event!.id)

/** The expected revision, under the name that each package has for it: a wrong one means "any". */
const at = (state: bigint | string): object => ({ streamState: state, expectedRevision: state })

export function writing(use: Use): void {
  test('an append at a revision that passed is refused with the real one', async () => {
    const { client, pkg } = use()
    const stream = freshStream()
    const [a, b] = events(use(), 2)
    const first = await client.appendToStream(stream, a!, at(pkg.NO_STREAM))
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 0n })
    const again = client.appendToStream(stream, b!, at(pkg.NO_STREAM))
    const error = await expectError(again, 'wrong-expected-version')
    expect(error).toMatchObject({ streamName: stream })
    await expectError(client.appendToStream(stream, b!, at(7n)), 'wrong-expected-version')
    await expectError(client.appendToStream(freshStream(), b!, at(0n)), 'wrong-expected-version')
    const next = await client.appendToStream(stream, b!, at(0n))
    expect(next.nextExpectedRevision).toBe(1n)
  })

  test.each(['revision', 'any'])('a repeated append (%s) records nothing new', async (how) => {
    const { client, pkg } = use()
    const stream = freshStream()
    const [a, b, c] = events(use(), 3)
    await client.appendToStream(stream, [a!], at(pkg.NO_STREAM))
    const expected = how === 'any' ? pkg.ANY : 0n
    const first = await client.appendToStream(stream, [b!, c!], at(expected))
    const again = await client.appendToStream(stream, [b!, c!], at(expected))
    expect(again.nextExpectedRevision).toBe(first.nextExpectedRevision)
    expect(await collect(client.readStream(stream))).toHaveLength(3)
  })

  test('a stream that must exist', async () => {
    const { client, pkg } = use()
    const stream = freshStream()
    const append = () => client.appendToStream(stream, events(use(), 1), at(pkg.STREAM_EXISTS))
    await expectError(append(), 'wrong-expected-version')
    await client.appendToStream(stream, events(use(), 1))
    expect(await append()).toMatchObject({ nextExpectedRevision: 1n })
  })

  test('data, metadata and bytes come back as they went in', async () => {
    const { client, pkg } = use()
    const stream = freshStream('thing-Ä寸')
    const data = { text: 'Größe 5 µm, 🏭', list: [1, null, { deep: true }] }
    const metadata = { site: 'S1', note: 'äöü' }
    await client.appendToStream<any>(stream, [
      pkg.jsonEvent({ type: 'Probed', data, metadata }),
      pkg.binaryEvent({ type: 'Raw', data: Buffer.from([0, 255, 7]) }),
    ])
    const [json, raw] = await collect<any>(client.readStream(stream))
    expect(json.event).toMatchObject({ streamId: stream, type: 'Probed', isJson: true, data })
    expect(json.event).toMatchObject({ revision: 0n, metadata })
    expect(Math.abs(json.event.created - Date.now())).toBeLessThan(60_000)
    expect(raw.event).toMatchObject({ isJson: false, revision: 1n })
    expect([...raw.event.data]).toEqual([0, 255, 7])
  })

  test('an append of more than 1 MiB is refused', async () => {
    const { client, pkg } = use()
    const large = pkg.jsonEvent({ type: 'Large', data: { text: 'x'.repeat(1_100_000) } })
    const error = await client.appendToStream(freshStream(), large).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Error)
  })
}

export function reading(use: Use): void {
  test('ranges of a stream, both ways', async () => {
    const { client, pkg } = use()
    const stream = freshStream()
    const written = events(use(), 10)
    await client.appendToStream(stream, written)
    const all = written.map(({ id }) => id)
    const read = async (options: object) => ids(await collect(client.readStream(stream, options)))
    const { BACKWARDS: direction, END } = pkg
    expect(await read({})).toEqual(all)
    expect(await read({ fromRevision: 3n, maxCount: 4 })).toEqual(all.slice(3, 7))
    expect(await read({ direction, fromRevision: END })).toEqual(all.toReversed())
    expect(await read({ direction, fromRevision: 2n })).toEqual(all.slice(0, 3).toReversed())
    expect(await read({ direction, fromRevision: END, maxCount: 1 })).toEqual(all.slice(-1))
    expect(await read({ fromRevision: 10n })).toEqual([])
    await expectError(collect(client.readStream(freshStream())), 'stream-not-found')
  })

  test('the log from a position, both ways', async () => {
    const { client, pkg } = use()
    const stream = freshStream()
    await client.appendToStream(stream, events(use(), 5))
    const mine = await collect(client.readStream(stream))
    const from = mine[1]!.event!.position!
    const forward = await collect(client.readAll({ fromPosition: from, maxCount: 3 }))
    expect(ids(forward)).toEqual(ids(mine.slice(1, 4)))
    const back = { direction: pkg.BACKWARDS, fromPosition: from, maxCount: 1 } as const
    expect(ids(await collect(client.readAll(back)))).toEqual(ids(mine.slice(0, 1)))
    const last = { direction: pkg.BACKWARDS, fromPosition: pkg.END, maxCount: 2 } as const
    expect(ids(await collect(client.readAll(last)))).toEqual(ids(mine.slice(-2).toReversed()))
  })

  test('subscriptions filter by type and by stream, by prefix and by pattern', async () => {
    const { client, pkg } = use()
    const [a, b] = [freshStream('alpha'), freshStream('beta')]
    const type = `Kind${Date.now()}`
    const first = await client.appendToStream(a, events(use(), 2, type))
    await client.appendToStream(b, events(use(), 2, `${type}Other`))
    const fromPosition = {
      commit: first.position!.commit - 2n,
      prepare: first.position!.prepare - 2n,
    }
    const streamsOf = async (filter: any, count: number) => {
      const subscription = client.subscribeToAll({ fromPosition, filter })
      const seen = await take(subscription, count)
      await subscription.unsubscribe()
      return seen.map(({ event }) => event!.streamId)
    }
    expect(await streamsOf(pkg.eventTypeFilter({ prefixes: [type] }), 4)).toEqual([a, a, b, b])
    expect(await streamsOf(pkg.eventTypeFilter({ regex: `^${type}$` }), 2)).toEqual([a, a])
    expect(await streamsOf(pkg.eventTypeFilter({ regex: `^${type}O.*` }), 2)).toEqual([b, b])
    expect(await streamsOf(pkg.streamNameFilter({ prefixes: ['beta-'] }), 2)).toEqual([b, b])
    expect(await streamsOf(pkg.streamNameFilter({ regex: '^alpha-' }), 2)).toEqual([a, a])
  })
}

export function following(use: Use): void {
  test('a subscription catches up, goes live and restarts from a checkpoint', async () => {
    const { client } = use()
    const stream = freshStream('live')
    const written = events(use(), 30)
    await client.appendToStream(stream, written.slice(0, 10))
    const subscription = client.subscribeToStream(stream)
    const seen: string[] = []
    for await (const { event } of subscription) {
      seen.push(event!.id)
      if (seen.length === 10) void client.appendToStream(stream, written.slice(10, 20))
      if (seen.length === 20) break
    }
    await subscription.unsubscribe()
    expect(seen).toEqual(written.slice(0, 20).map(({ id }) => id))
    const again = client.subscribeToStream(stream, { fromRevision: 14n })
    const rest = take(again, 15)
    await client.appendToStream(stream, written.slice(20))
    expect(ids(await rest)).toEqual(written.slice(15).map(({ id }) => id))
    await again.unsubscribe()
  })

  test('the log through live, with checkpoints, and on from one of them', async () => {
    const { client, pkg } = use()
    const type = `Live${Date.now()}`
    const first = await client.appendToStream(freshStream(), events(use(), 1, type))
    const reached: any[] = []
    const filter = pkg.eventTypeFilter({
      prefixes: [type],
      maxSearchWindow: 5,
      checkpointReached: async (_: unknown, position: unknown) => void reached.push(position),
    })
    const subscription = client.subscribeToAll({ fromPosition: first.position!, filter })
    const seen = take(subscription, 3)
    for (let n = 0; n < 3; n++) {
      await client.appendToStream(freshStream(), events(use(), 20, 'Noise'))
      await client.appendToStream(freshStream(), events(use(), 1, type))
    }
    const taken = await seen
    await subscription.unsubscribe()
    expect(taken.map(({ event }) => event!.type)).toEqual([type, type, type])
    expect(reached.length).toBeGreaterThan(0)
    const position = taken[0]!.event!.position
    const again = client.subscribeToAll({ fromPosition: position, filter })
    expect(ids(await take(again, 2))).toEqual(ids(taken.slice(1)))
    await again.unsubscribe()
  })
}

export function ending(use: Use): void {
  test('a deleted stream is gone, and can be written again', async () => {
    const { client, pkg } = use()
    const stream = freshStream()
    const [a, b, c] = events(use(), 3)
    await client.appendToStream(stream, [a!, b!])
    await expectError(
      client.deleteStream(stream, { expectedRevision: 0n }),
      'wrong-expected-version',
    )
    await client.deleteStream(stream, { expectedRevision: 1n })
    await expectError(collect(client.readStream(stream)), 'stream-not-found')
    const revived = await client.appendToStream(stream, c!, at(pkg.NO_STREAM))
    expect(revived.nextExpectedRevision).toBe(2n)
    const again = await client.appendToStream(stream, c!, at(pkg.NO_STREAM))
    expect(again.nextExpectedRevision).toBe(2n)
    expect(ids(await collect(client.readStream(stream)))).toEqual([c!.id])
  })

  test('a tombstoned stream is closed for good', async () => {
    const { client } = use()
    const stream = freshStream()
    await client.appendToStream(stream, events(use(), 2))
    await client.tombstoneStream(stream)
    await expectError(client.appendToStream(stream, events(use(), 1)), 'stream-deleted')
    await expectError(client.tombstoneStream(stream), 'stream-deleted')
    await expectError(collect(client.readStream(stream)), 'stream-deleted')
  })

  test('metadata of a stream limit what it shows', async () => {
    const { client } = use()
    const stream = freshStream()
    const written = events(use(), 6)
    await client.appendToStream(stream, written)
    expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream })
    await client.setStreamMetadata(stream, { truncateBefore: 2 })
    expect(ids(await collect(client.readStream(stream)))).toEqual(
      written.slice(2).map(({ id }) => id),
    )
    const custom = { maxCount: 2, owner: 'me' }
    await client.setStreamMetadata(stream, custom)
    expect(ids(await collect(client.readStream(stream)))).toEqual(
      written.slice(4).map(({ id }) => id),
    )
    const { metadata } = await client.getStreamMetadata(stream)
    expect(metadata).toEqual(custom)
  })
}
