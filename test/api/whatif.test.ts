import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/api/authorise.ts'
import { analysedPlant } from '../support/analysis-plant.ts'

let plant: Awaited<ReturnType<typeof analysedPlant>>
const WINDOW = 'window: { from: "2026-03-03T00:00:00Z", to: "2026-03-04T00:00:00Z" }'

const wholeLog = () => plant.services.store.readAll({ from: 0, limit: 100_000 })

type Assumption = { readonly type: string; readonly occurredAt?: string; readonly input: object }
const FIELDS = `__typename ... on Scenario { scenarioId position kept assumptions { type input } }
  ... on Rejected { code message } ... on InvalidInput { code message } ... on Denied { code }`
const create = async (
  scenarioId: string,
  assumptions: readonly Assumption[],
  { at, as }: { readonly at?: number; readonly as?: Principal } = {},
) => {
  const list = assumptions.map(
    ({ type, occurredAt, input }) =>
      `{ type: "${type}" ${occurredAt ? `occurredAt: "${occurredAt}"` : ''}
         input: ${JSON.stringify(JSON.stringify(input))} }`,
  )
  const { createScenario } = await plant.ask(
    `mutation { createScenario(scenarioId: "${scenarioId}", site: "S1", name: "what if"
       ${at === undefined ? '' : `at: ${at}`} assumptions: [${list.join(' ')}]) { ${FIELDS} } }`,
    as,
  )
  return createScenario
}
const figures = (asKnownAt: string) =>
  plant.ask(`{
    oee: kpi(name: "oee", scope: ["S1"], ${WINDOW} ${asKnownAt}, groupBy: [EQUIPMENT]) {
      value numerator denominator coverage elements { id value } groups { keys { id } value } }
    mtbf: kpi(name: "mtbf", scope: ["M1"], ${WINDOW} ${asKnownAt}) { value }
    losses: timeLosses(scope: ["S1"], ${WINDOW} ${asKnownAt}) { bars { id durationMs } }
    pareto: downtimePareto(scope: ["S1"], ${WINDOW} ${asKnownAt}) { bars { id durationMs } }
    bottlenecks(scope: ["S1"], ${WINDOW} ${asKnownAt}) { primary plannedMs }
  }`)
const under = (scenarioId: string) => `asKnownAt: { scenario: "${scenarioId}" }`

beforeAll(async () => {
  plant = await analysedPlant()
})
afterAll(() => plant.end())

describe('the past under another rule', () => {
  test('with nothing assumed it is history', async () => {
    const made = await create('same', [])
    expect(made).toMatchObject({ __typename: 'Scenario', kept: false, assumptions: [] })
    expect(await figures(under('same'))).toEqual(await figures(''))
  })

  test('another ideal cycle time changes performance, and nothing in the log', async () => {
    const before = await wholeLog()
    await create('slower', [
      {
        type: 'DefineCycleTime',
        input: {
          equipmentId: 'M1',
          materialId: 'gear',
          idealMs: 30_000,
          validFrom: '2026-01-01T00:00:00Z',
        },
      },
    ])
    const [real, assumed] = [await figures(''), await figures(under('slower'))]
    expect(assumed.oee.value).not.toBe(real.oee.value)
    expect(assumed.bottlenecks).toEqual(real.bottlenecks)
    expect(await figures('')).toEqual(real)
    expect(await wholeLog()).toEqual(before)
  })

  test('a calendar the plant never had', async () => {
    await create('shift', [
      {
        type: 'DefineCalendar',
        occurredAt: '2026-03-01T00:00:00Z',
        input: { scopeId: 'S1', name: 'One shift', timeZone: 'UTC' },
      },
      {
        type: 'ChangeShiftPattern',
        occurredAt: '2026-03-01T00:00:00Z',
        input: {
          scopeId: 'S1',
          from: '2026-03-02',
          pattern: {
            shifts: [
              { shiftId: 'E', name: 'Early', start: '06:00', end: '14:00', days: [0, 1, 2, 3, 4] },
            ],
          },
        },
      },
    ])
    const { oee } = await figures(under('shift'))
    const [real, assumed] = [(await figures('')).oee, oee]
    const planned = (of: any) => of.elements.find(({ id }: any) => id === 'PBT')?.value
    expect(planned(assumed)).toBeLessThan(planned(real))
  })

  test('a figure of another formula', async () => {
    const made = await create('figure', [
      {
        type: 'DefineKpi',
        occurredAt: '2026-01-01T00:00:00Z',
        input: {
          kpiId: 'mine',
          siteId: 'S1',
          name: 'Mine',
          formula: 'APT / PBT',
          unit: '1',
          trend: 'HIGHER_IS_BETTER',
          validFrom: '2026-01-01T00:00:00Z',
        },
      },
    ])
    expect(made).toMatchObject({ scenarioId: 'figure' })
    const ask = (at: string) =>
      plant.ask(`{ kpi(name: "mine", scope: ["S1"], ${WINDOW} ${at}) { value } }`)
    await expect(ask('')).rejects.toThrow('no such key figure')
    expect((await ask(under('figure'))).kpi.value).toBeGreaterThan(0)
  })
})

