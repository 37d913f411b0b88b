import { expect, test } from 'vitest'
import type { EventStore } from '../../src/commands/event-store.ts'
import { runPolicy, type Policy } from '../../src/commands/policy.ts'
import { order } from '../../src/domain/production/order.ts'
import { envelope, executeOn, memoryStore, release, wholeLog } from './support.ts'

const hold = (orderId: string, reason: string) => ({
  decider: order,
  command: { type: 'HoldOrder', orderId, reason },
})
const holdEvery: Policy = {
  name: 'hold-every-order',
  describe: 'when an order is released then hold it',
  types: ['OrderReleased'],
  react: ({ data }) => [hold(data.orderId, 'by policy')],
}

/** Runs the policy from the start of the log until it has handled its first batch, then stops it. */
async function runOnce(policy: Policy, store: EventStore): Promise<void> {
  const stop = new AbortController()
  const checkpoints = { load: async () => 0, save: async () => stop.abort() }
  await runPolicy(policy, { store, execute: executeOn(store), checkpoints, signal: stop.signal })
}

test('sends its command once, caused by the fact, however often the batch is repeated', async () => {
  const store = memoryStore()
  await executeOn(store)(order, release('PO-1'), envelope('c1'))
  await runOnce(holdEvery, store)
  await runOnce(holdEvery, store)
  const facts = await wholeLog(store)
  expect(facts.map((f) => f.type)).toEqual(['OrderReleased', 'OrderHeld'])
  expect(facts[1]!.metadata).toMatchObject({
    actor: 'system',
    site: 'S1',
    causationId: facts[0]!.id,
    correlationId: 'c1',
  })
})

test('sends what compensates when its command is refused', async () => {
  const store = memoryStore()
  await executeOn(store)(order, release('PO-1'), envelope('c1'))
  const policy: Policy = {
    ...holdEvery,
    name: 'hold-another',
    react: ({ data }) => [
      {
        ...hold('PO-unknown', 'by mistake'),
        otherwise: ({ rejected }) => hold(data.orderId, `because ${rejected}`),
      },
    ],
  }
  await runOnce(policy, store)
  expect((await wholeLog(store)).map((f) => [f.type, f.data])).toMatchObject([
    ['OrderReleased', {}],
    ['CommandRejected', { code: 'OrderUnknown' }],
    ['OrderHeld', { reason: 'because OrderUnknown' }],
  ])
})
