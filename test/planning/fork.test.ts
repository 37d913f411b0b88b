import { expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { createRecord } from '../../src/commands/record.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import type { PlannedTuple } from '../../src/domain/planning/plan-events.ts'
import { causes, type Cause } from '../../src/domain/planning/problem.ts'
import { playOf } from '../../src/domain/planning/simulation/policy.ts'
import { noVariation } from '../../src/domain/planning/simulation/variation.ts'
import { forkOf } from '../../src/projections/planning/fork.ts'
import { createHistory } from '../../src/projections/planning/history.ts'
import { command, fill } from './plant-facts.ts'

const AT = '2030-01-01T00:00:00.000Z'
const HOUR = 3_600

/** The plant, and a plan in force that no rule would make: C before B, B on M2 long before it has to. */
async function planned(cause: Cause = 'release') {
  const clock = { now: () => AT }
  const store = createMemoryEventStore(clock, catalogue)
  const plant = {
    execute: createExecute({ store, clock }),
    record: createRecord({ store, clock, observations: observationDefinitions }),
  }
  const say = (type: string, input: object) => command(plant, { type, ...input })
  await fill(plant)
  await say('ReleaseOrder', {
    ...{ orderId: 'C', materialId: 'axle', quantity: 10, unit: 'C62', priority: 999 },
    operations: [
      {
        ...{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'MILLS' },
        runTimeMsPerUnit: 60_000,
      },
    ],
  })
  const without = await store.head()
  const at = (id: string, machine: string, hours: number, why = cause): PlannedTuple => [
    ...([id, machine, 'P1', null] as const),
    ...([hours * HOUR, hours * HOUR, hours * HOUR + 600, causes.indexOf(why), null] as const),
  ]
  await say('RequestPlan', {
    ...{ planId: 'P', startsAt: AT, position: without, problemHash: 'ab'.repeat(32) },
    ...{ schedulerVersion: 1, seed: 1, iterations: 1, workers: 1, basePlanId: null, reason: '' },
  })
  const plan = { planId: 'P', variant: 'IMPROVED' }
  await say('ListPlannedOperations', {
    ...{ ...plan, part: 0 },
    orders: [
      { orderId: 'C', isWhole: true, operations: [at('10', 'M1', 6)] },
      {
        orderId: 'B',
        isWhole: true,
        operations: [at('10', 'M1', 10, 'machine'), at('20', 'M1', 14, 'machine')],
      },
    ],
  })
  await say('ProposePlan', {
    ...{ ...plan, partCount: 1, operationCount: 3, costs: {}, bound: 0, iteration: 0 },
  })
  await say('AcceptPlan', plan)
  const accepted = await store.head()
  await say('PinOperation', {
    ...{ orderId: 'B', operationId: '20', equipmentId: 'M2', personId: null, basePlanId: 'P' },
    ...{ startsAt: '2030-01-01T16:00:00.000Z', endsAt: '2030-01-01T16:10:00.000Z' },
  })
  return { store, without, accepted }
}

test('a fork plays the plan that was in force at its position, with its pins', async () => {
  const { store, without, accepted } = await planned()
  const played = async (position: number) => {
    const { problem } = await forkOf(store, await createHistory(store).at(position), {
      site: 'S1',
      at: AT,
      position,
    })
    const compiled = compile(problem)
    const how = { variation: noVariation, policy: { kind: 'keep' }, seed: 1 } as const
    const { start, mode } = playOf(compiled, how)(0)
    const places = problem.orders.flatMap((order) =>
      order.operations.map(({ id, modes }) => ({ name: `${order.id}/${id}`, modes })),
    )
    return new Map(
      places.map(({ name, modes }, i) => [
        name,
        { start: start[i]!, equipment: modes[mode[i]!]!.equipment, modes: modes.length },
      ]),
    )
  }
  // Nobody planned yet: the urgent one comes first. By the plan it waits for the other.
  const ruled = await played(without)
  expect(ruled.get('B/10')!.start).toBeLessThanOrEqual(ruled.get('C/10')!.start)
  const kept = await played(accepted)
  expect(kept.get('C/10')).toMatchObject({ equipment: 'M1' })
  expect(kept.get('B/10')!.start).toBeGreaterThan(kept.get('C/10')!.start)
  expect(kept.get('B/20')).toMatchObject({ equipment: 'M1', modes: 2 })
  const pinned = await played(Infinity)
  expect(pinned.get('B/20')).toMatchObject({ equipment: 'M2', modes: 1 })
})

test.each([
  // The mills open at six in Berlin, and what runs on M1 has a minute left.
  ['what nothing held up begins as soon as it can', 'release', 5 * HOUR + 60],
  ['what waits for cheaper energy keeps its time', 'price', 6 * HOUR],
] as const)('%s', async (_, cause, begins) => {
  const { store, accepted } = await planned(cause)
  const where = { site: 'S1', at: AT, position: accepted }
  const { problem } = await forkOf(store, await createHistory(store).at(accepted), where)
  const how = { variation: noVariation, policy: { kind: 'keep' }, seed: 1 } as const
  const { start } = playOf(compile(problem), how)(0)
  const ids = problem.orders.flatMap(({ id, operations }) => operations.map(() => id))
  expect(start[ids.indexOf('C')]).toBe(begins)
})

test('what is pinned in a fork is held up by what it waits for', async () => {
  const { store } = await planned()
  const { problem } = await forkOf(store, await createHistory(store).at(Infinity), {
    site: 'S1',
    at: AT,
    position: Infinity,
  })
  const operations = problem.orders.find(({ id }) => id === 'B')!.operations
  expect(operations.map(({ fixed }) => fixed)).toEqual([undefined, undefined])
  expect(operations[1]!.planned).toMatchObject({
    ...{ mode: 0, start: 16 * HOUR, notBefore: 16 * HOUR },
  })
  expect(problem.zones).toBeUndefined()
})
