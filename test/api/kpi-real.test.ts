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
/** Between them Hurcos and the Mazak run, are set up, stop, and are not heard of. */
const NIST_DAYS = ['2017-02-01', '2017-02-07', '2017-02-22']

describe.skipIf(!isThere)('key figures of real plants, through GraphQL', () => {
  let system: Awaited<ReturnType<typeof importSystem>>
  beforeAll(async () => {
    system = await importSystem()
    const nist = { site: 'NIST', siteName: 'NIST', timeZone: 'America/New_York' }
    // The days counted below and those before them; importing a month is tested elsewhere.
    const raw = NIST_DAYS.flatMap((day) => rawFiles(day))
    await importMtconnect([...new Set(raw)], nist, system.deps)
    const qif = [resolve(DATA, 'nist/qif/Cover_Results.qif')]
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

  test.each(NIST_DAYS)(
    'NIST: time in each state of each machine on %s is that of the raw lines',
    async (day) => {
      const window = `from: "${day}T00:00:00Z", to: "${new Date(Date.parse(day) + DAY_MS).toISOString()}"`
      const groups = await groupsBy('EQUIPMENT', `scope: ["NIST"], window: { ${window} }`)
      const counted = rawStates(day)
      expect(counted.size).toBeGreaterThan(5)
      for (const [machine, said] of counted) {
        const { equipmentTimeline } = await system.ask(
          `{ equipmentTimeline(equipmentId: "${machine}", ${window}) { totals { state durationMs } } }`,
        )
        const totals = equipmentTimeline.totals.map((t: any) => [t.state, t.durationMs])
        expect([machine, Object.fromEntries(totals)]).toEqual([machine, said])
        const { APT, AUST, TTR, ADET, UNOBSERVED, PBT } = groups.get(machine)!
        const { RUNNING = 0, SETUP = 0, FAULT = 0, STOPPED_INTERNAL = 0, NO_DATA = 0 } = said
        expect([machine, APT, AUST, TTR, ADET, UNOBSERVED, PBT]).toEqual([
          ...[machine, RUNNING, SETUP, FAULT, FAULT + STOPPED_INTERNAL, NO_DATA, DAY_MS - NO_DATA],
        ])
      }
    },
  )

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
      const asked = INDICES.map(
        (index) => `${index}: kpi(name: "${index.toLowerCase()}", ${args}) {
        value elements { id value } }`,
      )
      const found = await system.ask(`{ ${asked.join(' ')} }`)
      const { XBAR, S } = byId(found.Cpk.elements)
      const isSame = (a = NaN, b = NaN) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a))
      // The study does not name its characteristic: two have one mean and deviation, in other orders.
      const candidates = studies.filter(
        (s) => isSame(XBAR, s['Average']) && isSame(S, s['StandardDeviation']),
      )
      const ours: Record<string, number> = Object.fromEntries(
        INDICES.map((index) => [index, found[index].value]),
      )
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

/** Files of a day and the one before. @param day of UTC, which begins in the evening in New York */
function rawFiles(day: string): readonly string[] {
  const stamps = [-1, 0].map((n) =>
    new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
  )
  const files = readdirSync(resolve(DATA, 'nist/raw'))
  return files
    .filter((file) => stamps.some((stamp) => file.includes(`-${stamp}-`)))
    .map((file) => resolve(DATA, 'nist/raw', file))
}

const STATE_OF: Readonly<Record<string, string>> = {
  ...{ ACTIVE: 'RUNNING', READY: 'IDLE', STOPPED: 'IDLE', PROGRAM_COMPLETED: 'IDLE' },
  ...{ OPTIONAL_STOP: 'IDLE', FEED_HOLD: 'STOPPED_INTERNAL', INTERRUPTED: 'STOPPED_INTERNAL' },
  ...{ PROGRAM_STOPPED: 'STOPPED_INTERNAL', UNAVAILABLE: 'NO_DATA' },
}

/** Milliseconds by machine and state on a day, as an awk script would count them in the files. */
function rawStates(day: string): ReadonlyMap<string, Record<string, number>> {
  const [begin, end] = [Date.parse(day), Date.parse(day) + DAY_MS]
  const byMachine = Map.groupBy(rawFiles(day), (file) => file.split('/').at(-1)!.split('-')[0]!)
  const counted = new Map<string, Record<string, number>>()
  for (const [machine, files] of byMachine) {
    const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    const rows = lines
      .filter((line) => line.includes('|'))
      .map((line) => {
        const [time, ...fields] = line.trim().split('|')
        return { at: Date.parse(`${time!.slice(0, 23).replace('Z', '')}Z`), fields }
      })
    const word: Record<string, string> = {}
    const faults = new Set<string>()
    const state = (): string => {
      const execution = (word['execution'] ?? word['Program_Status'])?.toUpperCase()
      if (word['avail'] === 'UNAVAILABLE' || execution === undefined) return 'NO_DATA'
      if (word['power'] === 'OFF') return 'OFFLINE'
      const is = STATE_OF[execution.replaceAll(/[ -]/g, '_')] ?? `?${execution}`
      if (is === 'NO_DATA') return is
      if ((word['estop'] ?? word['EStop_State']) === 'TRIGGERED' || faults.size > 0) return 'FAULT'
      const byHand = word['mode']?.startsWith('MANUAL') || word['mode'] === 'SEMI_AUTOMATIC'
      return is === 'RUNNING' && byHand ? 'SETUP' : is
    }
    const sum: Record<string, number> = {}
    let since = begin
    for (const { at, fields } of rows.toSorted((a, b) => a.at - b.at)) {
      const until = Math.min(Math.max(at, begin), end)
      if (until > since) sum[state()] = (sum[state()] ?? 0) + until - since
      since = Math.max(since, until)
      const [item, value, code] = fields as [string, string, string | undefined]
      if (!item.endsWith('_cond')) {
        for (let i = 0; i + 1 < fields.length; i += 2) word[fields[i]!] = fields[i + 1]!.trim()
      } else if (value.toUpperCase() === 'FAULT') faults.add(`${item}:${code}`)
      else
        for (const open of faults)
          if (open === `${item}:${code}` || (code === '' && open.startsWith(`${item}:`)))
            faults.delete(open)
    }
    if (since < end) sum[state()] = (sum[state()] ?? 0) + end - since
    counted.set(machine, sum)
  }
  return counted
}

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
