/* Defects that other systems really have, each as a test of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { context, on, stopsPlant, type Fact } from '../support/stops-plant.ts'

type Plant = Awaited<ReturnType<typeof stopsPlant>>
let plant: Plant['plant']
let done: Plant['done']
let facts: Plant['facts']
let stops: Plant['stops']
let timeline: Plant['timeline']
let shown: Plant['shown']
let classify: Plant['classify']

beforeAll(async () => {
  ;({ plant, done, facts, stops, timeline, shown, classify } = await stopsPlant())
})
afterAll(() => plant?.end())

test('a stop that is never closed is open, and what was said of it never attaches to later stops', async () => {
  await facts('OPEN', ['07:00', 'RUNNING'], ['08:00', 'IDLE'])
  await classify('OPEN', ['08:00', null], { reasonId: 'JAM' }, on('08:20'))
  const [open] = await stops(`equipmentIds: ["OPEN"], from: "${on('00:00')}", to: "${on('09:00')}"`)
  expect(open).toMatchObject({ from: on('08:00'), classification: { reason: { reasonId: 'JAM' } } })
  await facts('OPEN', ['08:30', 'DataGapStarted'], ['10:45', 'IDLE'], ['11:45', 'RUNNING'])
  expect(await shown('OPEN')).toEqual(['08:00-08:30 STOP JAM', '10:45-11:45 STOP'])
})

test('of two people who classify the same stop the second is told so, and nothing is lost', async () => {
  await facts('TWO', ['07:00', 'RUNNING'], ['08:00', 'FAULT'], ['08:30', 'RUNNING'])
  expect(isRejection(await classify('TWO', ['08:00', '08:30'], { reasonId: 'JAM' }))).toBe(false)
  const second = { reasonId: 'MATERIAL', personId: 'P2' }
  const refused = await classify('TWO', ['08:00', '08:30'], second)
  expect(refused).toMatchObject({ rejected: 'ChangedMeanwhile' })
  const where = `equipmentIds: ["TWO"], day: "2026-03-02"`
  const [stop] = await stops(where)
  expect(stop).toMatchObject({
    ...{ version: 1, category: 'BREAKDOWN', element: 'ADET' },
    classification: { reason: { reasonId: 'JAM', name: 'Part jammed' }, decidedBy: 'P1' },
  })
  const again = { ...second, basedOn: stop.version }
  expect(isRejection(await classify('TWO', ['08:00', '08:30'], again))).toBe(false)
  const [anew] = await stops(where, 'category version history { reason { reasonId } decidedBy }')
  expect(anew).toEqual({
    ...{ category: 'WAITING_MATERIAL', version: 2 },
    history: [
      { reason: { reasonId: 'JAM' }, decidedBy: 'P1' },
      { reason: { reasonId: 'MATERIAL' }, decidedBy: 'P2' },
    ],
  })
})

test('a stop at 01:30 belongs to the night shift of the day before', async () => {
  const tuesday = '2026-03-03'
  await facts(
    'NIGHT',
    ['23:00', 'RUNNING'],
    ['00:30', 'FAULT', {}, tuesday],
    [...(['01:00', 'RUNNING', {}, tuesday] as const)],
  )
  const [stop] = await stops('equipmentIds: ["NIGHT"], day: "2026-03-02", shiftId: "NIGHT"')
  expect(stop).toMatchObject({ from: on('00:30', tuesday), day: '2026-03-02', shiftId: 'NIGHT' })
  expect(await stops('equipmentIds: ["NIGHT"], day: "2026-03-03"')).toEqual([])
})

test('a date picked in the time zone of the plant stays that date', async () => {
  await facts('FREE', ['20:00', 'RUNNING'], ['23:30', 'IDLE'], ['23:50', 'RUNNING'])
  // 23:30 in UTC is half past midnight on Tuesday in Berlin; FREE stands in no site, so in UTC.
  expect(await stops('equipmentIds: ["FREE"], day: "2026-03-02"', 'day')).toEqual([
    { day: '2026-03-02' },
  ])
  await done(hierarchyScope, 'DefineHierarchyScope', {
    ...{ scopeId: 'FREE', level: 'AREA', parentId: 'S1', name: 'FREE', timeZone: null },
  })
  expect(await stops('equipmentIds: ["FREE"], day: "2026-03-02"', 'day')).toEqual([])
  expect(await stops('equipmentIds: ["FREE"], day: "2026-03-03"', 'day')).toEqual([
    { day: '2026-03-03' },
  ])
})

test('a pulse exactly on a shift boundary counts once', async () => {
  const pulse = (time: string): Fact => [
    ...([time, 'CounterAdvanced'] as const),
    { counter: 'parts', delta: 1, unit: 'C62' },
  ]
  await facts('PULSE', ['05:00', 'RUNNING'], pulse('12:00'), pulse('13:00'), pulse('14:00'))
  const counted = async (from: string, to: string): Promise<number> => {
    const fields = 'counters { counted { value } }'
    const { counters } = await timeline('PULSE', fields, on(from), on(to))
    return counters.reduce((sum: number, c: any) => sum + c.counted.value, 0)
  }
  // The early shift ends at 14:00 in Berlin, 13:00 in UTC.
  expect([await counted('05:00', '13:00'), await counted('13:00', '21:00')]).toEqual([1, 2])
  expect(await counted('05:00', '21:00')).toBe(3)
})

test('no data is not idle, and ends a stop', async () => {
  await facts(
    'GAP',
    ['06:00', 'RUNNING'],
    ['07:00', 'IDLE'],
    ['07:30', 'DataGapStarted'],
    [...(['08:00', 'RUNNING'] as const)],
  )
  const fields = 'totals { state durationMs } stops { from to durationMs }'
  const answer = await timeline('GAP', fields, on('07:00'), on('08:00'))
  const half = 1_800_000
  expect(answer).toEqual({
    totals: [
      { state: 'IDLE', durationMs: half },
      { state: 'NO_DATA', durationMs: half },
    ],
    stops: [{ from: on('07:00'), to: on('07:30'), durationMs: half }],
  })
})

test('a counter reset is not a negative production', async () => {
  const reading = (time: string, delta: number, shows: number, wasReset = false): Fact => [
    ...([time, 'CounterAdvanced'] as const),
    { counter: 'parts', delta, unit: 'C62', reading: shows, wasReset },
  ]
  await facts('RESET', ['06:00', 'RUNNING'], reading('06:10', 5, 105), reading('06:20', 2, 2, true))
  const fields = 'counters { counted { value } resets }'
  const answer = await timeline('RESET', fields, on('06:00'), on('07:00'))
  expect(answer.counters).toEqual([{ counted: { value: 7 }, resets: 1 }])
  const negative = { type: 'CounterAdvanced', occurredAt: on('06:30') }
  const data = { equipmentId: 'RESET', counter: 'parts', delta: -3, unit: 'C62' }
  expect((await plant.record([{ ...negative, data }], context)).quarantined).toHaveLength(1)
})

test('clock skew of a source shows as its offset; facts stay as it dated them', async () => {
  // The log's clock stands at the first moment of 2030.
  const say = async (source: string, occurredAt: string) =>
    plant.record(
      [{ type: 'EquipmentStateChanged', occurredAt, data: { equipmentId: 'SKEW', state: 'IDLE' } }],
      { ...context, source },
    )
  await say('ahead', '2030-01-01T00:00:07.000Z')
  await say('behind', '2029-12-31T23:58:00.000Z')
  await say('right', '2029-12-31T23:59:59.900Z')
  const future = await say('future', '2031-01-01T00:00:00.000Z')
  expect(future).toMatchObject({ recorded: 0, quarantined: [{}] })
  await plant.settled()
  const answer = await plant.ask(`{ sourceClocks(where: { dayFrom: "2030-01-01" },
    orderBy: { field: source, direction: ASC }) { nodes { source aheadMs behindMs facts } } }`)
  expect(answer.sourceClocks.nodes.filter((n: any) => n.source !== 'spec')).toEqual([
    { source: 'ahead', aheadMs: 7_000, behindMs: null, facts: 1 },
    { source: 'behind', aheadMs: null, behindMs: 120_000, facts: 1 },
    { source: 'right', aheadMs: null, behindMs: null, facts: 1 },
  ])
  const window = ['2029-12-31T23:58:00.000Z', '2030-01-01T00:00:10.000Z'] as const
  const { intervals } = await timeline('SKEW', 'intervals { state to }', ...window)
  expect(intervals).toEqual([
    { state: 'IDLE', to: '2030-01-01T00:00:00.000Z' },
    { state: 'NO_DATA', to: window[1] },
  ])
})
