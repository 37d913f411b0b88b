import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analysedPlant, HOUR, time } from '../support/analysis-plant.ts'

let plant: Awaited<ReturnType<typeof analysedPlant>>
const MINUTE = 60_000
const DAY = 'window: { from: "2026-03-03T00:00:00Z", to: "2026-03-04T00:00:00Z" }'
/** One page after the other: what the facts behind a field are. */
async function behind(field: string, pick: (data: any) => any): Promise<readonly any[]> {
  const all: any[] = []
  for (let after = ''; ;) {
    const page = `events(first: 4${after}) { nodes { id type } pageInfo { hasNextPage endCursor } }`
    const { nodes, pageInfo } = pick(await plant.ask(`{ ${field} { ${page} } }`)).events
    all.push(...nodes)
    if (!pageInfo.hasNextPage) break
    after = `, after: ${JSON.stringify(pageInfo.endCursor)}`
  }
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  return all.map(({ type }) => type)
}

beforeAll(async () => {
  plant = await analysedPlant()
})
afterAll(() => plant.end())

describe('where the time went', () => {
  const bars = async (field: string, args = '') =>
    (await plant.ask(`{ timeLosses(scope: ["LINE"], ${DAY}${args}) { ${field} } }`)).timeLosses
  test('every loss by its name; together two machines for a day', async () => {
    const { bars: all, groups } = await bars(
      'bars { id kind durationMs } groups { keys { id } bars { id kind durationMs } }',
      ', groupBy: [EQUIPMENT]',
    )
    const ms = Object.fromEntries(all.map((b: any) => [b.id, b.durationMs]))
    expect(ms).toMatchObject({
      ...{ CALENDAR: 48 * HOUR, NO_DATA: 10 * HOUR, SETUP: HOUR, FAULT: 50 * MINUTE },
      ...{ WAITING: 15 * MINUTE, NO_ORDER: 28 * HOUR, APT: 7 * HOUR + 55 * MINUTE },
    })
    const lost = all.filter((b: any) => b.kind === 'LOSS').map((b: any) => b.durationMs)
    expect(lost.reduce((a: number, b: number) => a + b, 0)).toBe(48 * HOUR - all.at(-1).durationMs)
    expect(groups.map((g: any) => [g.keys[0].id, g.bars[0].durationMs])).toEqual([
      ['M1', 24 * HOUR],
      ['M2', 24 * HOUR],
    ])
  })
  test('the facts behind it', async () => {
    const types = await behind(`timeLosses(scope: ["M1"], ${DAY})`, (d) => d.timeLosses)
    expect(types.filter((type) => type === 'EquipmentStateChanged')).toHaveLength(9)
  })
})

describe('why machines stood still', () => {
  const chart = async (args: string, fields = 'id durationMs count share cumulativeShare') =>
    (
      await plant.ask(`{ downtimePareto(scope: ["M1"], ${DAY}, ${args}) {
        durationMs count bars { ${fields} } } }`)
    ).downtimePareto
  test('by reason, at the level of the tree that is asked for', async () => {
    const { bars, durationMs, count } = await chart('by: REASON', 'id name durationMs count')
    expect(bars).toEqual([
      { id: 'NO_ORDER', name: 'NO_ORDER', durationMs: 11 * HOUR, count: 1 },
      { id: 'SETUP', name: 'SETUP', durationMs: HOUR, count: 1 },
      { id: 'spindle', name: 'the spindle', durationMs: 30 * MINUTE, count: 1 },
      { id: 'coolant', name: 'the coolant', durationMs: 20 * MINUTE, count: 1 },
      { id: 'WAITING_OTHER', name: 'WAITING_OTHER', durationMs: 15 * MINUTE, count: 1 },
    ])
    const { kpi } = await plant.ask(`{ kpi(name: "oee", scope: ["M1"], ${DAY}) {
      elements { id value } } }`)
    const e = Object.fromEntries(kpi.elements.map((one: any) => [one.id, one.value]))
    expect([durationMs, count]).toEqual([e.PBT - e.APT, 5])
    const top = await chart('by: REASON, level: 1, weight: COUNT', 'id durationMs count share')
    expect(top.bars[0]).toEqual({ id: 'technical', durationMs: 50 * MINUTE, count: 2, share: 0.4 })
  })
  test('as the log knew it before somebody said why', async () => {
    const { events } = await plant.ask(`{ events(first: 500) { nodes { position type } } }`)
    const first = events.nodes
      .filter((e: any) => e.type === 'StopClassified')
      .map((e: any) => Number(e.position))
      .toSorted((a: number, b: number) => a - b)[0]
    const known = `by: REASON, asKnownAt: { position: "${first - 1}" }`
    const { bars } = await chart(known, 'id durationMs')
    expect(bars).toContainEqual({ id: 'BREAKDOWN', durationMs: 50 * MINUTE })
  })
  test('the facts behind it name who said why', async () => {
    const types = await behind(`downtimePareto(scope: ["M1"], ${DAY})`, (d) => d.downtimePareto)
    expect(types.filter((type) => type === 'StopClassified')).toHaveLength(2)
    expect(types).toContain('StopReasonDefined')
  })
})

