import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '../../src/commands/record.ts'
import { calendar } from '../../src/domain/calendar/calendar.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { cycleTime } from '../../src/domain/equipment/cycle-time.ts'
import { stopDay } from '../../src/domain/equipment/stop-day.ts'
import { stopReasons } from '../../src/domain/equipment/stop-reasons.ts'
import { stopRule } from '../../src/domain/equipment/stop-rule.ts'
import { order } from '../../src/domain/production/order.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { calendars } from '../../src/projections/calendar/calendars.ts'
import { equipmentCounters } from '../../src/projections/equipment/counters.ts'
import { equipmentCurrent } from '../../src/projections/equipment/current.ts'
import { cycleTimes } from '../../src/projections/equipment/cycle-times.ts'
import { sourceClocks } from '../../src/projections/equipment/source-clocks.ts'
import { equipmentStateTimes } from '../../src/projections/equipment/state-times.ts'
import { stopDecisions } from '../../src/projections/equipment/stop-decisions.ts'
import { stopReasonTree } from '../../src/projections/equipment/stop-reasons.ts'
import { stopRules } from '../../src/projections/equipment/stop-rules.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { runningClocks } from '../../src/projections/production/running-clocks.ts'
import { workClocks } from '../../src/projections/production/work-clocks.ts'
import { hierarchy } from '../../src/projections/site/hierarchy.ts'
import { plantWithApi } from '../support/api.ts'

/**
 * A plant in Berlin of three shifts. Machines of area A work by its calendar, machine `FREE` stands
 * where no calendar says anything. Every test has a machine of its own.
 */
let plant: Awaited<ReturnType<typeof plantWithApi>>
const context = { source: 'spec', site: 'S1', actor: 'spec' }
let sent = 0

const send = async (decider: Decider, type: string, input: object, occurredAt?: string) => {
  const envelope = { ...context, commandId: `c${sent++}`, ...(occurredAt ? { occurredAt } : {}) }
  return plant.execute(decider, { type, ...input }, envelope)
}
const done = async (...given: Parameters<typeof send>): Promise<number> => {
  const outcome = await send(...given)
  if (isRejection(outcome)) throw new Error(outcome.why)
  return outcome.position
}

/** Moments of 2026-03-02, a Monday, in UTC; Berlin is an hour ahead. */
const on = (time: string, day = '2026-03-02'): string => `${day}T${time}:00.000Z`
type Fact = readonly [time: string, type: string, data?: object, day?: string]
const facts = async (equipmentId: string, ...all: readonly Fact[]): Promise<number> => {
  const items = all.map(([time, type, data = {}, day]): Observation => ({
    ...(/^[A-Z_]+$/.test(type)
      ? { type: 'EquipmentStateChanged', data: { equipmentId, state: type } }
      : { type, data: { equipmentId, ...data } }),
    occurredAt: on(time, day),
  }))
  const { recorded, quarantined, position } = await plant.record(items, context)
  if (recorded !== items.length) throw new Error(JSON.stringify(quarantined))
  await plant.settled()
  return position
}

const FIELDS = `startedAt from to durationMs kind state day shiftId version category element
  classification { reason { reasonId name } decidedBy decidedAt comment }`
const stops = async (where: string, fields = FIELDS): Promise<any[]> => {
  await plant.settled()
  return (await plant.ask(`{ stops(where: { ${where} }) { nodes { ${fields} } } }`)).stops.nodes
}
const timeline = async (
  equipmentId: string,
  fields: string,
  from: string,
  to: string,
  more = '',
) => {
  await plant.settled()
  const answer = await plant.ask(`{ equipmentTimeline(equipmentId: "${equipmentId}",
    from: "${from}", to: "${to}" ${more}) { ${fields} } }`)
  return answer.equipmentTimeline
}
/** Stops of one machine on the Monday, oldest first, as `hh:mm-hh:mm KIND reason`. */
const shown = async (equipmentId: string): Promise<string[]> => {
  const found = await stops(
    `equipmentIds: ["${equipmentId}"], from: "${on('00:00')}", to: "${on('23:59', '2026-03-03')}"`,
  )
  return found
    .map((s) =>
      [
        `${s.from.slice(11, 16)}-${s.to?.slice(11, 16) ?? ''}`,
        s.kind,
        s.classification?.reason.reasonId,
      ]
        .filter(Boolean)
        .join(' '),
    )
    .reverse()
}

