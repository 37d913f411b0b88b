import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { MessageBus } from '../../../src/commands/messaging/bus.ts'
import type { System } from '../../../src/system.ts'
import { clock, release, wholeLog } from '../../commands/support.ts'
import { cloudEvent } from '../../commands/messaging/support.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'
import { busOf, eventOf, fresh, read, startConnector } from './support.ts'

const kafka = inject('kafka')

describe.skipIf(!kafka)('a Taktlog with a Kafka', () => {
  const prefix = fresh('taktlog')
  const topic = fresh('erp')
  const orders = `${prefix}order`
  let database: FreshDatabase
  let bus: MessageBus
  let system: System
  beforeAll(async () => {
    database = await freshDatabase()
    bus = await busOf(kafka!.brokers)
    await bus.ensureTopics([topic])
    system = await startConnector(kafka!, database.connection, {
      TAKTLOG_KAFKA_PREFIX: prefix,
      TAKTLOG_KAFKA_CLIENT_ID: prefix,
      TAKTLOG_KAFKA_CATEGORIES: 'order',
      TAKTLOG_KAFKA_IN: topic,
      TAKTLOG_KAFKA_SCOPES: 'command:production',
      TAKTLOG_KAFKA_SITES: 'S1',
    })
  })
  afterAll(async () => {
    await system.close()
    await bus.close()
    await database.drop()
  })
  const send = (...values: (object | Buffer)[]) =>
    bus.publish(
      values.map((value) => ({
        topic,
        key: 'k',
        value: Buffer.isBuffer(value) ? value : JSON.stringify(value),
        headers: { trace: Buffer.from([1, 2, 255]) },
      })),
    )

  test('a command comes in, its fact goes out; what is not accepted is set aside with its bytes', async () => {
    const { type: _, ...order } = release('PO-1')
    const garbage = Buffer.from([0xff, 0x00, 0x7b])
    const foreign = cloudEvent('ReleaseOrder', 'm2', order, { site: 'S2' })
    await send(cloudEvent('ReleaseOrder', 'm1', order), garbage, foreign)

    const [record] = await read(bus, [orders], ({ length }) => length === 1)
    expect(String(record!.key)).toBe('order-PO-1')
    expect(String(record!.headers['content-type'])).toMatch(/^application\/cloudevents\+json/)
    expect(eventOf(record!)).toMatchObject({
      specversion: '1.0',
      type: 'OrderReleased',
      subject: 'order-PO-1',
      causationid: 'm1',
      actor: `kafka:${prefix}`,
      data: { orderId: 'PO-1' },
    })

    const letters = await read(bus, [`${prefix}dead-letter`], ({ length }) => length === 2)
    const found = letters.map(({ value, headers }) => ({
      value,
      code: String(headers['taktlog-code']),
      from: `${String(headers['taktlog-topic'])}/${String(headers['taktlog-offset'])}`,
      kept: headers['trace'],
    }))
    const kept = Buffer.from([1, 2, 255])
    expect(found.sort((a, b) => (a.from < b.from ? -1 : 1))).toEqual([
      { value: garbage, code: 'NotACloudEvent', from: `${topic}/1`, kept },
      {
        ...{ value: Buffer.from(JSON.stringify(foreign)), code: 'Forbidden' },
        ...{ from: `${topic}/2`, kept },
      },
    ])
  })

  test('two of them publish each event once between them, and the second goes on alone', async () => {
    const topics = { prefix: fresh('two') }
    const settings = {
      TAKTLOG_KAFKA_PREFIX: topics.prefix,
      TAKTLOG_KAFKA_CATEGORIES: 'equipment',
    }
    const another = await freshDatabase()
    const first = await startConnector(kafka!, another.connection, settings)
    const second = await startConnector(kafka!, another.connection, settings)
    const observe = (from: number, until: number) =>
      first.services.record(
        Array.from({ length: until - from }, (_, i) => ({
          type: 'CounterAdvanced',
          data: { equipmentId: 'M1', counter: 'parts', delta: 1, unit: 'C62', reading: from + i },
          occurredAt: clock.now(),
          sourceSequence: from + i,
        })),
        { source: 'plc', site: 'S1', actor: 'a' },
      )
    const published = (count: number) =>
      read(bus, [`${topics.prefix}equipment`], ({ length }) => length >= count)
    await observe(0, 50)
    expect(await published(50)).toHaveLength(50)
    await observe(50, 100)
    await first.close()
    const all = await published(100)
    expect(new Set(all.map((record) => eventOf(record).id)).size).toBe(100)
    expect(await wholeLog(second.store)).toHaveLength(100)
    await second.close()
    await another.drop()
  })
})