test('orders against their plan', async () => {
  const { ordersAgainstPlan } = await plant.ask(`{ ordersAgainstPlan(scope: ["LINE"], ${DAY},
    at: "2026-03-03T14:00:00Z") { orderId latenessMs plannedMs workedMs leadTimeMs operations {
      name plannedSetupMs plannedRunMs earnedRunMs setupMs runMs waitMs interruptedMs
      good { value } scrap { value } } } }`)
  expect(ordersAgainstPlan).toEqual([
    {
      ...{ orderId: 'PO-1', latenessMs: 3 * HOUR, plannedMs: 2 * HOUR + 200 * MINUTE },
      ...{ workedMs: 8 * HOUR, leadTimeMs: 10 * HOUR },
      operations: [
        {
          ...{ name: 'Mill', plannedSetupMs: HOUR, plannedRunMs: 100 * MINUTE },
          ...{ earnedRunMs: 96 * MINUTE, setupMs: HOUR, runMs: 7 * HOUR, waitMs: HOUR },
          ...{ interruptedMs: 0, good: { value: 85 }, scrap: { value: 8 } },
        },
        expect.objectContaining({ name: 'Wash', waitMs: null, runMs: 0, earnedRunMs: 0 }),
      ],
    },
  ])
  const types = await behind(
    `ordersAgainstPlan(scope: ["LINE"], ${DAY})`,
    ({ ordersAgainstPlan: [one] }) => one,
  )
  expect(types).toContain('OrderReleased')
})

test('the bottleneck of a day, over time', async () => {
  const { bottlenecks } = await plant.ask(`{ bottlenecks(scope: ["LINE"], ${DAY}) {
    primary byUtilisation plannedMs machines { equipmentId soleMs shiftingMs episodes }
    momentary { from to equipmentId shiftingWith } } }`)
  expect(bottlenecks).toMatchObject({ primary: 'M1', byUtilisation: 'M1', plannedMs: 19 * HOUR })
  expect(bottlenecks.machines).toEqual([
    ...[{ equipmentId: 'M1', soleMs: 7.75 * HOUR, shiftingMs: 0, episodes: 2 }],
    ...[{ equipmentId: 'M2', soleMs: 0, shiftingMs: 0, episodes: 0 }],
  ])
  expect(bottlenecks.momentary[0]).toEqual({
    ...{ from: time('05:00'), to: time('12:00'), equipmentId: 'M1', shiftingWith: null },
  })
})

test('quality: scrap by reason, first passes by characteristic', async () => {
  const { scrapPareto, firstPassPareto } = await plant.ask(`{
    scrapPareto(scope: ["LINE"], ${DAY}) { bars { id unit scrap rework cumulativeShare } }
    firstPassPareto(scope: ["LINE"], ${DAY}) { bars {
      name inspected failedFirst repeated failedAgain firstPassYield share } } }`)
  expect(scrapPareto.bars).toEqual([
    { id: 'crack', unit: 'C62', scrap: 6, rework: 0, cumulativeShare: 0.75 },
    { id: 'burr', unit: 'C62', scrap: 2, rework: 3, cumulativeShare: 1 },
  ])
  expect(firstPassPareto.bars).toEqual([
    {
      ...{ name: 'Diameter', inspected: 18, failedFirst: 1, repeated: 2, failedAgain: 0 },
      ...{ firstPassYield: 17 / 18, share: 1 },
    },
  ])
})

