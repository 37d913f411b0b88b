import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Consume, Received } from '../../commands/messaging/bus.ts'
import { translated } from './client.ts'

/** The partitions of a member that died go to others after this; brokers allow no less than 6 s. */
const SESSION_MS = 10_000
const HEARTBEAT_MS = 1_000
/** How long a broker holds an empty answer back, and so what stopping takes at most. */
const MAX_WAIT_MS = 500
/** Partitions taken in side by side. */
const CONCURRENCY = 4
/** Messages between two commits: what is taken in again after a crash. */
const MAX_HANDLED = 500

/** Joins the group and hands over what arrives, until the signal aborts or something fails. */
export async function consume(kafka: Kafka, options: Consume): Promise<void> {
  const { topics, group, handle, signal } = options
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
  })
  const end = Promise.withResolvers<void>()
  let ended = false
  const stop = (reason?: { readonly error: unknown }): void => {
    ended = true
    if (reason) end.reject(reason.error)
    else end.resolve()
  }
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) stop(payload)
  })
  const under = new Set<Promise<void>>()
  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const work = take(payload)
    under.add(work)
    await work.finally(() => under.delete(work))
  }
  const take = async (payload: EachBatchPayload): Promise<void> => {
    for (const messages of parts(payload.batch.messages)) {
      // A batch that is not resolved comes again, here or with another member of the group.
      if (ended || !payload.isRunning() || payload.isStale()) return
      const { topic, partition } = payload.batch
      const received = messages.map((message) => toReceived(message, topic, partition))
      try {
        await beating(payload, () => handle(received))
      } catch (error) {
        stop({ error })
        return
      }
      await commit(consumer, payload, messages.at(-1)!)
    }
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch,
    })
    if (signal.aborted) stop()
    await end.promise
  } catch (error) {
    throw translated(error)
  } finally {
    ended = true
    // Nobody may be waiting for it any more.
    end.promise.catch(() => {})
    signal.removeEventListener('abort', onAbort)
    // What was handled is committed before we leave the group.
    await Promise.allSettled(under)
    await consumer.disconnect().catch(() => {})
  }
}

async function commit(
  consumer: Consumer,
  payload: EachBatchPayload,
  { offset }: KafkaMessage,
): Promise<void> {
  const { topic, partition } = payload.batch
  const next = String(BigInt(offset) + 1n)
  await consumer.commitOffsets([{ topic, partition, offset: next }])
  payload.resolveOffset(offset)
}

/** The group hears of us while we work, or it would give the partition to another member. */
async function beating<T>(payload: EachBatchPayload, work: () => Promise<T>): Promise<T> {
  // A group that is being arranged anew says so here; the commit will tell.
  const timer = setInterval(() => void payload.heartbeat().catch(() => {}), HEARTBEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

function* parts(messages: readonly KafkaMessage[]): Generator<readonly KafkaMessage[]> {
  for (let from = 0; from < messages.length; from += MAX_HANDLED)
    yield messages.slice(from, from + MAX_HANDLED)
}

function toReceived(message: KafkaMessage, topic: string, partition: number): Received {
  const { key, value, headers, offset, timestamp } = message
  const at = new Date(Number(timestamp))
  const known = Number(timestamp) >= 0 && !Number.isNaN(at.getTime())
  return {
    topic,
    partition,
    offset,
    key,
    value,
    headers: headers ?? {},
    timestamp: known ? at.toISOString() : null,
  }
}
