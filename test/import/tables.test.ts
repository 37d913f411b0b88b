import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importCsv } from '../../src/adapters/import/csv.ts'
import type { Report } from '../../src/adapters/import/run.ts'
import { importSystem } from './system.ts'

/** Three tables of real plants, through the mappings of examples/, against the totals their publishers give. */
const DATA = resolve('../shared/data')
const isThere = existsSync(DATA)
if (!isThere) console.log(`skipped: ${DATA} is not there`)

const TABLES = [
  ['production-4tu/Production.csv', 'examples/production-4tu.yaml'],
  ['steel-energy/Steel_industry_data.csv', 'examples/steel-energy.yaml'],
  ['sme-power/company_A_labelled_subset.csv', 'examples/sme-power.yaml'],
] as const
const MACHINES = ['SME-A-0', 'SME-A-1', 'SME-A-2']

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

describe.skipIf(!isThere)('tables of real plants, imported and read through GraphQL', () => {
  let system: Awaited<ReturnType<typeof importSystem>>
  const reports: Report[] = []
  const importAll = async (): Promise<Report[]> => {
    const all: Report[] = []
    for (const [file, mapping] of TABLES)
      all.push(await importCsv([resolve(DATA, file)], { mapping }, system.deps))
    return all
  }
  beforeAll(async () => {
    system = await importSystem()
    reports.push(...(await importAll()))
    await system.settled()
  })
  afterAll(() => system?.end())

  test('every line was read, none refused or set aside', () => {
    expect(reports.map((r) => [r.lines, r.quarantined, r.rejected, r.stopped])).toEqual([
      [4_954, 0, 0, false],
      [35_041, 0, 0, false],
      [14_493, 0, 0, false],
    ])
  })

  test('4TU: 225 orders; completed 91,664, rejected 593, for MRB 105', async () => {
    const orders = await system.all(
      'orders',
      'where: { site: "JOBSHOP" }',
      `quantity { value } status operations { good { value unit } scrap { value }
        awaitingDisposition { value } }`,
    )
    expect(orders).toHaveLength(225)
    expect(orders.filter((order) => order.quantity !== null)).toEqual([])
    const total = (field: string) =>
      sum(orders.flatMap((o) => o.operations.map((operation: any) => operation[field].value)))
    expect([total('good'), total('scrap'), total('awaitingDisposition')]).toEqual([
      91_664, 593, 105,
    ])
  })

  test('4TU: 4,503 bookings, 3747 of production, 705 of setup, 51 breaks, 33 of rework', async () => {
    const bookings = await system.all('bookings', '', 'activity isRework personId operationId')
    const count = (test: (booking: any) => boolean) => bookings.filter(test).length
    expect(bookings).toHaveLength(4_503)
    expect(count((b) => b.activity === 'PRODUCTION')).toBe(3_747)
    expect(count((b) => b.activity === 'SETUP')).toBe(705)
    expect(count((b) => b.activity === 'BREAK')).toBe(51)
    expect(count((b) => b.isRework)).toBe(33)
    expect(new Set(bookings.map((b) => b.personId)).size).toBe(46)
    expect(new Set(bookings.map((b) => b.operationId)).size).toBe(24)
  })

  test('4TU: stamps are local time, and the clock change keeps how long a row lasted', async () => {
    const { order } = await system.ask(`{ order(orderId: "Case18") { bookings {
      operationId personId startedAt endedAt } } }`)
    const [row] = order.bookings.filter((b: any) => b.endedAt === '2012-03-30T00:05:00.000Z')
    expect(row).toEqual({
      ...{ operationId: 'Final Inspection Q.C.', personId: 'ID4163' },
      ...{ startedAt: '2012-03-29T23:00:00.000Z', endedAt: '2012-03-30T00:05:00.000Z' },
    })
  })

  test('steel: 35,040 readings, 959,636.71 kWh, peak 628.72 kW on 2018-11-22 09:45', async () => {
    const { energyIntervals, energy } = await system.ask(`{
      energyIntervals(first: 1, where: { meterId: "GWANGYANG-MAIN" }) { totalCount }
      energy(meterIds: ["GWANGYANG-MAIN"], timeZone: "Asia/Seoul",
        from: "2018-01-01T00:00:00+09:00", to: "2019-01-01T00:00:00+09:00") {
        total { value unit } peakDemand { kw at } coverage problems { at: to } } }`)
    expect(energyIntervals.totalCount).toBe(35_040)
    expect(energy).toEqual({
      total: { value: 959_636.71, unit: 'KWH' },
      peakDemand: { kw: 628.72, at: '2018-11-22T00:45:00.000Z' },
      ...{ coverage: 1, problems: [] },
    })
  })

  test('SME: 40,067 pieces; auto 460,492 s, manual 340,073 s, alarm 9,735 s in 202 rows', async () => {
    const totals = { RUNNING: 0, SETUP: 0, FAULT: 0 } as Record<string, number>
    let pieces = 0
    for (const equipmentId of MACHINES) {
      const { equipmentTimeline } = await system.ask(`{ equipmentTimeline(
        equipmentId: "${equipmentId}", from: "2022-08-31T00:00:00Z", to: "2022-09-22T00:00:00Z") {
        summedUp { state durationMs } counters { counted { value } } } }`)
      for (const { state, durationMs } of equipmentTimeline.summedUp) totals[state]! += durationMs
      pieces += sum(equipmentTimeline.counters.map((c: any) => c.counted.value))
    }
    expect(pieces).toBe(40_067)
    expect(totals).toEqual({ RUNNING: 460_492_000, SETUP: 340_073_000, FAULT: 9_735_000 })
    const observed = await system.all('events', 'where: { types: ["StateTimeObserved"] }', 'data')
    expect(observed.filter(({ data }) => data.state === 'FAULT')).toHaveLength(202)
  })

  test('SME: the machines stand in their site, and their programs are the 14 products', async () => {
    const { equipment } = await system.ask(`{ equipment(where: { site: "SME-A" }) { nodes {
      equipmentId path { scopeId } } } }`)
    const machine = equipment.nodes.find((e: any) => e.equipmentId === 'SME-A-0')
    expect(machine.path.map((s: any) => s.scopeId)).toEqual(['SME-A', 'SME-A-shop'])
    const changes = await system.all('events', 'where: { types: ["ProgramChanged"] }', 'data')
    expect(new Set(changes.map(({ data }) => data.program)).size).toBe(14)
  })

  test('a second import changes nothing', async () => {
    const before = await system.head()
    const again = await importAll()
    expect(again.map((r) => [r.recorded, r.rejected])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    expect(await system.head()).toBe(before)
  })
})
