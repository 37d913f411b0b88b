import { expect, test } from 'vitest'
import type { Wish } from '../../src/adapters/plant/actions.ts'
import { createPlayer, type Port } from '../../src/adapters/plant/player.ts'

const wish = (commandId: string, keys: readonly string[], expect?: string): Wish => ({
  kind: 'command',
  type: 'HoldOrder',
  commandId,
  occurredAt: '2026-03-02T06:00:00.000Z',
  input: {},
  keys,
  ...(expect === undefined ? {} : { expect }),
})

/** A port whose answers wait until the test gives them. */
function patient() {
  const open = new Map<string, () => void>()
  const sent: string[] = []
  const port: Port = {
    command: ({ commandId }) =>
      new Promise((resolve) => {
        sent.push(commandId)
        open.set(commandId, () => resolve(null))
      }),
    observe: async () => null,
  }
  return { port, sent, answer: (id: string) => open.get(id)!() }
}

test('wishes that share a key wait for each other, others do not', async () => {
  const { port, sent, answer } = patient()
  const player = createPlayer(port, () => {})
  player.take(wish('a', ['order 1']))
  player.take(wish('b', ['order 1', 'lot 1']))
  player.take(wish('c', ['lot 1']))
  player.take(wish('d', ['lot 2']))
  await expect.poll(() => sent).toEqual(['a', 'd'])
  answer('a')
  await expect.poll(() => sent).toEqual(['a', 'd', 'b'])
  answer('b')
  await expect.poll(() => sent).toEqual(['a', 'd', 'b', 'c'])
  answer('c')
  answer('d')
  await player.drained()
  expect(player.counts()).toEqual({ commands: 4, observations: 0, unexpected: 0 })
})

test('a refusal that is meant is no surprise, its absence is', async () => {
  const told: string[] = []
  const port: Port = {
    command: async ({ commandId }) =>
      commandId === 'granted' ? null : { code: 'OrderHeld', message: '' },
    observe: async () => null,
  }
  const player = createPlayer(port, (_, { code }) => told.push(code))
  player.take(wish('refused', [], 'OrderHeld'))
  await player.drained()
  expect(told).toEqual([])
  player.take(wish('granted', [], 'OrderHeld'))
  player.take(wish('surprise', []))
  await player.drained()
  expect(told.toSorted()).toEqual(['Granted', 'OrderHeld'])
  expect(player.counts().unexpected).toBe(2)
})
