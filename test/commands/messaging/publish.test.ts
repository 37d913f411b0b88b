import { expect, test } from 'vitest'
import { createMemoryMessageBus } from '../../../src/adapters/memory/message-bus.ts'
import { BusUnavailable, type MessageBus } from '../../../src/commands/messaging/bus.ts'
import { publishFacts, publishingLag } from '../../../src/commands/messaging/publish.ts'
import {
  categoriesOf,
  defaultMessaging,
  eventsByCategory,
  topicOf,
  type Messaging,
} from '../../../src/commands/messaging/topics.ts'
import type { EventStore } from '../../../src/commands/event-store.ts'
import { catalogue } from '../../../src/domain/index.ts'
import { order } from '../../../src/domain/production/order.ts'
import { clock, envelope, executeOn, memoryStore, recordOn, release } from '../support.ts'

function memoryCheckpoints() {
  const saved = new Map<string, number>()
  return {
    saved,
    load: async (name: string) => saved.get(name) ?? 0,
    save: async (name: string, position: number) => void saved.set(name, position),
  }
}

/** Publishes until the condition holds, or publishing fails. */
async function publishUntil(
  enough: () => boolean,
  how: {
    readonly store: EventStore
    readonly bus: Pick<MessageBus, 'publish' | 'ensureTopics'>
    readonly checkpoints: ReturnType<typeof memoryCheckpoints>
    readonly messaging?: Partial<Messaging>
  },
): Promise<void> {
  const stop = new AbortController()
  const running = publishFacts(
    { ...defaultMessaging, ...how.messaging },
    { ...how, signal: stop.signal },
  )
  const watched = expect.poll(enough).toBe(true)
  await Promise.race([running, watched]).finally(() => stop.abort())
  await running
}

async function plant() {
  const store = memoryStore()
  const execute = executeOn(store)
  const release_ = (n: number) => execute(order, release(`PO-${n}`), envelope(`c${n}`))
  for (let n = 0; n < 3; n++) await release_(n)
  await recordOn(store)(
    [
      {
        type: 'EquipmentStateChanged',
        data: { equipmentId: 'M1', state: 'RUNNING' },
        occurredAt: '2026-03-02T06:00:00Z',
      },
    ],
    { source: 'plc', site: 'S1', actor: 'a' },
  )
  const bus = createMemoryMessageBus(clock.now)
  const keys = (topic: string) => bus.messages(topic).map(({ key }) => String(key))
  return { store, bus, keys, release: release_, checkpoints: memoryCheckpoints() }
}

test('each event goes to the topic of its category, and is not sent again later', async () => {
  const { store, bus, keys, release, checkpoints } = await plant()
  await publishUntil(() => keys('taktlog.equipment').length === 1, { store, bus, checkpoints })
  await release(3)
  await publishUntil(() => keys('taktlog.order').length === 4, { store, bus, checkpoints })
  expect(keys('taktlog.order')).toEqual([0, 1, 2, 3].map((n) => `order-PO-${n}`))
  expect(keys('taktlog.equipment')).toEqual(['equipment-M1-2026-03-02'])
})

test('only the categories that are wanted; others begin at the start of the log', async () => {
  const { store, bus, keys, checkpoints } = await plant()
  const only = (categories: string[]) => ({ store, bus, checkpoints, messaging: { categories } })
  await publishUntil(() => keys('taktlog.equipment').length === 1, only(['equipment']))
  expect(keys('taktlog.order')).toEqual([])
  await publishUntil(() => keys('taktlog.order').length === 3, only(['order']))
  expect(keys('taktlog.equipment')).toHaveLength(1)
})

test('a broker that fails loses nothing: what it may not have is sent again, in order', async () => {
  const { store, bus, keys, release, checkpoints } = await plant()
  let failures = 2
  const failing: MessageBus = {
    ...bus,
    publish: async (messages) => {
      await bus.publish(messages.slice(0, 2))
      if (failures-- > 0) throw new BusUnavailable('gone')
      await bus.publish(messages.slice(2))
    },
  }
  const deps = { store, bus: failing, checkpoints }
  await expect(publishUntil(() => false, deps)).rejects.toThrow(BusUnavailable)
  await release(3)
  await expect(publishUntil(() => false, deps)).rejects.toThrow(BusUnavailable)
  await publishUntil(() => keys('taktlog.order').includes('order-PO-3'), deps)
  expect([...new Set(keys('taktlog.order'))]).toEqual([0, 1, 2, 3].map((n) => `order-PO-${n}`))
})

test('a checkpoint that cannot be saved ends it', async () => {
  const { store, bus, release, checkpoints } = await plant()
  const broken = { ...checkpoints, save: async () => Promise.reject(new Error('no database')) }
  const stop = new AbortController()
  const deps = { store, bus, checkpoints: broken, signal: stop.signal }
  const running = publishFacts(defaultMessaging, deps)
  const failed = expect(running).rejects.toThrow('no database')
  await expect.poll(() => bus.messages('taktlog.order').length).toBe(3)
  await release(9)
  await failed
})

test('every event type has a category, and every category a topic that Kafka takes', () => {
  const types = new Set([...eventsByCategory.values()].flat().map(({ type }) => type))
  expect([...types].sort()).toEqual([...catalogue.keys()].sort())
  for (const category of categoriesOf({ categories: null }))
    expect(topicOf(defaultMessaging, category)).toMatch(/^[\w.-]{1,249}$/)
  expect(topicOf(defaultMessaging, 'käse/brot')).toBe('taktlog.k_se_brot')
})

test('how far it is behind: by place and by the age of what waits longest, of its own categories', async () => {
  const { store } = await plant()
  const bus = createMemoryMessageBus(clock.now)
  const checkpoints = memoryCheckpoints()
  const recordedAt = (await store.readAll({ from: 0, limit: 1 }))[0]!.recordedAt
  const later = { now: () => new Date(Date.parse(recordedAt) + 2_500).toISOString() }
  const messaging = { ...defaultMessaging, categories: ['order'] }
  const lag = () => publishingLag(messaging, { store, checkpoints, clock: later })
  expect(await lag()).toEqual({ events: await store.head(), seconds: 2.5 })
  const published = () => bus.messages(topicOf(messaging, 'order')).length > 0
  await publishUntil(published, { store, bus, checkpoints, messaging })
  expect(await lag()).toEqual({ events: 0, seconds: 0 })
})