const classify = (
  equipmentId: string,
  [from, to]: readonly [string, string | null],
  more: { reasonId: string; basedOn?: number; personId?: string; startedAt?: string },
  at = on('12:00'),
) =>
  send(
    stopDay,
    'ClassifyStop',
    {
      ...{ equipmentId, from: on(from), to: to && on(to), startedAt: on(more.startedAt ?? from) },
      ...{ basedOn: 0, personId: 'P1', decisionId: `d${sent}`, ...more },
      startedAt: on(more.startedAt ?? from),
    },
    at,
  )

beforeAll(async () => {
  plant = await plantWithApi([
    ...[calendars, cycleTimes, equipmentCounters, equipmentCurrent, equipmentStateTimes],
    ...[equipmentTimeline, hierarchy, orders, runningClocks, sourceClocks, stopDecisions],
    ...[stopReasonTree, stopRules, workClocks],
  ])
  const machines = ['OPEN', 'TWO', 'NIGHT', 'PULSE', 'GAP', 'RESET', 'LATE', 'CUT', 'SLOW', 'SKEW']
  const nodes = [
    ['S1', 'SITE', null],
    ['A', 'AREA', 'S1'],
    ...machines.map((id) => [id, 'WORK_CENTRE', 'A']),
  ]
  for (const [scopeId, level, parentId] of nodes)
    await done(hierarchyScope, 'DefineHierarchyScope', {
      ...{ scopeId, level, parentId, name: scopeId },
      timeZone: level === 'SITE' ? 'Europe/Berlin' : null,
    })
  const defined = on('00:00', '2026-01-01')
  const area = { scopeId: 'A', kind: 'EQUIPMENT' }
  const scope = { ...area, name: 'Area A', timeZone: 'Europe/Berlin' }
  await done(calendar, 'DefineCalendar', scope, defined)
  const shift = (shiftId: string, start: string, end: string, breaks: object[] = []) => ({
    ...{ shiftId, name: shiftId, start, end, breaks, days: [0, 1, 2, 3, 4] },
  })
  const shifts = [
    shift('EARLY', '06:00', '14:00', [{ start: '10:00', end: '10:30' }]),
    shift('LATE', '14:00', '22:00'),
    shift('NIGHT', '22:00', '06:00'),
  ]
  const pattern = { ...area, from: '2026-01-01', pattern: { shifts } }
  await done(calendar, 'ChangeShiftPattern', pattern, defined)
  const reasons = [
    ['MACHINE', null, 'Machine', 'BREAKDOWN'],
    ['JAM', 'MACHINE', 'Part jammed', null],
    ['MATERIAL', null, 'Material is missing', 'WAITING_MATERIAL'],
  ]
  for (const [reasonId, parentId, name, category] of reasons)
    await done(stopReasons, 'DefineStopReason', { reasonId, parentId, name, category })
  await plant.settled()
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

describe('late facts', () => {
  let before = 0
  beforeAll(async () => {
    before = await facts('LATE', ['06:00', 'RUNNING'], ['07:00', 'IDLE'], ['08:00', 'RUNNING'])
    await classify('LATE', ['07:00', '08:00'], { reasonId: 'JAM' })
    await facts('LATE', ['07:02', 'RUNNING'], ['07:15', 'FAULT'], ['07:45', 'RUNNING'])
  })
  test('move stops, and what was said sticks to the time it was said about', async () =>
    expect(await shown('LATE')).toEqual(['07:00-07:02 STOP JAM', '07:15-07:45 STOP JAM']))
  test('as the log knew it before, the stop and the decision are as they were', async () => {
    const fields = 'stops { from to version classification { reason { reasonId } } }'
    const then = (position: number) => `asKnownAt: { position: "${position}" }`
    const window = [on('07:10'), on('07:20')] as const
    const known = await timeline('LATE', fields, ...window, then(before))
    const whole = { from: on('07:00'), to: on('08:00') }
    expect(known.stops).toEqual([{ ...whole, version: 0, classification: null }])
    const decided = await timeline('LATE', fields, ...window, then(before + 1))
    const classification = { reason: { reasonId: 'JAM' } }
    expect(decided.stops).toEqual([{ ...whole, version: 1, classification }])
    const now = await timeline('LATE', fields, ...window, then(9_999_999))
    expect(now).toEqual(await timeline('LATE', fields, ...window))
  })
  test('that take a stop away leave its classification visible as orphaned', async () => {
    await classify('LATE', ['10:00', '11:00'], { reasonId: 'MATERIAL' })
    const fields = 'orphanedDecisions { reason { reasonId } from }'
    const answer = await timeline('LATE', fields, on('05:00'), on('20:00'))
    expect(answer.orphanedDecisions).toEqual([
      { reason: { reasonId: 'MATERIAL' }, from: on('10:00') },
    ])
  })
})

test('a stop is split, each part explained, and joined again; a micro-stop needs nobody', async () => {
  await facts(
    'CUT',
    ...([
      ['06:00', 'RUNNING'],
      ['07:00', 'IDLE'],
      ['08:00', 'RUNNING'],
    ] as const),
    ...([
      ['08:30', 'IDLE'],
      ['08:32', 'RUNNING'],
      ['08:50', 'FAULT'],
    ] as const),
    ...([['09:20', 'RUNNING']] as const),
  )
  // From 10:00 to 10:30 in Berlin is a break.
  expect(await shown('CUT')).toEqual(['07:00-08:00 STOP', '08:30-08:32 MICRO', '08:50-09:00 STOP'])
  const stretch = {
    ...{ equipmentId: 'CUT', startedAt: on('07:00'), from: on('07:00'), to: on('08:00') },
  }
  const decide = (type: string, decisionId: string, more: object) =>
    done(stopDay, type, { ...stretch, decisionId, ...more }, on('12:00'))
  await decide('SplitStop', 'cut-1', { at: on('07:20'), basedOn: 0 })
  const part = { reasonId: 'JAM', basedOn: 1, startedAt: '07:00' }
  expect(isRejection(await classify('CUT', ['07:20', '08:00'], part))).toBe(false)
  expect((await shown('CUT')).slice(0, 2)).toEqual(['07:00-07:20 STOP', '07:20-08:00 STOP JAM'])
  await decide('JoinStops', 'cut-2', { basedOn: 2 })
  expect((await shown('CUT'))[0]).toBe('07:00-08:00 STOP')
  const where = `equipmentIds: ["CUT"], from: "${on('00:00')}", to: "${on('23:00')}"`
  expect(await stops(`${where}, kind: MICRO`, 'category durationMs')).toEqual([
    { category: 'NO_ORDER', durationMs: 120_000 },
  ])
  await done(stopRule, 'SetMicroStopLimit', {
    ...{ scopeId: 'A', limitMs: 60_000, validFrom: on('00:00') },
  })
  expect(await stops(`${where}, kind: MICRO`)).toEqual([])
  const page = (after: string) =>
    plant.ask(`{ stops(first: 2, ${after} where: { ${where} }) {
      nodes { from } totalCount pageInfo { endCursor hasNextPage } } }`)
  const first = (await page('')).stops
  expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } })
  const second = (await page(`after: "${first.pageInfo.endCursor}",`)).stops
  expect([...first.nodes, ...second.nodes].map((n: any) => n.from)).toEqual([
    ...[on('08:50'), on('08:30'), on('07:00')],
  ])
})

