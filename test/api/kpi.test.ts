import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandEnvelope } from '../../src/domain/command.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0

async function wish(
  command: { type: string; [field: string]: unknown },
  occurredAt: string,
): Promise<void> {
  const decider = deciders.find((d) => command.type in d.commands)!
  const envelope: CommandEnvelope = {
    ...{ commandId: `k${commands++}`, actor: 'spec', site: 'S1', source: 'spec', occurredAt },
  }
  const outcome = await plant.execute(decider, command, envelope)
  if (isRejection(outcome)) throw new Error(outcome.why)
}
const say = (type: string, data: object, occurredAt: string) =>
  plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
const state = (equipmentId: string, at: string, what: string) =>
  say('EquipmentStateChanged', { equipmentId, state: what }, `2026-03-03T${at}:00Z`)

const HOUR = 3_600_000
/** A Tuesday: early shift 06:00 to 14:00 in Berlin, a break from 10:00 to 10:30. */
const DAY = 'window: { from: "2026-03-02T23:00:00Z", to: "2026-03-03T23:00:00Z" }'
const VALUE = 'value numerator denominator coverage nullReason'
const kpi = async (name: string, args = `scope: ["S1"], ${DAY}`, fields = VALUE) =>
  (await plant.ask(`{ kpi(name: "${name}", ${args}) { ${fields} } }`)).kpi
const elements = async (args?: string): Promise<Record<string, number>> => {
  const { elements: all } = await kpi('oee', args, 'elements { id value }')
  return Object.fromEntries(all.map((e: any) => [e.id, e.value]))
}

beforeAll(async () => {
  plant = await plantWithApi(projections)
  const before = '2026-03-01T00:00:00Z'
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish(
      {
        ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId },
        timeZone: level === 'SITE' ? 'Europe/Berlin' : null,
      },
      before,
    )
  await scope('S1', 'SITE', null)
  await scope('HALL', 'AREA', 'S1')
  await scope('LINE', 'WORK_CENTRE', 'HALL')
  await scope('M1', 'WORK_UNIT', 'LINE')
  await scope('M2', 'WORK_UNIT', 'LINE')
  const onSite = { scopeId: 'S1', kind: 'EQUIPMENT' }
  await wish({ type: 'DefineCalendar', ...onSite, name: 'Ulm', timeZone: 'Europe/Berlin' }, before)
  const shift = {
    ...{ shiftId: 'EARLY', name: 'Early', start: '06:00', end: '14:00', days: [0, 1, 2, 3, 4] },
    breaks: [{ start: '10:00', end: '10:30' }],
  }
  await wish(
    {
      type: 'ChangeShiftPattern',
      ...onSite,
      from: '2026-03-02',
      pattern: { shifts: [shift] },
    },
    before,
  )
  const routing = [
    {
      operationId: '10',
      sequence: 0,
      name: 'Mill',
      workCentreId: 'LINE',
      runTimeMsPerUnit: 60_000,
    },
  ]
  await wish(
    {
      ...{ type: 'ReleaseOrder', orderId: 'PO-1', materialId: 'gear', quantity: 300, unit: 'C62' },
      operations: routing,
    },
    before,
  )
  // In Berlin an hour later: on the machine from 06:00 to 12:00.
  const on = { orderId: 'PO-1', operationId: '10', personId: 'P1' }
  await wish(
    { type: 'StartOperation', ...on, equipmentId: 'M1', activity: 'SETUP' },
    '2026-03-03T05:00:00Z',
  )
  await state('M1', '05:00', 'SETUP')
  await state('M1', '06:00', 'RUNNING')
  await wish({ type: 'ChangeActivity', ...on, activity: 'PRODUCTION' }, '2026-03-03T06:00:00Z')
  await state('M1', '08:00', 'FAULT')
  await state('M1', '08:30', 'RUNNING')
  await state('M1', '11:00', 'IDLE')
  await wish({ type: 'CompleteOperation', ...on }, '2026-03-03T11:00:00Z')
  await say(
    'CounterAdvanced',
    { equipmentId: 'M1', counter: 'parts', delta: 200, unit: 'C62' },
    '2026-03-03T10:59:00Z',
  )
  await plant.settled()
})
afterAll(() => plant.end())

