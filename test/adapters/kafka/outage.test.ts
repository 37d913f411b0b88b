import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { MessageBus } from '../../../src/commands/messaging/bus.ts'
import type { System } from '../../../src/system.ts'
import { cloudEvent } from '../../commands/messaging/support.ts'
import { release, wholeLog } from '../../commands/support.ts'
import { killBroker, startBroker } from '../../support/kafka-broker.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'
import { busOf, eventOf, fresh, read, startConnector } from './support.ts'

const kafka = inject('kafka')
const MACHINES = 20
/** Facts of each of the three parts: before, during and after the outage. */
const PART = 2_000
const CALL = 100
/** A broker starts in three seconds, in half a minute where everything else runs too. */
const RESTART_MS = 120_000

describe.skipIf(!kafka?.own)('a broker that is killed under load', () => {
  const prefix = fresh('outage')
  const topic = fresh('wishes')
  let database: FreshDatabase
  let system: System
  let bus: MessageBus
  beforeAll(async () => {
    database = await freshDatabase()
    bus = await busOf(kafka!.brokers)
    await bus.ensureTopics([topic])
    system = await startConnector(kafka!, database.connection, {
      TAKTLOG_KAFKA_PREFIX: prefix,
      TAKTLOG_KAFKA_CLIENT_ID: prefix,
      TAKTLOG_KAFKA_CATEGORIES: 'equipment',
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

  const observe = async (from: number): Promise<void> => {
    for (let n = from; n < from + PART; n += CALL)
      await system.services.record(
        Array.from({ length: CALL }, (_, i) => ({
          type: 'CounterAdvanced',
          data: {
            ...{ equipmentId: `M${(n + i) % MACHINES}`, counter: 'parts' },
            ...{ delta: 1, unit: 'C62', reading: n + i },
          },
          occurredAt: '2026-03-02T06:00:00.000Z',
          sourceSequence: n + i,
        })),
        { source: 'plc', site: 'S1', actor: 'a' },
      )
  }
  const wish = (n: number) => {
    const { type, ...order } = release(`PO-${n}`)
    const value = JSON.stringify(cloudEvent(type, `m${n}`, order))
    return bus.publish([{ topic, key: `PO-${n}`, value, headers: {} }])
  }

  test(
    'loses nothing: all events are there when it is back, each stream in order',
    async () => {
      await wish(1)
      const before = observe(0)
      const streaming = read(bus, [`${prefix}equipment`], ({ length }) => length > PART / 2)
      await Promise.all([before, streaming])
      const during = observe(PART)
      await killBroker(kafka!.own!)
      await during
      expect((await wholeLog(system.store)).length).toBeGreaterThanOrEqual(2 * PART)
      await startBroker(kafka!.own!)
      await Promise.all([observe(2 * PART), expect.poll(() => wish(2).then(() => true)).toBe(true)])

      const ids = new Set<string>()
      const seen = new Map<string, number>()
      let looked = 0
      const records = await read(bus, [`${prefix}equipment`], (got) => {
        for (; looked < got.length; looked++) ids.add(eventOf(got[looked]!).id)
        return ids.size >= 3 * PART
      })
      for (const record of records) {
        const { subject, revision } = eventOf(record)
        const last = seen.get(subject) ?? -1
        // What was delivered again is behind; what is new follows what was there.
        expect(revision).toBeLessThanOrEqual(last + 1)
        seen.set(subject, Math.max(last, revision))
      }
      expect([...seen.values()]).toEqual(
        Array.from({ length: MACHINES }, () => (3 * PART) / MACHINES - 1),
      )
    },
    RESTART_MS,
  )

  test('takes in what was sent before it and after it', async () => {
    const released = () =>
      wholeLog(system.store).then((facts) =>
        facts.filter(({ type }) => type === 'OrderReleased').map(({ stream }) => stream),
      )
    await expect.poll(released, { timeout: 30_000 }).toEqual(['order-PO-1', 'order-PO-2'])
  })
})
