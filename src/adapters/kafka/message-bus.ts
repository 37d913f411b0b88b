import type { Kafka } from 'kafkajs'
import type { MessageBus } from '../../commands/messaging/bus.ts'
import { createClient, translated, type KafkaOptions } from './client.ts'
import { consume } from './consumer.ts'
import { createPublisher } from './producer.ts'

/** As many partitions and replicas as the broker gives a topic by default. */
const BY_DEFAULT = { numPartitions: -1, replicationFactor: -1 }

/** Kafka as the message bus, through kafkajs. Nothing is connected before it is needed. */
export async function createKafkaMessageBus(options: KafkaOptions): Promise<MessageBus> {
  const kafka = await createClient(options)
  const publisher = createPublisher(kafka)
  return {
    ensureTopics: (topics) => ensureTopics(kafka, topics),
    publish: (messages) => publisher.publish(messages),
    consume: (how) => consume(kafka, how),
    close: () => publisher.close(),
  }
}

async function ensureTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const there = new Set(await admin.listTopics())
    const missing = topics.filter((topic) => !there.has(topic))
    if (missing.length === 0) return
    await admin.createTopics({
      topics: missing.map((topic) => ({ topic, ...BY_DEFAULT })),
      waitForLeaders: true,
    })
  } catch (error) {
    // Another process may have been quicker with some of them; the next attempt sees which are left.
    throw translated(error)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}
