import { describe, expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { PlanWish } from '../../src/api/planner.ts'
import { runReplanning, type ReplanningDeps } from '../../src/api/replanning.ts'
import { ANY } from '../../src/commands/event-store.ts'
import { catalogue } from '../../src/domain/index.ts'
import { after, recorded, T0 } from '../spec.ts'
import { released, say } from './site.ts'

const fault = (state: string) =>
  say('EquipmentStateChanged', { equipmentId: 'M1', state, nativeState: null, reason: null })

/** A site with a plan in force that begins at T0, and what is asked for when these facts come at `now`. */
async function site({
  automatic = true,
  now = after(5),
  known = 0,
  down = [],
}: {
  automatic?: boolean
  now?: string
  known?: number | null
  down?: readonly { site: string; equipmentId: string; since: string }[]
} = {}) {
  const store = createMemoryEventStore({ now: () => now }, catalogue)
  const asked: PlanWish[] = []
  const saved: number[] = []
  let looks = 0
  const stop = new AbortController()
  const { promise: planned, resolve } = Promise.withResolvers<void>()
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  const deps = {
    store,
    reads: {
      byKey: async () => [{ rules: { automatic, repairMs: 3_600_000 }, key: 'S1', site: 'S1' }],
      waitFor: async () => true,
      // An open order needs steel, and lot L1 is of it.
      query: async ({ text, values }: { text: string; values: readonly (readonly string[])[] }) => [
        ...(text.includes('equipment_current') ? down : []),
        ...(values[1]?.includes('steel') ? [{ kind: 'materials', id: 'steel' }] : []),
        ...(values[2]?.includes('L1') ? [{ kind: 'lots', id: 'L1' }] : []),
      ],
    },
    planner: {
      contents: {
        inForce: async () => {
          looks++
          return { plan: { startsAt: T0, position: known } }
        },
      },
      request: async (wish: PlanWish) => {
        asked.push(wish)
        resolve()
        return { stream: 'plan-1', revision: 0, position: 1, events: [] }
      },
    },
    checkpoints: {
      load: async () => 0,
      save: async (_: string, position: number) => {
        saved.push(position)
        if (position === (await store.head()) && position > 0) settle()
      },
    },
    execute: async () => ({ stream: '', revision: 0, position: 0, events: [] }),
    signal: stop.signal,
    clock: { now: () => now },
    ...{ quietMs: 0, stopsMs: 10 },
  } as unknown as ReplanningDeps
  const append = (...facts: ReturnType<typeof say>[]) =>
    store.append(
      recorded(facts, { site: 'S1' }).map((fact, i) => ({
        stream: `${fact.type}-${i}`,
        expected: ANY,
        events: [{ ...fact, id: crypto.randomUUID() }],
      })),
    )
  return {
    append,
    asked,
    planned,
    settled,
    looks: () => looks,
    stop,
    running: () => runReplanning(deps),
  }
}

test('facts that come together lead to one new plan, with the first of them as its reason', async () => {
  const { append, asked, planned, settled, stop, running } = await site()
  await append(fault('RUNNING'), fault('FAULT'), released('A', [{}]))
  const ended = running()
  await planned
  await settled
  stop.abort()
  await ended
  expect(asked).toMatchObject([
    { site: 'S1', source: 'policy', reason: `EquipmentStateChanged at ${T0}, and 1 more` },
  ])
})

test.each([
  ['LotHeld', { lotId: 'L1', holdId: 'h1', reason: 'crack', cause: null, personId: null }],
  ['LotReleased', { lotId: 'L1', holdId: 'h1', reason: 'good', personId: null }],
  [
    'LotScrapped',
    { lotId: 'L1', movementId: 'm', materialId: 'steel', quantity: 1, unit: 'KGM', reason: 'rust' },
  ],
  ['ReceiptExpected', { receiptId: 'R', materialId: 'steel', quantity: 1, unit: 'KGM' }],
])('%s changes what material there is, and leads to a new plan', async (type, data) => {
  const { append, asked, planned, settled, stop, running } = await site()
  await append(say(type, data))
  const ended = running()
  await planned
  await settled
  stop.abort()
  await ended
  expect(asked).toMatchObject([{ site: 'S1', reason: `${type} at ${T0}` }])
})

test.each([
  ['a machine that runs', { fact: fault('RUNNING') }],
  [
    'a lot that no open order needs',
    { fact: say('LotReleased', { lotId: 'L9', holdId: 'h', reason: 'good', personId: null }) },
  ],
  ['a site that wants to be asked', { automatic: false }],
  ['what was known when the plan in force was made', { known: 1 }],
  ['what is older than a plan of which nobody knows that', { known: null, now: after(-5) }],
])('%s leads to none, and is passed over', async (_, { fact = fault('FAULT'), ...how }: any) => {
  const { append, asked, settled, stop, running } = await site(how)
  await append(fact)
  const ended = running()
  await settled
  stop.abort()
  await ended
  expect(asked).toEqual([])
})

describe('a machine that is down longer than a repair is expected to take', () => {
  const since = after(-10)
  const down = [{ site: 'S1', equipmentId: 'M1', since }]
  test('leads to a new plan, once for each such time', async () => {
    const { asked, planned, looks, stop, running } = await site({ now: after(125), down })
    const ended = running()
    await planned
    const before = looks()
    await expect.poll(looks).toBeGreaterThan(before + 3)
    stop.abort()
    await ended
    expect(asked).toMatchObject([{ site: 'S1', reason: `M1 down since ${since}` }])
  })
  test('but not while the plan in force still takes it to be down', async () => {
    const { asked, looks, stop, running } = await site({ now: after(55), down })
    const ended = running()
    await expect.poll(looks).toBeGreaterThan(3)
    stop.abort()
    await ended
    expect(asked).toEqual([])
  })
})
