import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScenario } from '../support/scenario.ts'
import { at, HOUR, order, whatifPlant } from '../support/whatif-plant.ts'

/** Each kind of assumption changes the right figure by the right amount, and nothing in the log. */
let plant: Awaited<ReturnType<typeof whatifPlant>>
let create: ReturnType<typeof createScenario>
let made = 0

beforeAll(async () => {
  plant = await whatifPlant()
  create = createScenario(plant)
})
afterAll(() => plant.end())

type Assumption = Parameters<typeof create>[1][number]

async function run(assumptions: readonly Assumption[], args = '') {
  const scenarioId = `kind-${++made}`
  const head = await plant.services.store.head()
  expect(await create(scenarioId, assumptions)).toMatchObject({ __typename: 'Scenario' })
  const stream = await plant.listen(`subscription {
    scenarioRun(scenarioId: "${scenarioId}", replications: 20 ${args}) { result {
      movedCount moved { orderId operationId baseStart scenarioStart } findings
      orders { orderId flips base { onTime } scenario { onTime } } policy rule basePolicy baseRule against
      kpis { measure base { mean } difference { mean halfWidth } }
      basePower { equipmentId basis kilowatts measuredHours }
      scenarioPower { equipmentId basis kilowatts measuredHours } } } }`)
  let result: any = null
  for await (const { data, errors } of stream) {
    if (errors) throw errors[0]
    result = data!.scenarioRun.result
  }
  expect(await plant.services.store.head()).toBe(head)
  return result
}

/** Hours by which operations start later where nothing varies. */
const movedBy = ({ moved }: any): Readonly<Record<string, number>> =>
  Object.fromEntries(
    moved.map(({ orderId, operationId, baseStart, scenarioStart }: any) => [
      `${orderId}/${operationId}`,
      (Date.parse(scenarioStart) - Date.parse(baseStart)) / HOUR,
    ]),
  )
const kpi = ({ kpis }: any, name: string) => kpis.find(({ measure }: any) => measure === name)

describe('the days to come', () => {
  test('a machine is down for three hours', async () => {
    const result = await run([
      {
        type: 'PlanDownTime',
        input: { scopeId: 'DOWN', entryId: 'd1', from: at(0), to: at(3), cause: 'spindle' },
      },
    ])
    expect(movedBy(result)).toEqual({ 'DOWN/10': 3, 'DOWN/20': 3 })
  })

  test('a shift is removed: its work goes on a day later', async () => {
    const day = { kind: 'SHIFT_CANCELLED', day: '2030-01-01', shiftId: 'E', name: 'holiday' }
    const result = await run([
      { type: 'SetCalendarDays', input: { scopeId: 'SHIFT', days: [day] } },
    ])
    expect(movedBy(result)).toEqual({ 'SHIFT/10': 24, 'SHIFT/20': 24, 'SHIFT/30': 24 })
    expect(kpi(result, 'UTILISATION').difference.mean).toBeGreaterThan(0)
  })

  test('a shift is added: what was for tomorrow is done in it', async () => {
    const late = { shiftId: 'L', name: 'Late', start: '14:00', end: '22:00' }
    const day = { kind: 'SHIFT', day: '2030-01-01', ...late }
    const result = await run([
      { type: 'SetCalendarDays', input: { scopeId: 'SHIFT', days: [day] } },
    ])
    expect(movedBy(result)).toEqual({ 'SHIFT/30': -16 })
  })

  test('a rush order of an hour comes before what waits', async () => {
    const result = await run([{ type: 'ReleaseOrder', input: order('NEW', [['RUSH', 1]]) }])
    expect(movedBy(result)).toEqual({ 'RUSH/10': 1, 'RUSH/20': 1 })
    expect(kpi(result, 'ORDERS_DONE').difference).toEqual({ mean: 1, halfWidth: 0 })
  })

  test('a cycle factor of two on a machine', async () => {
    const result = await run([
      { type: 'ScaleCycleTime', input: { equipmentId: 'CYCLE', factor: 2 } },
    ])
    expect(movedBy(result)).toEqual({ 'CYCLE/20': 1 })
  })

  test('supply comes three hours later', async () => {
    const result = await run([
      {
        type: 'ExpectReceipt',
        input: {
          ...{ receiptId: 'R1', materialId: 'steel', quantity: 60, unit: 'KGM' },
          expectedAt: at(5),
        },
      },
    ])
    expect(movedBy(result)).toEqual({ 'SUPPLY/10': 3, 'SUPPLY/20': 3 })
  })

  test('the only one who may is away until noon', async () => {
    const absence = { absenceId: 'a1', personId: 'P1', kind: 'PLANNED' }
    const result = await run([
      { type: 'RecordAbsence', input: { ...absence, startsAt: at(0), endsAt: at(12) } },
    ])
    expect(movedBy(result)).toEqual({ 'SKILL/10': 12, 'SKILL/20': 12 })
  })

  test('another routing: twice as fast on another machine', async () => {
    const result = await run([
      {
        type: 'DefineProductSegment',
        input: {
          ...{ materialId: 'ROUTE', operationId: '10' },
          alternatives: [{ equipmentId: 'OTHER', setupTimeMs: 0, runTimeMsPerUnit: HOUR / 120 }],
        },
      },
    ])
    expect(movedBy(result)).toEqual({ 'ROUTE/20': -0.5 })
  })

  test('another dispatch rule: the short one first, so the long one is late', async () => {
    const result = await run([], 'basePolicy: RULE, baseRule: EDD, policy: RULE, rule: SPT')
    expect(result).toMatchObject({
      basePolicy: 'RULE',
      baseRule: 'edd',
      policy: 'RULE',
      rule: 'spt',
    })
    expect(movedBy(result)).toEqual({ 'LONG/10': 1, 'SHORT/10': -3 })
  })

  test('all at once add up', async () => {
    const result = await run([
      {
        type: 'PlanDownTime',
        input: { scopeId: 'DOWN', entryId: 'd1', from: at(0), to: at(3), cause: 'spindle' },
      },
      { type: 'ScaleCycleTime', input: { equipmentId: 'DOWN', factor: 0.5 } },
    ])
    expect(movedBy(result)).toEqual({ 'DOWN/10': 3, 'DOWN/20': 2.5 })
  })
})