describe('a fork', () => {
  test('in the past knows nothing of what came later', async () => {
    const facts = await wholeLog()
    const early = facts.find(({ type }) => type === 'StopClassified')!.position - 1
    await create('early', [], { at: early })
    const ask = (at: string) =>
      plant.ask(`{ downtimePareto(scope: ["S1"], ${WINDOW} ${at}) { bars { id durationMs } } }`)
    expect(await ask(under('early'))).toEqual(await ask(`asKnownAt: { position: ${early} }`))
    expect(await ask(under('early'))).not.toEqual(await ask(''))
  })

  test('is refused where an assumption is, by the rule and its number', async () => {
    const rush = {
      type: 'ReleaseOrder',
      input: {
        orderId: 'PO-1',
        materialId: 'x',
        quantity: 1,
        unit: 'C62',
        operations: [{ operationId: '1', sequence: 0, name: 'a', workCentreId: 'LINE' }],
      },
    }
    expect(await create('twice', [rush])).toMatchObject({ __typename: 'Rejected' })
    expect((await create('twice', [rush])).message).toMatch(/^assumptions\.0 ReleaseOrder: /)
    expect(await create('odd', [{ type: 'Nothing', input: {} }])).toMatchObject({
      message: 'assumptions.0.type Nothing cannot be assumed.',
    })
    expect(
      await create('odd', [{ type: 'ForgetPerson', input: { personId: 'P1' } }]),
    ).toMatchObject({
      code: 'InvalidInput',
    })
    expect(await create('same', [])).toMatchObject({ code: 'ScenarioExists' })
    expect(await create('far', [], { at: 1_000_000 })).toMatchObject({ code: 'InvalidInput' })
  })

  test('is kept, listed and dropped, by whom it concerns', async () => {
    const reading: Principal = {
      actor: 'r',
      scopes: new Set(['read:planning', 'read:kpi']),
      sites: ['S2'],
    }
    expect(await create('mine', [], { as: reading })).toMatchObject({ code: 'Forbidden' })
    expect((await plant.ask('{ scenarios { scenarioId } }', reading)).scenarios).toEqual([])
    expect(
      (await plant.ask('{ scenario(scenarioId: "same") { name } }', reading)).scenario,
    ).toBeNull()
    const nobody: Principal = {
      actor: 'n',
      scopes: new Set(['read:kpi', 'read:site']),
      sites: null,
    }
    await expect(plant.ask('{ scenarios { scenarioId } }', nobody)).rejects.toThrow('read:planning')
    const { keepScenario } = await plant.ask(
      'mutation { keepScenario(scenarioId: "same") { ... on Scenario { kept } } }',
    )
    expect(keepScenario).toEqual({ kept: true })
    await plant.ask('mutation { dropScenario(scenarioId: "early") { __typename } }')
    const ids = (await plant.ask('{ scenarios { scenarioId } }')).scenarios
    expect(ids).toContainEqual({ scenarioId: 'same' })
    expect(ids).not.toContainEqual({ scenarioId: 'early' })
  })
})

