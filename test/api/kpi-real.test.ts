import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importCsv } from '../../src/adapters/import/csv.ts'
import { importMtconnect } from '../../src/adapters/import/mtconnect.ts'
import { importQif } from '../../src/adapters/import/qif.ts'
import { importSystem } from '../import/system.ts'

/** Key figures of recordings of real plants, against what other code than ours counts in the files. */
const DATA = resolve('../shared/data')
const isThere = existsSync(DATA)
if (!isThere) console.log(`skipped: ${DATA} is not there`)

const DAY_MS = 86_400_000

describe.skipIf(!isThere)('key figures of real plants, through GraphQL', () => {
  let system: Awaited<ReturnType<typeof importSystem>>
  beforeAll(async () => {
    system = await importSystem()
    const nist = { site: 'NIST', siteName: 'NIST', timeZone: 'America/New_York' }
    const raw = readdirSync(resolve(DATA, 'nist/raw'))
    await importMtconnect(
      raw.map((f) => resolve(DATA, 'nist/raw', f)),
      nist,
      system.deps,
    )
    const qif = readdirSync(resolve(DATA, 'nist/qif')).map((f) => resolve(DATA, 'nist/qif', f))
    const units = { lengthUnit: 'MMT', angleUnit: 'DD', at: '2017-03-01T00:00:00.000Z' }
    await importQif(qif, { ...nist, ...units }, system.deps)
    for (const [file, mapping] of [
      ['production-4tu/Production.csv', 'examples/production-4tu.yaml'],
      ['sme-power/company_A_labelled_subset.csv', 'examples/sme-power.yaml'],
    ] as const)
      await importCsv([resolve(DATA, file)], { mapping }, system.deps)
    await system.settled()
  })
  afterAll(() => system?.end())

  const report = async (args: string, fields = 'elements { id value }'): Promise<any> =>
    (await system.ask(`{ kpi(${args}) { ${fields} } }`)).kpi
  const byId = (all: readonly any[]): Record<string, number> =>
    Object.fromEntries(all.map(({ id, value }) => [id, value]))
  const groupsBy = async (dimension: string, args: string): Promise<Map<string, any>> => {
    const { groups } = await report(
      `name: "availability", ${args}, groupBy: [${dimension}]`,
      'groups { keys { id } coverage elements { id value } }',
    )
    return new Map(groups.map((g: any) => [g.keys[0].id, { ...g, ...byId(g.elements) }]))
  }

  test('SME: 460,492 s running, 340,073 s setup, 9,735 s in fault; 40,067 pieces', async () => {
    const args =
      'scope: ["SME-A"], window: { from: "2022-08-31T00:00:00Z", to: "2022-09-22T00:00:00Z" }'
    const all = byId((await report(`name: "oee", ${args}`)).elements)
    expect(all).toMatchObject({ APT: 460_492_000, AUST: 340_073_000, TTR: 9_735_000, PQ: 40_067 })
    const { value, nullReason } = await report(`name: "oee", ${args}`, 'value nullReason')
    expect([value, nullReason]).toEqual([null, 'No ideal cycle time is known of 40067 pieces.'])
    const machines = await groupsBy('EQUIPMENT', args)
    expect([...machines.keys()].toSorted()).toEqual(['SME-A-0', 'SME-A-1', 'SME-A-2'])
    const apt = [...machines.values()].reduce((sum, m) => sum + m.APT, 0)
    expect(apt).toBe(460_492_000)
  })

  test('4TU: production, setup and break of each worker are those of the file', async () => {
    const window = '{ from: "2012-01-01T00:00:00Z", to: "2012-06-01T00:00:00Z" }'
    const workers = await groupsBy('PERSON', `scope: ["JOBSHOP"], window: ${window}`)
    const counted = workedMinutes()
    expect([...workers.keys()].toSorted()).toEqual([...counted.keys()].toSorted())
    for (const [person, { all, production }] of counted) {
      const { APT, AUST, ADET, ADOT, UNOBSERVED } = workers.get(person)!
      expect([person, APT / 60_000]).toEqual([person, production])
      // Breaks are delays of the order; nothing but booked time is known of a work centre by hand.
      expect([person, (APT + AUST + ADET + ADOT) / 60_000]).toEqual([person, all])
      expect(UNOBSERVED).toBe(0)
    }
    const total = byId(
      (await report(`name: "oee", scope: ["JOBSHOP"], window: ${window}`)).elements,
    )
    expect([total.PQ, total.GQ, total.SQ]).toEqual([91_664 + 593 + 105, 91_664, 593])
    const scrap = await report(
      `name: "scrapRatio", scope: ["JOBSHOP"], window: ${window}`,
      'value numerator denominator',
    )
    expect(scrap).toEqual({ value: 593 / 92_362, numerator: 593, denominator: 92_362 })
  })

  test('NIST: minutes per state, machine and day are those of the file', async () => {
    const { equipment } = await system.ask(`{ equipment(where: { site: "NIST" }) { nodes {
      equipmentId lastFactAt } } }`)
    const machines = equipment.nodes.filter((m: any) => m.lastFactAt !== null)
    expect(machines.length).toBeGreaterThan(4)
    for (const day of ['2017-02-01', '2017-02-07', '2017-02-22']) {
      const from = `${day}T00:00:00.000Z`
      const to = new Date(Date.parse(from) + DAY_MS).toISOString()
      const groups = await groupsBy(
        'EQUIPMENT',
        `scope: ["NIST"], window: { from: "${from}", to: "${to}" }`,
      )
      for (const { equipmentId } of machines) {
        const { equipmentTimeline } = await system.ask(`{ equipmentTimeline(
          equipmentId: "${equipmentId}", from: "${from}", to: "${to}") { totals { state durationMs } } }`)
        const said = Object.fromEntries(
          equipmentTimeline.totals.map((t: any) => [t.state, t.durationMs]),
        )
        const { APT = 0, AUST = 0, UNOBSERVED = 0, PBT = 0 } = groups.get(equipmentId) ?? {}
        expect([equipmentId, APT, AUST, UNOBSERVED]).toEqual([
          ...[equipmentId, said.RUNNING ?? 0, said.SETUP ?? 0, said.NO_DATA ?? 0],
        ])
        expect(PBT + UNOBSERVED).toBe(DAY_MS)
      }
    }
  })

  test.each([
    ['SME-A', '2022-08-31', '2022-09-22', 'summed up'],
    ['NIST', '2017-02-01', '2017-02-08', 'as it happened'],
    ['JOBSHOP', '2012-01-01', '2012-06-01', 'booked by hand'],
  ])('%s: losses and causes of standing still add up (%s to %s, %s)', async (scope, from, to) => {
    const args = `scope: ["${scope}"], window: { from: "${from}T00:00:00Z", to: "${to}T00:00:00Z" }`
    const { timeLosses, downtimePareto, kpi, bottlenecks } = await system.ask(`{
      timeLosses(${args}) { bars { id kind durationMs } }
      downtimePareto(${args}) { durationMs bars { id durationMs } }
      bottlenecks(${args}) { plannedMs machines { equipmentId utilisation soleMs shiftingMs } }
      kpi(name: "availability", ${args}, groupBy: [EQUIPMENT]) { elements { id value }
        groups { keys { id } } } }`)
    const { bars } = timeLosses
    const ms = Object.fromEntries(bars.map((bar: any) => [bar.id, bar.durationMs]))
    const e = byId(kpi.elements)
    expect(ms.CALENDAR).toBe(
      kpi.groups.length * (Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)),
    )
    const lost = bars.filter((bar: any) => bar.kind === 'LOSS')
    const sum = lost.reduce((total: number, bar: any) => total + bar.durationMs, 0)
    expect(sum + bars.at(-1).durationMs).toBe(ms.CALENDAR)
    expect([ms.APT, ms.SETUP]).toEqual([Math.round(e.APT!), Math.round(e.AUST!)])
    expect(downtimePareto.durationMs).toBeCloseTo(e.PBT! - e.APT!, 0)
    for (const { utilisation, soleMs, shiftingMs } of bottlenecks.machines) {
      expect(utilisation ?? 0).toBeLessThanOrEqual(1)
      expect(soleMs + shiftingMs).toBeLessThanOrEqual(bottlenecks.plannedMs)
    }
  })

  test('NIST: Cp, Cpk, Pp and Ppk of two-sided characteristics are those of the measuring software', async () => {
    const text = readFileSync(resolve(DATA, 'nist/qif/Cover_Results.qif'), 'utf8')
    const window = '{ from: "2017-01-01T00:00:00Z", to: "2018-01-01T00:00:00Z" }'
    const { characteristics } = await system.ask(`{ characteristics(first: 100,
      where: { materialId: "Cover" }) { nodes { characteristicId name lowerLimit upperLimit } } }`)
    // The running number of the part is told as a characteristic too.
    const twoSided = characteristics.nodes.filter(
      (c: any) => c.name !== 'Part Number' && c.lowerLimit !== null && c.upperLimit !== null,
    )
    const studies = [...text.matchAll(/<ValueStats>([\s\S]*?)<\/ValueStats>/g)].map(([, stats]) =>
      Object.fromEntries(
        [...stats!.matchAll(/<(\w+)>([^<]+)<\/\1>/g)].map(([, name, n]) => [name, Number(n)]),
      ),
    )
    let compared = 0
    for (const { characteristicId, name } of twoSided) {
      const filter = `{ characteristicId: "${characteristicId}", materialIds: ["Cover"] }`
      const args = `scope: ["NIST"], window: ${window}, filter: ${filter}`
      const { XBAR, S } = byId((await report(`name: "cpk", ${args}`)).elements)
      const isSame = (a = NaN, b = NaN) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a))
      // The study does not name its characteristic: two have one mean and deviation, in other orders.
      const candidates = studies.filter(
        (s) => isSame(XBAR, s['Average']) && isSame(S, s['StandardDeviation']),
      )
      const ours: Record<string, number> = {}
      for (const index of INDICES)
        ours[index] = (await report(`name: "${index.toLowerCase()}", ${args}`, 'value')).value
      // The software has 1.128 of the tables for d2, which is 2 / sqrt(pi).
      const table = 1.128 / (2 / Math.sqrt(Math.PI))
      const agrees = (study: Record<string, number>) =>
        INDICES.every((index) => {
          const value = ours[index]! * (index.startsWith('C') ? table : 1)
          return Math.abs(value / study[index]! - 1) < 1e-6
        })
      expect(candidates.some(agrees), `${name} ${JSON.stringify(ours)}`).toBe(true)
      compared++
    }
    expect(compared).toBeGreaterThanOrEqual(25)
  })
})

