import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createPostgresEventStore } from '../../../src/adapters/postgres/event-store.ts'
import type { MessageBus } from '../../../src/commands/messaging/bus.ts'
import { catalogue } from '../../../src/domain/index.ts'
import { cloudEvent, intakeOn, message } from '../../commands/messaging/support.ts'
import { release, wholeLog } from '../../commands/support.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'
import { busOf, fresh, read } from './support.ts'

const kafka = inject('kafka')
const CHILD = join(import.meta.dirname, 'intake-child.ts')
const ORDERS = 30

describe.skipIf(!kafka)('a process that is killed between append and commit', () => {
  let database: FreshDatabase
  let bus: MessageBus
  beforeAll(async () => {
    database = await freshDatabase()
    bus = await busOf(kafka!.brokers)
  })
  afterAll(async () => {
    await bus.close()
    await database.drop()
  })

  test('is followed by one that records and sets aside nothing twice and loses nothing', async () => {
    const [topic, group, deadLetters] = [fresh('wishes'), fresh('group'), fresh('dead')]
    await bus.ensureTopics([topic, deadLetters])
    const wishes = Array.from({ length: ORDERS }, (_, n) => {
      const { type, ...order } = release(`PO-${n}`)
      const running = { equipmentId: `M${n}`, state: 'RUNNING' }
      const time = { time: '2026-03-02T05:00:00Z' }
      return [
        cloudEvent(type, `m${n}`, order, time),
        cloudEvent('EquipmentStateChanged', `o${n}`, running, time),
        cloudEvent('HoldOrder', `h${n}`, { orderId: `unknown-${n}`, reason: 'x' }, time),
      ].map((event) => ({ topic, key: `${n}`, value: JSON.stringify(event), headers: {} }))
    })
    await bus.publish(wishes.flat())
    const store = await createPostgresEventStore({ database: database.connection, catalogue })

    const args = JSON.stringify([kafka!.brokers, database.connection, topic, group, deadLetters])
    const child = spawn(process.execPath, [CHILD, args], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const appended = await wholeLog(store)
    expect(appended.length).toBeGreaterThan(0)

    const { take } = intakeOn(store, { bus, deadLetters })
    const stop = new AbortController()
    let taken = 0
    await bus.consume({
      topics: [topic],
      group,
      signal: stop.signal,
      handle: async (batch) => {
        await take(batch)
        taken += batch.length
        if (taken === 3 * ORDERS) stop.abort()
      },
    })
    const facts = await wholeLog(store)
    expect(facts.slice(0, appended.length)).toEqual(appended)
    // A refusal is in the audit trail, and that its message was set aside.
    expect(facts).toHaveLength(4 * ORDERS)
    await bus.publish([{ ...message('the end'), topic: deadLetters }])
    // Letters that were sent and not recorded come twice: what counts is that each has come.
    const idsOf = (got: Awaited<ReturnType<typeof read>>) =>
      got.map(({ headers }) => String(headers['taktlog-id']))
    const letters = await read(bus, [deadLetters], (got) => new Set(idsOf(got)).size === ORDERS + 1)
    const ids = idsOf(letters)
    // It may have died between a letter and its record; what was recorded was not sent again.
    const recorded = appended.filter(({ type }) => type === 'MessageSetAside')
    expect(recorded.length).toBeGreaterThan(0)
    for (const { metadata } of recorded)
      expect(ids.filter((id) => id === metadata.correlationId)).toHaveLength(1)
    await store.close()
  })
})