describe('the coming days under an assumption', () => {
  const run = async (scenarioId: string, args = '') => {
    const stream = await plant.listen(`subscription {
      scenarioRun(scenarioId: "${scenarioId}", replications: 40 ${args}) {
        done total result { replications fittedTo failures movedCount
          kpis { measure base { mean } scenario { mean } difference { mean halfWidth } }
          orders { orderId flips base { p50 onTime } scenario { p50 onTime } }
          moved { orderId operationId baseStart scenarioStart }
          calibration { coverage80 nullReason } } } }`)
    const seen: any[] = []
    for await (const { data, errors } of stream) {
      if (errors) throw errors[0]
      seen.push(data.scenarioRun)
    }
    return seen
  }

  test('a rush order comes first, which is told by pairs', async () => {
    const head = await plant.services.store.head()
    await create('rush', [
      {
        type: 'ReleaseOrder',
        input: {
          ...{ orderId: 'RUSH', materialId: 'gear', quantity: 60, unit: 'C62', priority: 1 },
          operations: [
            {
              ...{ operationId: '10', sequence: 1, name: 'Mill', workCentreId: 'LINE' },
              ...{ setupTimeMs: 0, runTimeMsPerUnit: 60_000 },
            },
          ],
        },
      },
    ])
    const seen = await run('rush')
    expect(seen[0]).toEqual({ done: 0, total: 80, result: null })
    expect(seen.map(({ done }) => done)).toEqual(
      seen.map(({ done }) => done).toSorted((a, b) => a - b),
    )
    const { result } = seen.at(-1)
    expect(result.replications).toBe(40)
    const rush = result.orders.find(({ orderId }: any) => orderId === 'RUSH')
    expect(rush.base).toBeNull()
    expect(rush.scenario.p50).toMatch(/^2030-01-01T0[01]/)
    const done = result.kpis.find(({ measure }: any) => measure === 'ORDERS_DONE')
    expect(done.difference).toEqual({ mean: 1, halfWidth: 0 })
    expect(result.calibration).toMatchObject({ coverage80: null })
    expect(result.calibration.nullReason).toContain('it takes 5')
    expect(await plant.services.store.head()).toBe(head)
  })

  test('nothing assumed, nothing different', async () => {
    await create('nothing', [])
    const { result } = (await run('nothing', 'policy: RULE, rule: EDD')).at(-1)
    expect(result.kpis.every(({ difference }: any) => (difference.mean ?? 0) === 0)).toBe(true)
    expect(result).toMatchObject({ movedCount: 0, moved: [] })
    expect(result.orders.every(({ flips }: any) => !flips)).toBe(true)
  })

  test('can be given up, and asks for no more than it may', async () => {
    const stream = await plant.listen(
      'subscription { scenarioRun(scenarioId: "nothing", replications: 1000) { done } }',
    )
    expect((await stream.next()).done).toBe(false)
    expect((await stream.return(undefined)).done).toBe(true)
    await expect(run('nothing', 'horizonDays: 61')).rejects.toThrow('horizonDays 61')
    await expect(run('unknown')).rejects.toThrow('no such one')
  })
})

test('bottlenecks of the hours to come, and what ten percent on one machine would give', async () => {
  const { bottleneckForecast } = await plant.ask(`{
    bottleneckForecast(site: "S1", hours: 4, replications: 40, faster: "M1") {
      hours { from machines { equipmentId probability } warning leadTimeHours }
      sensitivity { mean halfWidth } } }`)
  // One operation of 100 minutes with an hour of setup is all that is open, on M1.
  const [first] = bottleneckForecast.hours
  expect(first).toMatchObject({
    from: '2030-01-01T00:00:00.000Z',
    machines: [{ equipmentId: 'M1', probability: 1 }],
    ...{ warning: 'M1', leadTimeHours: 0 },
  })
  expect(bottleneckForecast.hours.slice(1).every(({ warning }: any) => warning === null)).toBe(true)
  expect(bottleneckForecast.sensitivity.mean).toBeGreaterThan(0.08)
  expect(bottleneckForecast.sensitivity.mean).toBeLessThan(0.1)
})