test('reduced speed and deviation from the ideal cycle time, by what was made', async () => {
  const operations = [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'A' }]
  const released = { orderId: 'PO-1', materialId: 'gear', quantity: 10, unit: 'C62', operations }
  await done(order, 'ReleaseOrder', released, on('05:00'))
  const work = { orderId: 'PO-1', operationId: '10', personId: 'P1', equipmentId: 'SLOW' }
  await done(order, 'StartOperation', { ...work, activity: 'PRODUCTION' }, on('06:00'))
  const ideal = { equipmentId: 'SLOW', materialId: 'gear', idealMs: 60_000 }
  await done(cycleTime, 'DefineCycleTime', { ...ideal, validFrom: on('00:00', '2026-01-01') })
  const parts = (time: string, delta: number): Fact => [
    ...([time, 'CounterAdvanced'] as const),
    { counter: 'parts', delta, unit: 'C62' },
  ]
  await facts(
    'SLOW',
    ...([['06:00', 'RUNNING'], parts('06:00', 0), parts('06:10', 10), ['06:10', 'IDLE']] as const),
    ...([['06:40', 'RUNNING'], parts('06:50', 5), parts('07:00', 4)] as const),
  )
  const cycles = await timeline(
    'SLOW',
    `cycleTimes { materialId operationId program counted runningMs idealMs deviationMs }
     reducedSpeed { from to counted actualMs idealMs lostMs materialId }`,
    ...([on('06:00'), on('07:01')] as const),
  )
  const making = { materialId: 'gear', operationId: '10', program: null }
  const answer = await timeline(
    'SLOW',
    `buckets(minutes: 30) { from totals { state durationMs } schedule { kind durationMs } }
     segments { from to state schedule shiftId day work { orderId personId activity } }`,
    ...([on('06:00'), on('07:00')] as const),
  )
  expect(cycles.cycleTimes).toEqual([
    { ...making, counted: 19, runningMs: 1_800_000, idealMs: 60_000, deviationMs: 660_000 / 19 },
  ])
  expect(cycles.reducedSpeed).toEqual([
    {
      ...{ from: on('06:10'), to: on('07:00'), counted: 9, actualMs: 1_200_000 / 9 },
      ...{ idealMs: 60_000, lostMs: 660_000, materialId: 'gear' },
    },
  ])
  const minutes = (n: number) => n * 60_000
  expect(answer.buckets).toEqual([
    {
      from: on('06:00'),
      totals: [
        { state: 'RUNNING', durationMs: minutes(10) },
        { state: 'IDLE', durationMs: minutes(20) },
      ],
      schedule: [{ kind: 'SCHEDULED', durationMs: minutes(30) }],
    },
    {
      from: on('06:30'),
      totals: [
        { state: 'IDLE', durationMs: minutes(10) },
        { state: 'RUNNING', durationMs: minutes(20) },
      ],
      schedule: [{ kind: 'SCHEDULED', durationMs: minutes(30) }],
    },
  ])
  const around = {
    ...{ schedule: 'SCHEDULED', shiftId: 'EARLY', day: '2026-03-02' },
    work: [{ orderId: 'PO-1', personId: 'P1', activity: 'PRODUCTION' }],
  }
  expect(answer.segments).toEqual([
    { from: on('06:00'), to: on('06:10'), state: 'RUNNING', ...around },
    { from: on('06:10'), to: on('06:40'), state: 'IDLE', ...around },
    { from: on('06:40'), to: on('07:00'), state: 'RUNNING', ...around },
  ])
})

