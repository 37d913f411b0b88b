import { expect, test } from 'vitest'
import { StoreUnavailable, type EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { isRejection, reject } from '../../src/domain/decider.ts'
import { order } from '../../src/domain/production/order.ts'
import { T0, after } from '../spec.ts'
import {
  ack,
  clock,
  envelope,
  executeOn,
  memoryStore,
  refusal,
  release,
  wholeLog,
  losesFirstAck,
} from './support.ts'

const start = { type: 'StartOperation', orderId: 'PO-1', operationId: '10', personId: 'P1' }
const pause = { type: 'PauseOperation', orderId: 'PO-1', operationId: '10', personId: 'P1' }
const resume = { type: 'ResumeOperation', orderId: 'PO-1', operationId: '10', personId: 'P1' }

test('an accepted command is in the log with both clocks and who sent it', async () => {
  const store = memoryStore()
  const occurredAt = '2026-03-02T06:30:00+01:00'
  const first = ack(await executeOn(store)(order, release('PO-1'), envelope('c1', { occurredAt })))
  const [fact] = await wholeLog(store)
  expect(first).toMatchObject({ stream: 'order-PO-1', revision: 0, position: 1 })
  expect(fact).toMatchObject({
    id: first.events[0]!.id,
    type: 'OrderReleased',
    recordedAt: T0,
    metadata: { occurredAt: '2026-03-02T05:30:00.000Z', actor: 'P1', site: 'S1', commandId: 'c1' },
  })
})

test('the same commandId again records nothing and answers with the first Ack, even much later', async () => {
  const store = memoryStore()
  const execute = executeOn(store)
  await execute(order, release('PO-1'), envelope('c1'))
  await execute(order, start, envelope('c2'))
  const paused = ack(await execute(order, pause, envelope('c3')))
  await execute(order, resume, envelope('c4'))
  const length = await store.head()
  expect(ack(await execute(order, pause, envelope('c3')))).toEqual(paused)
  expect(ack(await executeOn(store)(order, pause, envelope('c3')))).toEqual(paused)
  expect(await store.head()).toBe(length)
})

test('two processes that race on one stream decide on each other’s facts', async () => {
  const store = memoryStore()
  const [one, two] = [executeOn(store), executeOn(store)]
  await one(order, release('PO-1'), envelope('c1'))
  await two(order, start, envelope('c2'))
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const booking = { orderId: 'PO-1', operationId: '10', bookingId: `b${i % 20}`, good: 1 }
      const execute = i % 2 === 0 ? one : two
      return execute(order, { type: 'ReportQuantity', ...booking }, envelope(`q${i}`))
    }),
  )
  expect(results.map(refusal).every((r) => r === 'accepted')).toBe(true)
  const reported = (await wholeLog(store)).filter((f) => f.type === 'QuantityReported')
  expect(reported).toHaveLength(20)
})

test('a refusal is kept for the audit trail and changes no other stream', async () => {
  const store = memoryStore()
  const outcome = await executeOn(store)(order, start, envelope('c1'))
  expect(refusal(outcome)).toBe('OrderUnknown')
  expect(await wholeLog(store)).toMatchObject([
    {
      type: 'CommandRejected',
      stream: 'rejection-2026-03-02',
      data: { commandType: 'StartOperation', code: 'OrderUnknown', stream: 'order-PO-1' },
    },
  ])
})

test.each([
  [{ ...release('PO-1'), quantity: -3 }, /quantity -3: /],
  [{ ...release('PO-1'), unit: 'pieces' }, /unit "pieces": .*Rec 20/],
  [{ ...release('PO-1'), operations: [] }, /operations \[\]: /],
  [{ type: 'ReleaseOrder' }, /orderId is missing: /],
  [{ type: 'Conjure' }, /type "Conjure" is not a command of order/],
  [null, /not a command/],
])('bad input %o names the field, the value and the rule', async (input, why) => {
  const store = memoryStore()
  const outcome = await executeOn(store)(order, input, envelope('c1'))
  expect(isRejection(outcome) && outcome.why).toMatch(why)
  expect(await store.head()).toBe(0)
})

test.each([
  ['yesterday', /is not an ISO-8601 instant/],
  [after(6), /is in the future/],
])('occurredAt %s is refused', async (occurredAt, why) => {
  const outcome = await executeOn(memoryStore())(
    order,
    release('PO-1'),
    envelope('c', { occurredAt }),
  )
  expect(isRejection(outcome) && outcome.why).toMatch(why)
})

test('nobody writes to a stream of another site', async () => {
  const execute = executeOn(memoryStore())
  await execute(order, release('PO-1'), envelope('c1'))
  expect(refusal(await execute(order, start, envelope('c2', { site: 'S2' })))).toBe('WrongSite')
})

test('a denied command is never decided, and is kept for the audit trail', async () => {
  const store = memoryStore()
  const authorise = () => reject('Forbidden', 'scope is missing.')
  const execute = createExecute({ store, clock, authorise })
  expect(refusal(await execute(order, release('PO-1'), envelope('c1')))).toBe('Forbidden')
  expect((await wholeLog(store)).map((f) => f.type)).toEqual(['CommandRejected'])
})

test('a command refused twice in one millisecond is two facts', async () => {
  const store = memoryStore()
  const execute = executeOn(store)
  for (const _ of [1, 2]) await execute(order, start, envelope('c1'))
  const facts = await wholeLog(store)
  expect(facts.map((f) => f.type)).toEqual(['CommandRejected', 'CommandRejected'])
  expect(new Set(facts.map((f) => f.id)).size).toBe(2)
})

test('a retry after a lost acknowledgement finds what the first try recorded', async () => {
  const store = memoryStore()
  const execute = executeOn(losesFirstAck(store))
  const send = () => execute(order, release('PO-1'), envelope('c1'))
  await expect(send()).rejects.toThrow(StoreUnavailable)
  expect(ack(await send())).toMatchObject({ revision: 0, position: 1 })
  expect(await store.head()).toBe(1)
})

test('a retried creation is answered from the log, not from what it would decide today', async () => {
  const store = memoryStore()
  const sent = envelope('c1', { occurredAt: after(-10) })
  const first = ack(await executeOn(store)(order, release('PO-1'), sent))
  await executeOn(store)(order, start, envelope('c2'))
  const execute = executeOn(store)
  expect(ack(await execute(order, release('PO-1'), envelope('c1')))).toEqual(first)
  expect(ack(await execute(order, pause, envelope('c3')))).toMatchObject({ revision: 2 })
})

test('a new stream costs no read, and one that exists elsewhere is found out', async () => {
  const store = memoryStore()
  let reads = 0
  const counted: EventStore = {
    ...store,
    readStream: (...args) => (reads++, store.readStream(...args)),
  }
  await executeOn(counted)(order, release('PO-1'), envelope('c1'))
  expect(reads).toBe(0)
  const other = { ...release('PO-1'), quantity: 11 }
  expect(refusal(await executeOn(counted)(order, other, envelope('c2')))).toBe('OrderDiffers')
  expect(refusal(await executeOn(counted)(order, start, envelope('c3')))).toBe('accepted')
})