describe('one scenario against another', () => {
  const down = (to: number) => ({
    type: 'PlanDownTime',
    input: { scopeId: 'DOWN', entryId: 'd1', from: at(0), to: at(to), cause: 'spindle' },
  })

  test('differs by what both assume', async () => {
    await create('two-hours', [down(2)])
    const rush = { type: 'ReleaseOrder', input: order('NEW', [['RUSH', 1]]) }
    const result = await run([down(5), rush], 'against: "two-hours"')
    expect(movedBy(result)).toEqual({ 'DOWN/10': 3, 'DOWN/20': 3, 'RUSH/10': 1, 'RUSH/20': 1 })
    expect(result.against).toBe('two-hours')
    expect(kpi(result, 'ORDERS_DONE').difference).toEqual({ mean: 1, halfWidth: 0 })
  })

  test('takes one that begins alike', async () => {
    await create('earlier', [], { at: 5 })
    await expect(run([], 'against: "earlier"')).rejects.toThrow(
      'against earlier begins at position 5',
    )
    await expect(run([], 'against: "nowhere"')).rejects.toThrow('against nowhere: no such scenario')
  })
})

describe('a cycle factor', () => {
  test.each([
    ['no factor at all', { equipmentId: 'CYCLE' }, 'assumptions.0 ScaleCycleTime: factor'],
    ['none that a machine could have', { equipmentId: 'CYCLE', factor: 11 }, 'factor 11'],
  ])('is refused: %s', async (_, input, message) => {
    const refused = await create('no', [{ type: 'ScaleCycleTime', input }])
    expect(refused).toMatchObject({ code: 'InvalidInput' })
    expect(refused.message).toContain(message)
  })

  test('is not of the past', async () => {
    const input = { equipmentId: 'CYCLE', factor: 2 }
    const refused = await create('no', [{ type: 'ScaleCycleTime', occurredAt: at(-5), input }])
    expect(refused.message).toContain('holds from the fork on')
  })

  test('of a machine without work changes nothing, and that is told', async () => {
    const result = await run([{ type: 'ScaleCycleTime', input: { equipmentId: 'X', factor: 2 } }])
    expect(result.movedCount).toBe(0)
    expect(result.findings).toContain(
      'Nothing that is open may be done on X: its factor changes nothing.',
    )
  })
})
