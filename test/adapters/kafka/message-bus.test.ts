import { describe, expect, inject, test } from 'vitest'
import { createKafkaMessageBus } from '../../../src/adapters/kafka/message-bus.ts'
import { BusUnavailable, MessageTooLarge } from '../../../src/commands/messaging/bus.ts'
import { messageBusContract } from '../../contract/message-bus.ts'

const kafka = inject('kafka')
const create = (brokers: readonly string[]) =>
  createKafkaMessageBus({ brokers, clientId: 'contract', tls: null, sasl: null })

describe.skipIf(!kafka)('Kafka', () => {
  messageBusContract(() => create(kafka!.brokers))

  test('a message that the topic does not take is told apart', async () => {
    const bus = await create(kafka!.brokers)
    await bus.ensureTopics(['too-large'])
    const send = (bytes: number) =>
      bus.publish([{ topic: 'too-large', key: null, value: Buffer.alloc(bytes), headers: {} }])
    await expect(send(1_100_000)).rejects.toThrow(MessageTooLarge)
    await send(900_000)
    await bus.close()
  })

  test('many messages that are too much for one batch go in several', async () => {
    const bus = await create(kafka!.brokers)
    await bus.ensureTopics(['large'])
    const value = Buffer.alloc(100_000)
    const one = { topic: 'large', key: 'k', value, headers: {} }
    await bus.publish(Array.from({ length: 30 }, () => one))
    await bus.close()
  })
})

test('a broker that is not there is unavailable', async () => {
  const bus = await create(['127.0.0.1:9'])
  const message = { topic: 't', key: null, value: 'v', headers: {} }
  await expect(bus.publish([message])).rejects.toThrow(BusUnavailable)
  await expect(bus.ensureTopics(['t'])).rejects.toThrow(BusUnavailable)
  await bus.close()
})
