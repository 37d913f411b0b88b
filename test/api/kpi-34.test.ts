import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STANDARD_KPIS } from '../../src/domain/kpi/catalogue.ts'
import { at, BEFORE, dayByHand, say, wish } from '../kpi/day-by-hand.ts'

/**
 * One day of a small plant, small enough to reckon by hand: each of the 34 figures of ISO 22400-2, with
 * the elements it is made of, as GraphQL answers it.
 */
let plant: Awaited<ReturnType<typeof dayByHand>>
beforeAll(async () => {
  plant = await dayByHand()
})
afterAll(() => plant.end())

const DAY = 'window: { from: "2026-03-03T00:00:00Z", to: "2026-03-04T00:00:00Z" }'
const SAMPLE = 'filter: { characteristicId: "d" }'
const kpi = async (name: string, more = '', scope = 'S1') =>
  (
    await plant.ask(`{ kpi(name: "${name}", scope: ["${scope}"], ${DAY} ${more}) {
      value nullReason elements { id value } groups { keys { id } value } } }`)
  ).kpi

const H = 3_600_000
const MINUTE = 60_000
/** Of six values: mean 9.7333, moving ranges 1.3, 0.2, 0.4, 1.3 and 0.7, and d2 of two values. */
const S = Math.sqrt(1.8333333333333333 / 5)
const SIGMA = (3.9 / 5) * (Math.sqrt(Math.PI) / 2)
const XBAR = 58.4 / 6
/** By hand: the value, and the elements it was reckoned from. */
const BY_HAND: Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>> = {
  workerEfficiency: [0.9, { APWT: 9 * H, APAT: 10 * H }],
  allocationRatio: [1, { AUBT: 9 * H, AOET: 9 * H }],
  throughputRate: [201 / (9 * H), { PQ: 201, AOET: 9 * H }],
  allocationEfficiency: [9 / 10, { AUBT: 9 * H, PBT: 10 * H }],
  utilizationEfficiency: [7 / 9, { APT: 7 * H, AUBT: 9 * H }],
  oee: [186 / 600, { PRI_GQ: 186 * MINUTE, PBT: 600 * MINUTE }],
  nee: [(186 / 600) * (8 / 7), { AUPT: 8 * H, APT: 7 * H }],
  availability: [7 / 10, { APT: 7 * H, PBT: 10 * H }],
  effectiveness: [201 / 420, { PRI_PQ: 201 * MINUTE, APT: 420 * MINUTE }],
  qualityRatio: [186 / 201, { GQ: 186, PQ: 201 }],
  setupRatio: [1 / 8, { AUST: H, AUPT: 8 * H }],
  technicalEfficiency: [7 / 8, { APT: 7 * H, ADET: H }],
  productionProcessRatio: [7 / 9, { APT: 7 * H, AOET: 9 * H }],
  actualToPlannedScrapRatio: [11 / 8, { SQ: 11, PSQ: 8 }],
  firstPassYield: [4 / 5, { GP: 4, IP: 5 }],
  scrapRatio: [11 / 201, { SQ: 11, PQ: 201 }],
  reworkRatio: [4 / 201, { RQ: 4, PQ: 201 }],
  fallOffRatio: [1 / 200, { FSQ: 1, FPQ: 200 }],
  cm: [2 / (6 * S), { USL: 11, LSL: 9, N: 6 }],
  cmk: [(XBAR - 9) / (3 * S), { USL: 11, LSL: 9 }],
  cp: [2 / (6 * SIGMA), { USL: 11, LSL: 9 }],
  cpk: [(XBAR - 9) / (3 * SIGMA), { USL: 11, LSL: 9 }],
  comprehensiveEnergyConsumption: [410 / 201, { E: 300 + 11 * 10, PQ: 201 }],
  inventoryTurns: [240 / 875, { TH: 240, INV: (1_000 + 750) / 2 }],
  finishedGoodsRatio: [186 / 250, { GQ: 186, CM: 240 + 6 + 3 + 1 }],
  integratedGoodsRatio: [240 / 250, { IGQ: 240, CM: 250 }],
  productionLossRatio: [6 / 250, { PL: 6 }],
  storageAndTransportLossRatio: [3 / 250, { STL: 3 }],
  otherLossRatio: [1 / 250, { OL: 1 }],
  equipmentLoadRatio: [201 / 550, { PQ: 201, EPC: 9 * 50 + 1 * 100 }],
  mtbf: [8 * H, { TBF: 8 * H, FE: 1 }],
  mttf: [7 * H, { TTF: 7 * H, FE: 1 }],
  mttr: [H, { TTR: H, FE: 1 }],
  correctiveMaintenanceRatio: [1 / 2, { CMT: H, PMT: H }],
}

