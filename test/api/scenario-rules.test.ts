import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScenario } from '../support/scenario.ts'
import { at, whatifPlant } from '../support/whatif-plant.ts'

/** The same facts under another rule: figures of the past change by the right amount, the log does not. */
let plant: Awaited<ReturnType<typeof whatifPlant>>
let create: ReturnType<typeof createScenario>
let head: number
const DAY = `from: "${at(-24)}", to: "${at(0)}"`
const under = (scenarioId: string) => `asKnownAt: { scenario: "${scenarioId}" }`
const EARLY = at(-48)

const dia = (half: number) => ({
  ...{ planId: 'PLAN', materialId: 'gear' },
  characteristics: [
    {
      ...{ characteristicId: 'dia', name: 'Diameter', kind: 'DIAMETER', unit: 'MMT', nominal: 10 },
      ...{ lowerLimit: 10 - half, upperLimit: 10 + half },
    },
    { characteristicId: 'burr', name: 'Burr', kind: 'ATTRIBUTE' },
  ],
})
const VALUES = [10, 10, 10, 9.95, 10.05, 10.08, 10.08, 10.2, 10, 10]

beforeAll(async () => {
  plant = await whatifPlant()
  const { send, recordOne } = plant
  await send('RegisterMeter', { meterId: 'E', name: 'shared', medium: 'ELECTRICITY' }, EARLY)
  const rule = { meterId: 'E', basis: 'TIME', reason: 'by floor space' }
  const sharers = (down: number, other: number) => [
    { equipmentId: 'DOWN', weight: down },
    { equipmentId: 'OTHER', weight: other },
  ]
  await send('DefineAllocationRule', { ...rule, equipment: sharers(1, 1) }, EARLY)
  await recordOne(
    'EnergyMeasured',
    { meterId: 'E', from: at(-20), to: at(-19), energyKwh: 40 },
    at(-19),
  )
  const kpi = { siteId: 'S1', kpiId: 'mine', name: 'Mine', validFrom: EARLY }
  await send('DefineKpi', { ...kpi, formula: 'GP / IP' }, EARLY)
  await send('DefineInspectionPlan', dia(0.1), EARLY)
  for (const [i, value] of VALUES.entries())
    await send(
      'RecordInspection',
      {
        ...{ inspectionId: `I${i}`, subjectKind: 'SERIAL', subjectId: `G${i}`, planId: 'PLAN' },
        results: [
          { characteristicId: 'dia', value },
          { characteristicId: 'burr', passed: true },
        ],
      },
      at(-20 + i / 10),
    )
  await send(
    'CorrectInspectionResult',
    {
      ...{ inspectionId: 'I7', correctionId: 'k1', characteristicId: 'dia', personId: 'P1' },
      ...{ value: 10.07, reason: 'gauge' },
    },
    at(-18),
  )
  await plant.settled()
  create = createScenario(plant)
  head = await plant.services.store.head()
})
afterAll(() => plant.end())

test('an allocation rule: three quarters instead of a half', async () => {
  const equipment = [
    { equipmentId: 'DOWN', weight: 3 },
    { equipmentId: 'OTHER', weight: 1 },
  ]
  const input = { meterId: 'E', basis: 'TIME', reason: 'by power', equipment }
  await create('allocation', [{ type: 'DefineAllocationRule', input }])
  const shares = async (known: string) => {
    const { energyAllocation } = await plant.ask(
      `{ energyAllocation(meterIds: ["E"], ${DAY}, groupBy: EQUIPMENT ${known}) {
        total { value } shares { equipmentId quantity { value } } rules { version } } }`,
    )
    return energyAllocation
  }
  const groups = (down: number, other: number) => [
    { equipmentId: 'DOWN', quantity: { value: down } },
    { equipmentId: 'OTHER', quantity: { value: other } },
  ]
  const total = { value: 40 }
  expect(await shares('')).toEqual({ total, shares: groups(20, 20), rules: [{ version: 1 }] })
  expect(await shares(under('allocation'))).toEqual({
    ...{ total, shares: groups(30, 10), rules: [{ version: 2 }] },
  })
  expect(await plant.services.store.head()).toBe(head)
})

test('a key figure: pieces that failed instead of those that passed', async () => {
  const kpi = { siteId: 'S1', kpiId: 'mine', name: 'Mine', validFrom: EARLY }
  await create('figure', [{ type: 'DefineKpi', input: { ...kpi, formula: '(IP - GP) / IP' } }])
  const value = async (known: string) =>
    (await plant.ask(`{ kpi(name: "mine", scope: ["S1"], window: { ${DAY} } ${known}) { value } }`))
      .kpi.value
  expect(await value('')).toBe(1)
  expect(await value(under('figure'))).toBe(0)
  expect(await plant.services.store.head()).toBe(head)
})

describe('a quality rule', () => {
  const figures = (known: string) =>
    plant.ask(`{
      yield: kpi(name: "firstPassYield", scope: ["S1"], window: { ${DAY} } ${known}) { value }
      firstPassPareto(scope: ["S1"], window: { ${DAY} } ${known}) {
        bars { characteristicId inspected failedFirst } }
      controlChart(scope: ["S1"], window: { ${DAY} }, filter: { characteristicId: "dia" } ${known}) {
        lowerLimit upperLimit } }`)
  const bars = (failed: number, burr = true) =>
    [
      { characteristicId: 'dia', inspected: 10, failedFirst: failed },
      ...(burr ? [{ characteristicId: 'burr', inspected: 10, failedFirst: 0 }] : []),
    ].toSorted(
      (a, b) => b.failedFirst - a.failedFirst || (a.characteristicId < b.characteristicId ? -1 : 1),
    )

  test('narrower limits from the beginning on: what was measured is judged by them', async () => {
    const input = dia(0.06)
    await create('narrow', [{ type: 'DefineInspectionPlan', occurredAt: EARLY, input }])
    const [real, assumed] = [await figures(''), await figures(under('narrow'))]
    expect(real.yield.value).toBe(1)
    expect(real.firstPassPareto.bars).toEqual(bars(0))
    // Both at 10.08, and the one that was corrected to 10.07; the limits belong to the good side.
    expect(assumed.yield.value).toBe(0.7)
    expect(assumed.firstPassPareto.bars).toEqual(bars(3))
    expect(assumed.controlChart).toEqual({ lowerLimit: 9.94, upperLimit: 10.06 })
    expect(await figures('')).toEqual(real)
    expect(await plant.services.store.head()).toBe(head)
  })

  test('that holds from the middle on leaves what was judged before', async () => {
    const input = dia(0.06)
    await create('later', [{ type: 'DefineInspectionPlan', occurredAt: at(-19.35), input }])
    expect((await figures(under('later'))).firstPassPareto.bars).toEqual(bars(1))
  })

  test('that holds from the fork on changes nothing of the past', async () => {
    await create('now', [{ type: 'DefineInspectionPlan', input: dia(0.06) }])
    expect(await figures(under('now'))).toEqual(await figures(''))
  })

  test('without a characteristic counts no results of it', async () => {
    const { characteristics, ...plan } = dia(0.1)
    const input = { ...plan, characteristics: characteristics.slice(0, 1) }
    await create('fewer', [{ type: 'DefineInspectionPlan', occurredAt: EARLY, input }])
    expect((await figures(under('fewer'))).firstPassPareto.bars).toEqual(bars(0, false))
  })
})
