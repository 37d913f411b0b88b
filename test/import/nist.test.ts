import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importMtconnect } from '../../src/adapters/import/mtconnect.ts'
import { importQif } from '../../src/adapters/import/qif.ts'
import type { Report } from '../../src/adapters/import/run.ts'
import { importSystem } from './system.ts'

/**
 * Machines, serial pieces and their inspection from the NIST Smart Manufacturing Systems Test Bed,
 * imported into real PostgreSQL and read through GraphQL. What is expected is read from the files by
 * other code than the importer's.
 */
const NIST = resolve('../shared/data/nist')
const isThere = existsSync(NIST)
if (!isThere) console.log(`skipped: ${NIST} is not there`)

const SITE = { site: 'NIST', siteName: 'NIST test bed', timeZone: 'America/New_York' }
const filesOf = (folder: string): string[] =>
  readdirSync(resolve(NIST, folder)).map((file) => resolve(NIST, folder, file))

/** First ACTIVE and last Program_Status of a file, cut to milliseconds. */
function timesOf(part: string, operation: number, piece: string) {
  const file = resolve(NIST, `split/${part}-Op${operation}-Hurco04-${piece}of20.txt`)
  const said = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('|Program_Status|'))
  const cut = (line: string) => `${line.slice(0, '2017-02-07T16:02:39.250'.length)}Z`
  return {
    ...{ operationId: `Op${operation}`, equipmentId: 'Hurco04' },
    startedAt: cut(said.find((line) => line.trimEnd().endsWith('|ACTIVE'))!),
    endedAt: cut(said.at(-1)!),
  }
}

/** Values of the n-th piece of a part, in the order of the file. */
function valuesOf(part: string, piece: number): number[] {
  const text = readFileSync(resolve(NIST, `qif/${part}_Results.qif`), 'utf8')
  const results = text.split('<MeasurementResults id=')[piece]!
  return [...results.split('</MeasurementResults>')[0]!.matchAll(/<Value>([^<]+)<\/Value>/g)].map(
    ([, value]) => Number(value),
  )
}

const PIECES = Array.from({ length: 20 }, (_, i) => String(i + 1).padStart(2, '0'))
const timing = ({ operationId, equipmentId, startedAt, endedAt }: any) => ({
  ...{ operationId, equipmentId, startedAt, endedAt },
})
const UNIT = `serial materialId status madeAt
  operations { operationId equipmentId program startedAt endedAt }
  measurements { name value unit verdict }`

