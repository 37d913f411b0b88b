import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/api/authorise.ts'
import { analysedPlant } from '../support/analysis-plant.ts'
import { createScenario } from '../support/scenario.ts'

let plant: Awaited<ReturnType<typeof analysedPlant>>
const WINDOW = 'window: { from: "2026-03-03T00:00:00Z", to: "2026-03-04T00:00:00Z" }'

const wholeLog = () => plant.services.store.readAll({ from: 0, limit: 100_000 })

let create: ReturnType<typeof createScenario>
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
  create = createScenario(plant)
})
afterAll(() => plant.end())

describe('the past under another rule', () => {
  test('with nothing assumed it is history', async () => {
    const made = await create('same', [])
    expect(made).toMatchObject({ __typename: 'Scenario', kept: false, assumptions: [] })
    expect(await figures(under('same'))).toEqual(await figures(''))
  })

  test('half the ideal cycle time halves the OEE of its machine, and nothing in the log', async () => {
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
    const ofM1 = ({ oee }: any) =>
      oee.groups.find(({ keys }: any) => keys.some(({ id }: any) => id === 'M1')).value
    // The order says a minute a piece; half of that makes half of it.
    expect(ofM1(assumed)).toBeCloseTo(ofM1(real) / 2, 12)
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
