import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createPostgresEventStore } from '../../../src/adapters/postgres/event-store.ts'
import type { MessageBus } from '../../../src/commands/messaging/bus.ts'
import { catalogue } from '../../../src/domain/index.ts'
import { cloudEvent, intakeOn } from '../../commands/messaging/support.ts'
import { release, wholeLog } from '../../commands/support.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'
import { busOf, fresh } from './support.ts'

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

  test('is followed by one that records nothing twice and loses nothing', async () => {
    const [topic, group] = [fresh('wishes'), fresh('group')]
    await bus.ensureTopics([topic])
    const wishes = Array.from({ length: ORDERS }, (_, n) => {
      const { type, ...order } = release(`PO-${n}`)
      const running = { equipmentId: `M${n}`, state: 'RUNNING' }
      const time = { time: '2026-03-02T05:00:00Z' }
      return [
        cloudEvent(type, `m${n}`, order, time),
        cloudEvent('EquipmentStateChanged', `o${n}`, running, time),
      ].map((event) => ({ topic, key: `${n}`, value: JSON.stringify(event), headers: {} }))
    })
    await bus.publish(wishes.flat())
    const store = await createPostgresEventStore({ database: database.connection, catalogue })

    const args = JSON.stringify([kafka!.brokers, database.connection, topic, group])
    const child = spawn(process.execPath, [CHILD, args], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const appended = await wholeLog(store)
    expect(appended.length).toBeGreaterThan(0)

    const { take, letters } = intakeOn(store)
    const stop = new AbortController()
    let taken = 0
    await bus.consume({
      topics: [topic],
      group,
      signal: stop.signal,
      handle: async (batch) => {
        await take(batch)
        taken += batch.length
        if (taken === 2 * ORDERS) stop.abort()
      },
    })
    const facts = await wholeLog(store)
    expect(facts.slice(0, appended.length)).toEqual(appended)
    expect(facts).toHaveLength(2 * ORDERS)
    expect(letters()).toEqual([])
    await store.close()
  })
})