describe.skipIf(!isThere)('machines, pieces and inspections of NIST, through GraphQL', () => {
  let system: Awaited<ReturnType<typeof importSystem>>
  let raw: Report
  let split: Report
  let qif: Report
  const importAll = async (): Promise<void> => {
    raw = await importMtconnect(filesOf('raw'), SITE, system.deps)
    split = await importMtconnect(filesOf('split'), SITE, system.deps)
    const units = { lengthUnit: 'MMT', angleUnit: 'DD' }
    qif = await importQif(filesOf('qif'), { ...SITE, ...units }, system.deps)
  }
  beforeAll(async () => {
    system = await importSystem()
    await importAll()
    console.log(`nist/raw: ${raw.lines} lines, ${raw.linesPerSecond} lines/s`)
    console.log(`nist/split: ${split.lines} lines, ${split.linesPerSecond} lines/s`)
    await system.settled()
  })
  afterAll(() => system?.end())

  test('every line was read; the 17 that break off after the year are set aside', () => {
    expect([raw.lines, raw.quarantined, raw.rejected]).toEqual([109_032, 0, 0])
    // One line more than line ends: the broken ones have none.
    expect([split.quarantined, split.rejected, split.notes]).toEqual([17, 0, []])
    expect(split.badLines[0]).toMatchObject({
      why: 'not a line of SHDR: expected time|item|value with at least two pipes',
    })
    expect([qif.quarantined, qif.rejected]).toEqual([0, 0])
  })

  test('every difference between the file’s verdicts and ours would be told: there is none', () => {
    expect(qif.notes.filter((note) => note.includes('the file says'))).toEqual([])
    expect(qif.notes.filter((note) => note.includes('does not say when'))).toHaveLength(2)
  })

  test('seven machines stand in the site, each heard of', async () => {
    const { equipment } = await system.ask(`{ equipment(where: { site: "NIST" }) { nodes {
      equipmentId state lastFactAt path { scopeId } } } }`)
    const machines = equipment.nodes.filter((e: any) => e.lastFactAt !== null)
    expect(machines.map((e: any) => e.equipmentId).toSorted()).toEqual(
      ['GFAgie01', 'Hurco01', 'Hurco02', 'Hurco03', 'Hurco04', 'Hurco06', 'Mazak01'].toSorted(),
    )
    for (const machine of machines) expect(machine.path[0].scopeId).toBe('NIST')
  })

  test('each Cover has three operations in order, with their real start and end', async () => {
    for (const piece of PIECES) {
      const { unit } = await system.ask(`{ unit(serial: "Cover-${piece}") { ${UNIT} } }`)
      const operations = [1, 2, 3].map((n) => timesOf('Cover', n, piece))
      expect(unit.operations.map(timing)).toEqual(operations)
      expect(unit).toMatchObject({ materialId: 'Cover', madeAt: operations[2]!.endedAt })
    }
  })

  test('each Plate has two, the piece begun before the piece before was completed too', async () => {
    for (const piece of PIECES) {
      const { unit } = await system.ask(`{ unit(serial: "Plate-${piece}") { ${UNIT} } }`)
      expect(unit.operations.map(timing)).toEqual([1, 2].map((n) => timesOf('Plate', n, piece)))
    }
  })

  test('the program is the one in the control when the operation began', async () => {
    const programs = async (serial: string) =>
      (
        await system.ask(`{ unit(serial: "${serial}") { operations { program } } }`)
      ).unit.operations.map((operation: any) => operation.program)
    expect(await programs('Cover-03')).toEqual(Array(3).fill('NIST_MTC_CRADA_COVER_REV-A.NC'))
    expect(await programs('Plate-03')).toEqual([
      'NIST_MTC_CRADA_PLATE-3.NC',
      'NIST_MTC_CRADA_PLATE-BACK FACE.NC',
    ])
  })

  test('a unit shows every measured characteristic beside its operations', async () => {
    for (const [part, count] of [
      ['Cover', 28],
      ['Plate', 38],
    ] as const)
      for (const piece of [1, 20]) {
        const serial = `${part}-${PIECES[piece - 1]}`
        const { unit } = await system.ask(`{ unit(serial: "${serial}") { ${UNIT} } }`)
        expect(unit.measurements).toHaveLength(count)
        expect(unit.measurements.map((m: any) => m.value)).toEqual(valuesOf(part, piece))
      }
    const { unit } = await system.ask(`{ unit(serial: "Cover-20") { ${UNIT} } }`)
    const flatness = unit.measurements.find((m: any) => m.name === 'Flatness 1')
    expect(flatness).toEqual({ name: 'Flatness 1', value: 0.078, unit: 'MMT', verdict: 'FAIL' })
  })

  test('Cover 559 pass and 1 fails, Plate 662 and 98', async () => {
    const totals = async (material: string) =>
      (
        await system.ask(`{ inspections(first: 1, where: { materialId: "${material}" }) {
          totalCount totals { passed failed notJudged } } }`)
      ).inspections
    expect(await totals('Cover')).toEqual({
      ...{ totalCount: 20, totals: { passed: 559, failed: 1, notJudged: 0 } },
    })
    expect(await totals('Plate')).toEqual({
      ...{ totalCount: 20, totals: { passed: 662, failed: 98, notJudged: 0 } },
    })
  })

  test('a second import changes nothing', async () => {
    const before = await system.head()
    await importAll()
    expect([raw, split, qif].map((r) => [r.recorded, r.rejected])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    expect(await system.head()).toBe(before)
  })
})