describe('the 34 figures of the standard, as reckoned by hand', () => {
  test('all of them are here', () => {
    expect(Object.keys(BY_HAND)).toEqual(STANDARD_KPIS.map(({ id }) => id))
  })
  test.each(Object.entries(BY_HAND))('%s', async (name, [value, elements]) => {
    const found = await kpi(name, SAMPLE)
    const known = Object.fromEntries(found.elements.map((e: any) => [e.id, e.value]))
    for (const [id, expected] of Object.entries(elements))
      expect([id, known[id]]).toEqual([id, expect.closeTo(expected, 9)])
    expect(found.nullReason).toBeNull()
    expect(found.value).toBeCloseTo(value, 12)
  })
})

describe('told apart, and as known then', () => {
  const groups = async (name: string, by: string, more = '') => {
    const found = (await kpi(name, `groupBy: [${by}] ${more}`)).groups
    return Object.fromEntries(found.map((g: any) => [g.keys.map((k: any) => k.id).join(), g.value]))
  }
  test('what no machine tells has groups too', async () => {
    expect(await groups('workerEfficiency', 'PERSON')).toMatchObject({ P1: 0.8, P2: null })
    expect(await groups('firstPassYield', 'MATERIAL')).toEqual({ gear: 0.8 })
    expect(await groups('firstPassYield', 'WORK_CENTRE')).toEqual({ LINE: 0.8 })
    const byDay = await groups('cpk', 'DAY', SAMPLE)
    expect(byDay['2026-03-03']).toBeCloseTo((XBAR - 9) / (3 * SIGMA), 12)
    expect(await groups('comprehensiveEnergyConsumption', 'EQUIPMENT')).toMatchObject({
      M1: 410 / 200,
      LINE: 410,
    })
    expect(await groups('integratedGoodsRatio', 'EQUIPMENT')).toMatchObject({ M1: 240 / 246 })
    const shift = 'EQUIPMENT:S1/DAY/2026-03-03T06:00:00.000Z'
    expect(await groups('inventoryTurns', 'SHIFT')).toMatchObject({
      [shift]: expect.closeTo(240 / ((6 * 1_000 + 4 * 750) / 10), 12),
    })
    expect(await groups('equipmentLoadRatio', 'EQUIPMENT')).toEqual({
      M1: 200 / 450,
      LINE: 1 / 100,
    })
  })
  test('the facts behind them can be paged', async () => {
    const typesOf = async (name: string) => {
      const { kpi: found } = await plant.ask(`{ kpi(name: "${name}", scope: ["S1"], ${DAY}) {
        events(first: 100) { nodes { type } } } }`)
      return found.events.nodes.map((node: any) => node.type)
    }
    expect(await typesOf('firstPassYield')).toContain('InspectionRecorded')
    expect(await typesOf('workerEfficiency')).toEqual(
      expect.arrayContaining(['ClockedIn', 'ClockedOut', 'OperationStarted']),
    )
    expect(await typesOf('inventoryTurns')).toEqual(
      expect.arrayContaining(['LotReceived', 'LotConsumed', 'LotScrapped', 'LotAdjusted']),
    )
    expect(await typesOf('equipmentLoadRatio')).toContain('EquipmentCapacityRated')
  })
  test('of a machine alone only what is said of it', async () => {
    const { elements } = await kpi('finishedGoodsRatio', '', 'M1')
    const known = Object.fromEntries(elements.map((e: any) => [e.id, e.value]))
    expect([known.CM, known.PL, known.STL]).toEqual([246, 6, 0])
  })
  test('a stop with a reason moves to its element; as known before, it had none', async () => {
    const { events } = await plant.ask(`{ events(first: 1) { nodes { position } } }`)
    const then = `asKnownAt: { position: "${events.nodes[0].position}" }`
    const before = (await kpi('workerEfficiency')).elements
    const reason = { reasonId: 'steel', parentId: null, name: 'No steel' }
    await wish('DefineStopReason', { ...reason, category: 'WAITING_MATERIAL' }, BEFORE)
    const stop = { equipmentId: 'M1', startedAt: at('14:00'), from: at('14:00'), to: at('15:00') }
    const decided = { decisionId: 'd1', basedOn: 0, personId: 'P1', reasonId: 'steel' }
    await wish('ClassifyStop', { ...stop, ...decided }, at('15:30'))
    await plant.settled()
    const now = Object.fromEntries(
      (await kpi('availability')).elements.map((e: any) => [e.id, e.value]),
    )
    // An idle machine without an order is waiting for steel now: a delay, no down time.
    expect([now.ADET, now.ADOT, now.PBT]).toEqual([2 * H, 0, 10 * H])
    expect((await kpi('workerEfficiency', then)).elements).toEqual(before)
    const { groups: told } = await kpi('availability', 'groupBy: [REASON]')
    const ofSteel = told.find((g: any) => g.keys[0].id === 'steel')
    expect(ofSteel.value).toBe(0)
  })
  test('a cycle time may be that of the program that ran', async () => {
    const m2 = { equipmentId: 'M2' }
    const node = { scopeId: 'M2', level: 'WORK_UNIT', parentId: 'LINE', name: 'M2', timeZone: null }
    await wish('DefineHierarchyScope', node, BEFORE)
    const cycle = { ...m2, materialId: null, operationId: null, validFrom: BEFORE }
    await wish('DefineCycleTime', { ...cycle, program: 'A.NC', idealMs: 60_000 }, BEFORE)
    await wish('DefineCycleTime', { ...cycle, program: 'B.NC', idealMs: 120_000 }, BEFORE)
    const count = { ...m2, counter: 'parts', unit: 'KGM', kind: 'TOTAL' }
    await say('ProgramChanged', { ...m2, program: 'A.NC' }, BEFORE)
    await say('EquipmentStateChanged', { ...m2, state: 'RUNNING' }, at('06:00'))
    await say('CounterAdvanced', { ...count, delta: 30 }, at('07:00'))
    await say('ProgramChanged', { ...m2, program: 'B.NC' }, at('08:00'))
    await say('CounterAdvanced', { ...count, delta: 10 }, at('09:00'))
    await plant.settled()
    const { elements } = await kpi('effectiveness', '', 'M2')
    const known = Object.fromEntries(elements.map((e: any) => [e.id, e.value]))
    expect(known.PRI_PQ).toBe(30 * MINUTE + 10 * 2 * MINUTE)
    const { events } = await plant.ask(`{ events(first: 1) { nodes { position } } }`)
    const then = `asKnownAt: { position: "${events.nodes[0].position}" }`
    expect((await kpi('effectiveness', then, 'M2')).elements).toEqual(elements)
  })
  test('as known before, nothing was corrected', async () => {
    const { events } = await plant.ask(`{ events(first: 1) { nodes { position } } }`)
    const then = `asKnownAt: { position: "${events.nodes[0].position}" }`
    const correction = { correctionId: 'k1', characteristicId: 'd', personId: 'P1', reason: 'typo' }
    await wish(
      'CorrectInspectionResult',
      { inspectionId: 'i0', ...correction, value: 9.5 },
      at('20:00'),
    )
    const clock = { attendanceId: 'a1', correctionId: 'k2', correctedBy: 'P2', reason: 'forgot' }
    const times = { clockedInAt: at('06:00'), clockedOutAt: at('15:00') }
    await wish('CorrectAttendance', { ...clock, ...times }, at('20:00'))
    const cancelled = { lotId: 'L1', consumptionId: '2', reason: 'wrong lot', cancelledBy: 'P1' }
    await wish('CancelConsumption', cancelled, at('20:00'))
    await plant.settled()
    const values = async (more: string) => [
      (await kpi('firstPassYield', more)).value,
      (await kpi('workerEfficiency', more)).value,
      (await kpi('integratedGoodsRatio', more)).value,
    ]
    expect(await values('')).toEqual([1, 1, 0])
    expect(await values(then)).toEqual([0.8, 0.9, 0.96])
    expect((await kpi('cpk', `${SAMPLE}, ${then}`)).value).toBeCloseTo((XBAR - 9) / (3 * SIGMA), 12)
  })
})
