import { afterAll, beforeAll, expect, test } from 'vitest'
import { plan as scheduler } from '../../src/adapters/planner/plan.ts'
import { apiErrors } from '../../src/api/errors.ts'
import { TooManyQuestions } from '../../src/projections/planning/questions.ts'
import { planningProjections } from '../../src/projections/planning/read-rows.ts'
import { planParts } from '../../src/projections/planning/plan-parts.ts'
import { plans } from '../../src/projections/planning/plans.ts'
import { schedules } from '../../src/projections/planning/schedules.ts'
import { command, fill } from '../planning/plant-facts.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
beforeAll(async () => {
  plant = await plantWithApi([...planningProjections, plans, planParts, schedules], scheduler)
  await fill(plant)
  // Wanted by one evening and workable on either machine: eleven hours on M1, and another eleven.
  for (const [orderId, workCentreId] of [
    ['X', 'M1'],
    ['Y', 'M1'],
    ['Z', 'MILLS'],
  ] as const)
    await command(plant, {
      ...{ type: 'ReleaseOrder', orderId, materialId: 'shaft', quantity: 11, unit: 'C62' },
      dueAt: '2030-01-03T22:00:00Z',
      operations: [
        { operationId: '1', sequence: 0, name: 'Turn', workCentreId, runTimeMsPerUnit: 3_600_000 },
      ],
    })
  await plant.settled()
})
afterAll(() => plant.end())

const GROUPS = `[{ groupId: "one", equipmentIds: ["M1"] }, { groupId: "two", equipmentIds: ["M2"] }]`
const capacity = async (bounds: readonly string[], fields: string, groups = GROUPS) =>
  (
    await plant.ask(`{ capacity(site: "S1", groups: ${groups}
      bounds: ${JSON.stringify(bounds)}) { ${fields} } }`)
  ).capacity
const DAYS = [1, 2, 3, 4].map((day) => `2030-01-0${day}T23:00:00Z`)
const hours = (n: number) => n * 3_600_000

test('load against capacity by group and day, overload with its orders', async () => {
  const { loads } = await capacity(
    DAYS,
    'loads { groupId from until capacityMs loadMs overloadMs orders { orderId loadMs } } shortages { kind }',
  )
  expect(loads).toHaveLength(6)
  const full = loads.find(({ overloadMs }: any) => overloadMs > 0)
  expect(full).toMatchObject({ groupId: 'one', capacityMs: hours(16) })
  expect(full.orders.map(({ orderId }: any) => orderId)).toEqual(expect.arrayContaining(['X', 'Y']))
})

test('levelling moves work to days and machines with room, and says what stays', async () => {
  const FIELDS = `loads { overloadMs } levelling { moves { orderId operationId
    from { groupIds from until workMs } to { groupIds from until workMs } }
    remaining { groupId from until overloadMs } }`
  const { loads, levelling } = await capacity(DAYS, FIELDS)
  const sum = (list: any[], of: (one: any) => number) => list.reduce((n, one) => n + of(one), 0)
  const before = sum(loads, ({ overloadMs }) => overloadMs)
  expect(before).toBeGreaterThan(0)
  expect(levelling.remaining).toEqual([])
  expect(sum(levelling.moves, ({ from }) => from.workMs)).toBeGreaterThanOrEqual(before)
  for (const { orderId, from, to } of levelling.moves) {
    expect(['X', 'Y', 'Z']).toContain(orderId)
    expect([to.groupIds[0], to.from]).not.toEqual([from.groupIds[0], from.from])
    expect(to.until <= DAYS[3]!.replace('Z', '.000Z')).toBe(true)
  }
  // On one day alone there is nowhere to go but the other machine, which only Z can.
  const { levelling: oneDay } = await capacity(DAYS.slice(1, 3), FIELDS)
  expect(oneDay.remaining.every(({ groupId }: any) => groupId === 'one')).toBe(true)
  expect(oneDay.moves.every(({ orderId }: any) => orderId === 'Z')).toBe(true)
})

test('what cannot be asked is refused with its rule', async () => {
  await expect(capacity(DAYS.toReversed(), 'loads { groupId }')).rejects.toThrow(/bounds: each/)
  await expect(capacity(DAYS.slice(1, 2), 'loads { groupId }')).rejects.toThrow(/bounds: 2 to/)
  const zero = '[{ groupId: "one", equipmentIds: ["M1"], overloadWeight: 0 }]'
  await expect(capacity(DAYS, 'loads { groupId }', zero)).rejects.toThrow(
    'overloadWeight 0 of group one is not above 0',
  )
})

test('too many questions at once have a code of their own', async () => {
  const planner = {
    ...plant.services.planner!,
    ask: () => Promise.reject(new TooManyQuestions('20')),
  }
  const error = await plant
    .ask(
      '{ capacity(site: "S1", groups: [], bounds: ["2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"]) { loads { groupId } } }',
      undefined,
      { planner },
    )
    .catch((one: unknown) => one)
  expect(error).toMatchObject({ extensions: { code: 'PlanningBusy' } })
  expect(apiErrors.PlanningBusy.status).toBe(429)
})