const INDICES = ['Cp', 'Cpk', 'Pp', 'Ppk'] as const

/** Minutes of the file by person: time in which at least one row of a work centre ran, and in production. */
function workedMinutes(): Map<string, { all: number; production: number }> {
  const lines = readFileSync(resolve(DATA, 'production-4tu/Production.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
  const header = lines[0]!.split(',')
  const column = (name: string) => header.indexOf(name)
  const rows = lines.slice(1).map((line) => splitCsv(line))
  const spans = new Map<string, Map<string, { production: number[][]; all: number[][] }>>()
  for (const row of rows) {
    const [activity, person] = [row[column('Activity')]!, row[column('Resource')]!]
    if (activity === 'Start' || activity === 'End') continue
    const span = ['Start Timestamp', 'Complete Timestamp'].map((c) =>
      minute(row[column(c)]!.slice(0, 16)),
    )
    const centres = spans.get(person) ?? new Map()
    const of = centres.get(activity) ?? { production: [], all: [] }
    of.all.push(span)
    if (row[column('Report_Type')] === 'D') of.production.push(span)
    spans.set(person, centres.set(activity, of))
  }
  const total = (kind: 'production' | 'all', person: string) =>
    [...spans.get(person)!.values()].reduce((sum, of) => sum + covered(of[kind]), 0)
  return new Map(
    [...spans.keys()].map((p) => [p, { all: total('all', p), production: total('production', p) }]),
  )
}

/** Israel's clock went forward on 2012-03-30 at 02:00. */
function minute(stamp: string): number {
  const at = Date.parse(`${stamp.replaceAll('/', '-').replace(' ', 'T')}:00Z`) / 60_000
  const change = Date.parse('2012-03-30T02:00:00Z') / 60_000
  return at >= change + 60 ? at - 60 : at
}

function covered(spans: readonly (readonly number[])[]): number {
  let [sum, until] = [0, -Infinity]
  for (const [from, to] of [...spans].sort((a, b) => a[0]! - b[0]!)) {
    sum += Math.max(0, to! - Math.max(from!, until))
    until = Math.max(until, to!)
  }
  return sum
}

const splitCsv = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!.replaceAll('"', ''))