test('a control chart finds the value that is out of control', async () => {
  const field = (more: string) => `controlChart(scope: ["S1"], ${DAY},
    filter: { characteristicId: "dia"${more} }, baselinePoints: 15)`
  const { controlChart } = await plant.ask(`{ ${field('')} { kind upperLimit values { centre }
    points { value } out: points(signalsOnly: true) { value subjectIds signals { rule } } } }`)
  expect(controlChart).toMatchObject({ kind: 'I_MR', upperLimit: 10.1, values: { centre: 10.01 } })
  expect(controlChart.points).toHaveLength(20)
  const outside = controlChart.out.filter((p: any) => p.signals.some((s: any) => s.rule === 'WE1'))
  expect(outside).toMatchObject([{ value: 10.4, subjectIds: ['G17'] }])
  const types = await behind(field(''), (d) => d.controlChart)
  expect(types).toEqual(Array(20).fill('InspectionRecorded'))
  const groups = await plant.ask(`{ ${field(', subgroupSize: 5')} { kind points { range } } }`)
  expect(groups.controlChart).toMatchObject({ kind: 'XBAR_R' })
  expect(groups.controlChart.points).toHaveLength(4)
})

describe('a trend', () => {
  beforeAll(async () => {
    // From 16 March on it runs 20 hours a day, before that 12, with some minutes more or less.
    for (let day = 4; day <= 28; day++) {
      const date = `2026-03-${String(day).padStart(2, '0')}`
      const ends = day < 16 ? 12 : 20
      const facts = [
        [`${date}T00:00:00.000Z`, 'RUNNING'],
        [`${date}T${ends}:${String((day * 7) % 10).padStart(2, '0')}:00.000Z`, 'IDLE'],
      ] as const
      for (const [at, what] of facts)
        await plant.say('EquipmentStateChanged', { equipmentId: 'M2', state: what }, at)
    }
    await plant.settled()
  })
  const trend = async (by: string, fields: string) =>
    (
      await plant.ask(`{ kpiTrend(name: "availability", scope: ["M2"], by: ${by},
        window: { from: "2026-03-04T00:00:00Z", to: "2026-03-29T00:00:00Z" }) { ${fields} } }`)
    ).kpiTrend
  test('by day, with the day on which the level changed', async () => {
    const { points, significance } = await trend(
      'DAY',
      'significance points { id value change { before after pValue } }',
    )
    expect([points.length, significance]).toEqual([25, 0.01])
    expect(points.filter((p: any) => p.change)).toEqual([
      {
        ...{ id: '2026-03-16', value: expect.closeTo(20 / 24, 2) },
        change: {
          before: expect.closeTo(0.5, 2),
          after: expect.closeTo(20 / 24, 2),
          pValue: 0.001,
        },
      },
    ])
  })
  test('by week, from Monday on; each is a ratio of sums', async () => {
    const { points } = await trend(
      'WEEK',
      'points { id value numerator denominator change { after } }',
    )
    expect(points.map((p: any) => p.id)).toEqual([
      ...['2026-03-02', '2026-03-09', '2026-03-16', '2026-03-23'],
    ])
    expect(points[1].denominator).toBe(7 * 24 * HOUR)
    expect(points[1].value).toBe(points[1].numerator / points[1].denominator)
  })
})

test('arguments that make no sense are refused by name', async () => {
  const refused = (field: string) => expect(plant.ask(`{ ${field} { __typename } }`)).rejects
  await refused(`downtimePareto(scope: ["M1"], ${DAY}, level: 0)`).toThrow('level 0')
  await refused(`bottlenecks(scope: ["M1"], ${DAY}, ignoreGapMs: -1)`).toThrow('ignoreGapMs -1')
  await refused(`kpiTrend(name: "oee", scope: ["M1"], ${DAY}, significance: 2)`).toThrow('0.001')
  await refused(`controlChart(scope: ["S1"], ${DAY}, filter: {})`).toThrow('characteristicId')
  await refused(
    `timeLosses(scope: ["M1"], window: { from: "2026-03-03T00:00:00Z", to: "2026-03-03T00:00:00Z" })`,
  ).toThrow('window.to')
})