test('open stops are told as they open, close and are decided about', async () => {
  // The log's clock stands at the first moment of 2030, a Tuesday.
  const before = (minutes: number) =>
    new Date(Date.UTC(2030, 0, 1) - minutes * 60_000).toISOString()
  const changes = await plant.listen(`subscription { stopChanged(equipmentIds: ["LIVE"]) {
    from to kind isOpen classification { comment } } }`)
  const next = async () => (await changes.next()).value.data.stopChanged
  const say = (minutes: number, state: string) =>
    plant.record(
      [
        {
          ...{ type: 'EquipmentStateChanged', occurredAt: before(minutes) },
          data: { equipmentId: 'LIVE', state },
        },
      ],
      context,
    )
  // The subscription begins with the first pull, and hears what comes after it.
  const first = next()
  await say(60, 'FAULT')
  const open = { from: before(60), to: null, kind: 'STOP', isOpen: true, classification: null }
  expect(await first).toEqual(open)
  const about = { equipmentId: 'LIVE', startedAt: before(60), from: before(60), to: null }
  await done(stopDay, 'ClassifyStop', {
    ...{ ...about, reasonId: 'JAM', basedOn: 0, decisionId: 'live-1', comment: 'again' },
  })
  const explained = { ...open, classification: { comment: 'again' } }
  expect(await next()).toEqual(explained)
  await say(20, 'RUNNING')
  expect(await next()).toEqual({ ...explained, to: before(20), isOpen: false })
  await changes.return(undefined)
})

test('the tree of reasons', async () => {
  const answer = await plant.ask(`{ stopReasons(where: { atTop: true, site: "S1" }) { nodes {
    reasonId category element children { reasonId category parent { reasonId } } } } }`)
  expect(answer.stopReasons.nodes).toEqual([
    {
      ...{ reasonId: 'MACHINE', category: 'BREAKDOWN', element: 'ADET' },
      children: [{ reasonId: 'JAM', category: 'BREAKDOWN', parent: { reasonId: 'MACHINE' } }],
    },
    { reasonId: 'MATERIAL', category: 'WAITING_MATERIAL', element: 'ADET', children: [] },
  ])
})
