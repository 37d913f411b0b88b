import { expect, test } from 'vitest'
import { createMetrics } from '../../../src/adapters/prometheus/metrics.ts'
import { StoreUnavailable } from '../../../src/commands/event-store.ts'
import { BusUnavailable, MessageTooLarge } from '../../../src/commands/messaging/bus.ts'
import { losesFirstAck, memoryStore, release, wholeLog } from '../support.ts'
import { cloudEvent, connector, DEAD, IN, intakeOn, message } from './support.ts'

const { type: _, ...order } = release('PO-1')
const releaseOrder = (id = 'm1', more: object = {}) => cloudEvent('ReleaseOrder', id, order, more)
const hold = (id: string) =>
  cloudEvent(
    'HoldOrder',
    id,
    { orderId: 'PO-1', reason: 'because' },
    { time: '2026-03-02T05:30:00Z' },
  )
const running = (id: string, more: object = {}) =>
  cloudEvent(
    'EquipmentStateChanged',
    id,
    { equipmentId: 'M1', state: 'RUNNING' },
    {
      time: '2026-03-02T05:00:00Z',
      ...more,
    },
  )
const types = async (store: ReturnType<typeof memoryStore>) =>
  (await wholeLog(store)).map((fact) => fact.type)

test('a command becomes facts that name message, sender and connector', async () => {
  const store = memoryStore()
  const { send, letters } = intakeOn(store)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const time = '2026-03-02T05:00:00Z'
  await send(releaseOrder('m1', { correlationid: 'errand', time, traceparent }))
  const [fact] = await wholeLog(store)
  expect(fact).toMatchObject({
    type: 'OrderReleased',
    metadata: {
      actor: 'kafka:test',
      site: 'S1',
      source: '//erp',
      occurredAt: '2026-03-02T05:00:00.000Z',
      correlationId: 'errand',
      causationId: 'm1',
      traceparent,
    },
  })
  expect(letters()).toEqual([])
})

test('delivered again, in any order and batches, it changes nothing', async () => {
  const store = memoryStore()
  const { send } = intakeOn(store)
  const events = [releaseOrder(), running('o1'), hold('m2'), running('o2', { sequence: '7' })]
  await send(...events)
  const before = await wholeLog(store)
  expect(before).toHaveLength(4)
  await send(...events.toReversed())
  for (const event of events) await send(event, event)
  // A process that starts anew has only the log to go by.
  await intakeOn(store).send(...events.toReversed())
  expect(await wholeLog(store)).toEqual(before)
})

test('what was refused and is delivered again is neither recorded nor set aside again, sent again it is', async () => {
  const store = memoryStore()
  const { bus, take, send, letterIds } = intakeOn(store)
  const [held, foreign] = [hold('m1'), releaseOrder('m2', { site: 'S2' })]
  await bus.publish([held, 'garbage', foreign].map((event) => message(event)))
  const delivered = bus.messages(IN)
  await take(delivered)
  const before = await wholeLog(store)
  expect(before.map(({ type }) => type).sort()).toEqual([
    ...Array.from({ length: 2 }, () => 'CommandRejected'),
    ...Array.from({ length: 3 }, () => 'MessageSetAside'),
  ])
  const letters = letterIds()
  expect(new Set(letters).size).toBe(3)
  await take(delivered.toReversed())
  for (const one of delivered) await take([one])
  const another = intakeOn(store)
  await another.take(delivered)
  expect(another.letterIds()).toEqual([])
  expect(letterIds()).toEqual(letters)
  expect(await wholeLog(store)).toEqual(before)
  await send(hold('m1'))
  expect((await types(store)).slice(5)).toEqual(['CommandRejected', 'MessageSetAside'])
  expect(new Set(letterIds()).size).toBe(4)
})

test('the log says what was set aside, from where and why', async () => {
  const store = memoryStore()
  await intakeOn(store).send('garbage')
  const [fact] = await wholeLog(store)
  expect(fact).toMatchObject({
    type: 'MessageSetAside',
    data: {
      ...{ topic: IN, partition: 0, offset: '0', code: 'NotACloudEvent' },
      reason: expect.stringContaining('not JSON'),
    },
    metadata: { actor: 'kafka:test', source: 'kafka:test', site: 'S1' },
  })
})

