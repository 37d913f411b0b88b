import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BusUnavailable,
  type Message,
  type MessageBus,
  type Received,
} from '../../src/commands/messaging/bus.ts'

let topics = 0
const message = (topic: string, key: string | null, value: string): Message => ({
  topic,
  key,
  value,
  headers: { kind: 'test' },
})
const valuesOf = (messages: readonly Received[]) => messages.map(({ value }) => String(value))

/** What every message bus must do. Topics are new for each test, so that a broker can be shared. */
export function messageBusContract(create: () => Promise<MessageBus>): void {
  let bus: MessageBus
  beforeAll(async () => {
    bus = await create()
  })
  afterAll(() => bus.close())

  const freshTopic = async (): Promise<string> => {
    const topic = `contract-${process.pid}-${Date.now()}-${topics++}`
    await bus.ensureTopics([topic])
    return topic
  }
  /** Consumes as this group until the condition holds; `handle` may fail. */
  const consumeUntil = async (
    topic: string,
    group: string,
    enough: (got: readonly Received[]) => boolean,
    handle: (batch: readonly Received[]) => Promise<void> = async () => {},
  ): Promise<Received[]> => {
    const got: Received[] = []
    const stop = new AbortController()
    const consume = () =>
      bus.consume({
        topics: [topic],
        group,
        signal: stop.signal,
        handle: async (batch) => {
          await handle(batch)
          got.push(...batch)
          if (enough(got)) stop.abort()
        },
      })
    while (!stop.signal.aborted)
      await consume().catch((error: unknown) => {
        // A broker that has just started is not ready for its first group.
        if (!(error instanceof BusUnavailable)) throw error
      })
    return got
  }

  test('messages of a key arrive in order, with key, bytes, headers and time', async () => {
    const topic = await freshTopic()
    const sent = Array.from({ length: 30 }, (_, i) => message(topic, `k${i % 3}`, `${i}`))
    await bus.publish(sent.slice(0, 20))
    await bus.publish([...sent.slice(20), message(topic, null, 'last')])
    const got = await consumeUntil(topic, topic, ({ length }) => length === 31)
    for (const key of ['k0', 'k1', 'k2'])
      expect(valuesOf(got.filter((m) => String(m.key) === key))).toEqual(
        sent.filter((m) => m.key === key).map((m) => m.value),
      )
    expect(got.find(({ key }) => key === null)?.value).toEqual(Buffer.from('last'))
    for (const { headers, timestamp } of got) {
      expect(String(headers['kind'])).toBe('test')
      expect(Math.abs(Date.parse(timestamp!) - Date.now())).toBeLessThan(60_000)
    }
    const places = got.map(({ partition, offset }) => `${partition}/${offset}`)
    expect(new Set(places).size).toBe(31)
  })

  test('a message without a value, and one that is no text, arrive as they are', async () => {
    const topic = await freshTopic()
    const bytes = Buffer.from([0, 255, 128, 10])
    await bus.publish([
      { topic, key: bytes, value: null, headers: {} },
      { topic, key: bytes, value: bytes, headers: { raw: bytes } },
    ])
    const got = await consumeUntil(topic, topic, ({ length }) => length === 2)
    expect(got.map(({ key, value }) => [key, value])).toEqual([
      [bytes, null],
      [bytes, bytes],
    ])
    expect(got[1]!.headers['raw']).toEqual(bytes)
  })

  test('what was handled is committed: the group goes on after it, another begins anew', async () => {
    const topic = await freshTopic()
    await bus.publish([message(topic, 'k', 'a'), message(topic, 'k', 'b')])
    await consumeUntil(topic, `${topic}-1`, ({ length }) => length === 2)
    await bus.publish([message(topic, 'k', 'c')])
    const next = await consumeUntil(topic, `${topic}-1`, ({ length }) => length >= 1)
    expect(valuesOf(next)).toEqual(['c'])
    const other = await consumeUntil(topic, `${topic}-2`, ({ length }) => length === 3)
    expect(valuesOf(other)).toEqual(['a', 'b', 'c'])
  })

  test('what could not be handled ends consuming, and comes again', async () => {
    const topic = await freshTopic()
    await bus.publish([message(topic, 'k', 'a'), message(topic, 'k', 'b')])
    const failing = consumeUntil(
      topic,
      topic,
      () => false,
      () => Promise.reject(new Error('not today')),
    )
    await expect(failing).rejects.toThrow('not today')
    const again = await consumeUntil(topic, topic, ({ length }) => length === 2)
    expect(valuesOf(again)).toEqual(['a', 'b'])
  })

  test('a consumer that is not wanted any more ends', async () => {
    const topic = await freshTopic()
    const handle = async () => {}
    await bus.consume({ topics: [topic], group: topic, handle, signal: AbortSignal.abort() })
  })

  test('to publish nothing is nothing, and a topic that is there is left alone', async () => {
    const topic = await freshTopic()
    await bus.publish([])
    await bus.publish([message(topic, 'k', 'a')])
    await bus.ensureTopics([topic])
    const got = await consumeUntil(topic, topic, ({ length }) => length === 1)
    expect(valuesOf(got)).toEqual(['a'])
  })
}