describe('key figures of a shift', () => {
  test('elements', async () => {
    const all = await elements(`scope: ["M1"], ${DAY}`)
    expect(all).toMatchObject({
      ...{ POT: 7.5 * HOUR, PDOT: 0, PBT: 7.5 * HOUR },
      ...{ AUST: HOUR, APT: 4 * HOUR, ADET: 0.5 * HOUR, ADOT: 2 * HOUR },
      ...{ FE: 1, TTR: 0.5 * HOUR, PQ: 200, GQ: 200, PRI_PQ: 200 * 60_000 },
    })
  })
  test('OEE is a ratio of sums; what was never heard of lowers coverage', async () => {
    const numerator = 200 * 60_000
    expect(await kpi('oee', `scope: ["M1"], ${DAY}`)).toEqual({
      ...{ value: numerator / (7.5 * HOUR), numerator, denominator: 7.5 * HOUR },
      ...{ coverage: 1, nullReason: null },
    })
    expect(await kpi('oee')).toMatchObject({ numerator, denominator: 7.5 * HOUR, coverage: 0.5 })
  })
  test('told apart by machine, order and person', async () => {
    const by = (dimension: string, name: string) =>
      kpi(
        name,
        `scope: ["S1"], ${DAY}, groupBy: [${dimension}]`,
        'groups { keys { id } value nullReason coverage }',
      )
    expect((await by('EQUIPMENT', 'availability')).groups).toEqual([
      { keys: [{ id: 'M1' }], value: 4 / 7.5, nullReason: null, coverage: 1 },
      { keys: [{ id: 'M2' }], value: null, nullReason: 'PBT is zero.', coverage: 0 },
    ])
    expect((await by('ORDER', 'availability')).groups).toMatchObject([
      { keys: [{ id: 'PO-1' }], value: 4 / 5.5 },
    ])
    expect((await by('PERSON', 'setupRatio')).groups).toMatchObject([
      { keys: [{ id: 'P1' }], value: 1 / 5 },
    ])
  })
  test('a page of facts stands behind each number, each fact once', async () => {
    const page = async (after: string) =>
      (
        await kpi(
          'oee',
          `scope: ["M1"], ${DAY}`,
          `events(first: 4 ${after}) { nodes { position id type } pageInfo { hasNextPage endCursor } }`,
        )
      ).events
    const all: any[] = []
    for (let after = ''; ;) {
      const { nodes, pageInfo } = await page(after)
      all.push(...nodes)
      if (!pageInfo.hasNextPage) break
      after = `, after: ${JSON.stringify(pageInfo.endCursor)}`
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const inOrder = (a: string, b: string) => a.localeCompare(b)
    expect(all.map(({ type }) => type).toSorted(inOrder)).toEqual(
      [
        ...['CalendarDefined', 'ShiftPatternChanged', 'CounterAdvanced'],
        ...Array(5).fill('EquipmentStateChanged'),
        ...['OrderReleased', 'OperationStarted', 'OperationActivityChanged'],
        ...['OperationCompleted', 'OrderCompleted'],
      ].toSorted(inOrder),
    )
  })
  test('at a moment: what happened later is left out', async () => {
    const at = `scope: ["M1"], ${DAY}, at: "2026-03-03T07:00:00Z"`
    expect(await elements(at)).toMatchObject({ AUST: HOUR, APT: HOUR, PQ: 0, POT: 2 * HOUR })
  })
  test('as the log knew it: what was recorded later is left out, however late it happened', async () => {
    const now = await elements(`scope: ["M1"], ${DAY}`)
    const { events } = await plant.ask(`{ events(first: 1) { nodes { position } } }`)
    const position = events.nodes[0].position
    await state('M1', '10:00', 'FAULT')
    await plant.settled()
    expect((await elements(`scope: ["M1"], ${DAY}`))['TTR']).toBe(1.5 * HOUR)
    const known = `scope: ["M1"], ${DAY}, asKnownAt: { position: "${position}" }`
    expect(await elements(known)).toEqual(now)
  })
})

describe('definitions', () => {
  test('the 34 of the standard, as data', async () => {
    const { kpiDefinitions } = await plant.ask(
      `{ kpiDefinitions(standardOnly: true) { id number formula unit trend elements { id } } }`,
    )
    expect(kpiDefinitions.map((d: any) => d.number)).toEqual(
      Array.from({ length: 34 }, (_, i) => i + 1),
    )
    expect(kpiDefinitions[7]).toMatchObject({ id: 'availability', formula: 'APT / PBT' })
  })
  test("a figure of a site's own, by the version of its time", async () => {
    const define = (formula: string, validFrom: string) =>
      wish(
        {
          ...{ type: 'DefineKpi', siteId: 'S1', kpiId: 'use', name: 'Use', formula, validFrom },
        },
        validFrom,
      )
    await define('(APT + AUST) / PBT', '2026-01-01T00:00:00Z')
    await define('APT', '2026-06-01T00:00:00Z')
    await plant.settled()
    const own = await kpi(
      'use',
      `scope: ["M1"], ${DAY}, at: "2026-03-03T09:00:00Z"`,
      'value formula',
    )
    expect(own).toEqual({ value: 3.5 / 4, formula: '(APT + AUST) / PBT' })
    await expect(define('constructor', '2026-07-01T00:00:00Z')).rejects.toThrow(
      'constructor is none',
    )
    await expect(define('a.b()', '2026-07-01T00:00:00Z')).rejects.toThrow('formula')
    await expect(kpi('nothing')).rejects.toThrow('no such key figure')
  })
})
