import { setTimeout as delay } from 'node:timers/promises'
import type { Consume, Message, MessageBus, Received } from '../../commands/messaging/bus.ts'

/** How often a consumer looks for more. */
const LOOK_MS = 5

/**
 * The same port within a process: each topic has one partition, and one consumer of a group at a time.
 * For specs; nothing outlives the process.
 */
export function createMemoryMessageBus(now: () => string): MessageBus & {
  /** All messages of a topic, oldest first. */
  readonly messages: (topic: string) => readonly Received[]
} {
  const topics = new Map<string, Received[]>()
  const places = new Map<string, number>()
  const topicOf = (name: string): Received[] => {
    const known = topics.get(name)
    if (known) return known
    const made: Received[] = []
    topics.set(name, made)
    return made
  }
  const store = (message: Message): void => {
    const topic = topicOf(message.topic)
    topic.push({
      ...message,
      key: buffer(message.key),
      value: buffer(message.value),
      partition: 0,
      offset: String(topic.length),
      timestamp: now(),
    })
  }
  const advance = async ({ group, handle }: Consume, name: string): Promise<void> => {
    const place = `${group} ${name}`
    const from = places.get(place) ?? 0
    const batch = topicOf(name).slice(from)
    if (batch.length === 0) return
    await handle(batch)
    places.set(place, from + batch.length)
  }

  return {
    messages: topicOf,
    async ensureTopics(names) {
      for (const name of names) topicOf(name)
    },
    async publish(messages) {
      for (const message of messages) store(message)
    },
    async consume(options) {
      const { signal } = options
      while (!signal.aborted) {
        for (const name of options.topics) await advance(options, name)
        await delay(LOOK_MS, undefined, { signal }).catch(() => {})
      }
    },
    async close() {},
  }
}

const buffer = (value: string | Buffer | null): Buffer | null =>
  typeof value === 'string' ? Buffer.from(value) : value
