import type { Kafka, Message as KafkaMessage, Producer, TopicMessages } from 'kafkajs'
import type { Message } from '../../commands/messaging/bus.ts'
import { translated } from './client.ts'

/** All in-sync replicas have it. */
const ALL_REPLICAS = -1
/**
 * Bytes of one request. The client packs what goes to one partition into one batch, and a broker takes
 * batches up to 1 MiB by default (message.max.bytes).
 */
const MAX_REQUEST = 800_000
/** What a message costs beside key, value and headers, at most. */
const OVERHEAD = 100

export interface Publisher {
  publish(messages: readonly Message[]): Promise<void>
  close(): Promise<void>
}

/**
 * Sends in order, one request at a time, through an idempotent producer: what it repeats by itself is
 * stored once. After a failure it is replaced, since its numbering may no longer be that of the broker.
 */
export function createPublisher(kafka: Kafka): Publisher {
  let producer: Promise<Producer> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const connect = async (): Promise<Producer> => {
    const { Partitioners } = await import('kafkajs')
    const made = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    await made.connect()
    return made
  }
  const forget = (): void => {
    const failed = producer
    producer = undefined
    failed?.then((p) => p.disconnect()).catch(() => {})
  }
  const send = async (messages: readonly Message[]): Promise<void> => {
    try {
      const connected = await (producer ??= connect())
      for (const topicMessages of requests(messages))
        await connected.sendBatch({ topicMessages, acks: ALL_REPLICAS })
    } catch (error) {
      forget()
      throw translated(error)
    }
  }
  return {
    publish(messages) {
      const sent = last.then(() => send(messages))
      last = sent.catch(() => {})
      return sent
    },
    async close() {
      await last
      await producer?.then((p) => p.disconnect()).catch(() => {})
    },
  }
}

/** Messages by topic, in requests that are not too large; the order within each topic is kept. */
function* requests(messages: readonly Message[]): Generator<TopicMessages[]> {
  let byTopic = new Map<string, KafkaMessage[]>()
  let bytes = 0
  const filled = (): TopicMessages[] =>
    [...byTopic].map(([topic, list]) => ({ topic, messages: list }))
  for (const message of messages) {
    const size = sizeOf(message)
    if (bytes > 0 && bytes + size > MAX_REQUEST) {
      yield filled()
      byTopic = new Map()
      bytes = 0
    }
    bytes += size
    const list = byTopic.get(message.topic)
    if (list) list.push(toKafka(message))
    else byTopic.set(message.topic, [toKafka(message)])
  }
  if (byTopic.size > 0) yield filled()
}

const toKafka = ({ key, value, headers }: Message): KafkaMessage => ({ key, value, headers })

function sizeOf({ key, value, headers }: Message): number {
  let size = OVERHEAD + bytesOf(key) + bytesOf(value)
  for (const name in headers)
    for (const one of [headers[name] ?? ''].flat()) size += name.length + bytesOf(one)
  return size
}

const bytesOf = (value: string | Buffer | null): number =>
  value === null ? 0 : typeof value === 'string' ? Buffer.byteLength(value) : value.length