test('a letter of which the log could not keep that it was sent is sent again, under the same id', async () => {
  const store = memoryStore()
  let outages = 1
  const { bus, take, letterIds } = intakeOn(store, {
    store: {
      ...store,
      append: async (appends) => {
        if (outages-- > 0) throw new StoreUnavailable(new Error('out of reach'))
        return store.append(appends)
      },
    },
  })
  await bus.publish([message('garbage')])
  await expect(take(bus.messages(IN))).rejects.toThrow(StoreUnavailable)
  await take(bus.messages(IN))
  const [first, ...others] = letterIds()
  expect(others).toEqual([first])
  await take(bus.messages(IN))
  expect(letterIds()).toHaveLength(2)
})

test('what could not be sent to the dead letters is sent when it is delivered again', async () => {
  const store = memoryStore()
  const { bus, take } = intakeOn(store, {
    bus: { publish: () => Promise.reject(new BusUnavailable('out of reach')) },
  })
  await bus.publish([message(hold('m1'))])
  await expect(take(bus.messages(IN))).rejects.toThrow(BusUnavailable)
  const later = intakeOn(store)
  await later.take(bus.messages(IN))
  expect(later.letters()).toMatchObject([{ code: 'OrderUnknown' }])
  expect(await types(store)).toEqual(['CommandRejected', 'MessageSetAside'])
})

test('what is set aside is counted by its code', async () => {
  const metrics = createMetrics()
  const { send } = intakeOn(memoryStore(), { metrics })
  await send('garbage', releaseOrder('m1', { site: 'S2' }), releaseOrder('m2', { site: 'S2' }))
  const text = await metrics.text()
  expect(text).toContain('taktlog_dead_letters_total{code="NotACloudEvent"} 1\n')
  expect(text).toContain('taktlog_dead_letters_total{code="Forbidden"} 2\n')
})

test('the same id from another sender is another wish', async () => {
  const store = memoryStore()
  const { send } = intakeOn(store)
  await send(releaseOrder('1'), { ...hold('1'), source: '//mes' })
  expect(await types(store)).toEqual(['OrderReleased', 'OrderHeld'])
})

test('without a time a command happened when its message was made', async () => {
  const store = memoryStore()
  const { bus, take } = intakeOn(store)
  await bus.publish([message(releaseOrder())])
  const [made] = bus.messages(IN)
  await take([{ ...made!, timestamp: '2026-03-02T05:00:00.000Z' }])
  expect((await wholeLog(store))[0]!.metadata.occurredAt).toBe('2026-03-02T05:00:00.000Z')
})

test.each([
  ['NotACloudEvent', 'garbage', /not JSON/],
  ['NotACloudEvent', JSON.stringify({ hello: 1 }), /specversion is missing/],
  ['UnknownType', JSON.stringify(cloudEvent('MakeCoffee', 'm', {})), /"MakeCoffee" is neither/],
  ['InvalidInput', JSON.stringify(cloudEvent('HoldOrder', 'm', {})), /orderId is missing/],
  ['InvalidInput', JSON.stringify({ ...hold('m'), time: 'noon' }), /occurredAt "noon"/],
  ['Forbidden', JSON.stringify({ ...hold('m'), site: 'S2' }), /site S2/],
  [
    'Forbidden',
    JSON.stringify(cloudEvent('RetireMeter', 'm', { meterId: 'E1', reason: 'x' })),
    /command:energy/,
  ],
  ['Forbidden', JSON.stringify(running('m', { site: 'S2' })), /site S2/],
  ['OrderUnknown', JSON.stringify(hold('m')), /PO-1/],
])('%s: %s goes to the dead letters as it was, with the reason', async (code, value, why) => {
  const { send, letters, bus } = intakeOn(memoryStore())
  await send(value)
  expect(letters()).toEqual([{ code, why: expect.stringMatching(why), value }])
  expect(bus.messages(DEAD)[0]!.headers).toMatchObject({
    'taktlog-topic': IN,
    'taktlog-partition': '0',
    'taktlog-offset': '0',
  })
})

