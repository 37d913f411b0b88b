import { expect, test } from 'vitest'
import { createStreamStates } from '../../src/commands/stream-states.ts'
import type { Fold } from '../../src/domain/decider.ts'
import { order } from '../../src/domain/production/order.ts'
import { envelope, executeOn, memoryStore, release } from './support.ts'

const start = { type: 'StartOperation', orderId: 'PO-1', operationId: '10', personId: 'P1' }
/** Makes less of an order than its decider does: how much was said of it. */
const counting: Fold<number> = {
  category: 'order',
  initial: 0,
  evolve: (count) => count + 1,
}

test('one stream folded in two ways has two states, each as fresh as it is asked for', async () => {
  const store = memoryStore()
  const execute = executeOn(store)
  await execute(order, release('PO-1'), envelope('c1'))
  const states = createStreamStates(store)
  const known = await states.load(order, 'order-PO-1')
  expect((await states.loadFresh(counting, 'order-PO-1')).state).toBe(1)
  expect(await states.load(order, 'order-PO-1')).toBe(known)
  await execute(order, start, envelope('c2'))
  expect((await states.loadFresh(counting, 'order-PO-1')).state).toBe(2)
  expect((await states.loadFresh(order, 'order-PO-1')).revision).toBe(1)
  states.forget(order, 'order-PO-1')
  expect(states.assume(order, 'order-PO-1').state).toBe(order.initial)
  expect((await states.loadFresh(counting, 'order-PO-1')).state).toBe(2)
})

test('who consults a stream in another way does not change what its decider decides on', async () => {
  const store = memoryStore()
  const looking = {
    ...order,
    category: 'shadow',
    consults: { decider: counting, id: () => 'PO-1' },
    consultsEach: undefined,
    decide: (_: unknown, __: unknown, { consulted }: { readonly consulted: unknown }) => ({
      rejected: 'Seen',
      why: String(consulted),
    }),
  } as never
  const execute = executeOn(store)
  await execute(order, release('PO-1'), envelope('c1'))
  expect(await execute(looking, start, envelope('c2'))).toMatchObject({ why: '1' })
  expect(await execute(order, start, envelope('c3'))).toMatchObject({ revision: 1 })
  expect(await execute(looking, start, envelope('c4'))).toMatchObject({ why: '2' })
})
