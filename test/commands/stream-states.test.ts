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

test('what is asked for stays, what is not is forgotten, and all ways of folding share one bound', async () => {
  let reads = 0
  const states = createStreamStates({
    readStream: async () => {
      reads++
      return []
    },
  })
  const load = async (fold: Fold, from: number, count: number): Promise<void> => {
    for (let i = from; i < from + count; i++) await states.load(fold as never, `order-${i}`)
  }
  await load(order, 0, 1)
  await load(counting, 0, 9_000)
  await load(order, 0, 1)
  expect(reads).toBe(9_001)
  // The 10,000th ends the generation of both; what is asked for again goes over into the next.
  await load(order, 1, 999)
  await load(order, 0, 1)
  await load(counting, 0, 1)
  expect(reads).toBe(10_000)
  await load(counting, 20_000, 10_000)
  const before = reads
  await load(order, 0, 1)
  await load(counting, 0, 1)
  expect(reads).toBe(before)
  await load(counting, 5_000, 1)
  expect(reads).toBe(before + 1)
})