test('a command that only Taktlog itself sends is unknown here', async () => {
  const { send, letters } = intakeOn(memoryStore(), {
    principal: { ...connector, scopes: new Set(['*']) },
  })
  await send(
    cloudEvent('SkipProjectionEvent', 'm', { projection: 'orders', position: 1, reason: 'x' }),
  )
  expect(letters()).toMatchObject([{ code: 'UnknownType' }])
})

test('without a site, the only one of the connector is meant; several have to be told apart', async () => {
  const store = memoryStore()
  await intakeOn(store).send(releaseOrder('m1', { site: undefined }))
  expect(await types(store)).toEqual(['OrderReleased'])
  const several = intakeOn(memoryStore(), { principal: { ...connector, sites: ['S1', 'S2'] } })
  await several.send(releaseOrder('m1', { site: undefined }))
  expect(several.letters()).toMatchObject([{ code: 'SiteMissing' }])
})

test('an observation that breaks its schema is quarantined, those beside it are recorded', async () => {
  const store = memoryStore()
  const { send, letters } = intakeOn(store)
  const bad = cloudEvent('EquipmentStateChanged', 'o2', { equipmentId: 'M1', state: 'DANCING' })
  await send(
    running('o1'),
    { ...bad, time: '2026-03-02T05:01:00Z' },
    { ...running('o3'), time: undefined },
  )
  expect((await types(store)).sort()).toEqual([
    'EquipmentStateChanged',
    'ObservationQuarantined',
    'ObservationQuarantined',
  ])
  expect(letters()).toEqual([])
})

test('a poison message is set aside after some attempts; what follows it is taken in', async () => {
  const store = memoryStore()
  let attempts = 0
  const { send, letters } = intakeOn(store, {
    record: async () => {
      attempts++
      throw new Error('a fault of ours')
    },
  })
  await send(running('o1'), releaseOrder())
  expect(letters()).toMatchObject([{ code: 'Internal', why: 'a fault of ours' }])
  expect(attempts).toBe(2)
  expect(await types(store)).toEqual(['OrderReleased', 'MessageSetAside'])
})

test('while the log cannot be reached nothing is set aside, and nothing lost', async () => {
  const store = memoryStore()
  const { send, letters, bus, take } = intakeOn(losesFirstAck(store))
  await expect(send(releaseOrder(), hold('m2'))).rejects.toThrow(StoreUnavailable)
  await take(bus.messages(IN))
  expect(letters()).toEqual([])
  expect(await types(store)).toEqual(['OrderReleased', 'OrderHeld'])
})

test('messages of one key keep their order, whatever stands between them', async () => {
  const store = memoryStore()
  const { bus, take, letters } = intakeOn(store)
  await bus.publish([
    message(releaseOrder(), 'PO-1'),
    message('garbage', 'PO-2'),
    message(hold('m2'), 'PO-1'),
    message(running('o1'), 'M1'),
  ])
  await take(bus.messages(IN))
  expect(letters()).toMatchObject([{ value: 'garbage' }])
  const held = (await wholeLog(store)).filter(({ stream }) => stream === 'order-PO-1')
  expect(held.map((fact) => fact.type)).toEqual(['OrderReleased', 'OrderHeld'])
})

test('a letter that is too large goes without its value, and says so', async () => {
  const { bus, take } = intakeOn(memoryStore(), {
    bus: {
      publish: async (messages) => {
        if (messages.some(({ value }) => (value?.length ?? 0) > 100))
          throw new MessageTooLarge('no')
        await bus.publish(messages)
      },
    },
  })
  await bus.publish([message('x'.repeat(200)), message('short')])
  await take(bus.messages(IN))
  expect(bus.messages(DEAD).map(({ value, headers }) => [value?.length, headers])).toMatchObject([
    [undefined, { 'taktlog-value-omitted': 'true', 'taktlog-offset': '0' }],
    [5, { 'taktlog-offset': '1' }],
  ])
})
