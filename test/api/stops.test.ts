import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { cycleTime } from '../../src/domain/equipment/cycle-time.ts'
import { stopDay } from '../../src/domain/equipment/stop-day.ts'
import { stopRule } from '../../src/domain/equipment/stop-rule.ts'
import { order } from '../../src/domain/production/order.ts'
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
