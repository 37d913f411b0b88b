import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { judge } from '../../src/domain/quality/verdict.ts'

/** Results of a coordinate measuring machine with the verdicts of its own software. */
const FOLDER = resolve('../shared/data/nist/qif')
const isThere = existsSync(FOLDER)
if (!isThere) console.log(`skipped: ${FOLDER} is not there`)

interface Found {
  readonly value: number
  readonly status: string
  readonly lowerLimit: number | null
  readonly upperLimit: number | null
}

const list = (x: unknown): any[] => (x === undefined ? [] : Array.isArray(x) ? x : [x])
/** The children of an element whose names end so, whatever kind of characteristic they are. */
const ending = (parent: any, suffix: string): any[] =>
  Object.entries(parent ?? {}).flatMap(([name, child]) =>
    name.endsWith(suffix) ? list(child) : [],
  )

function read(file: string): Found[] {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' })
  const { QIFDocument: doc } = parser.parse(readFileSync(resolve(FOLDER, file), 'utf8'))
  const { CharacteristicDefinitions, CharacteristicNominals, CharacteristicItems } =
    doc.Characteristics
  const byId = (all: any[]) => new Map(all.map((x) => [String(x['@id']), x]))
  const definitions = byId(ending(CharacteristicDefinitions, 'Definition'))
  const nominals = byId(ending(CharacteristicNominals, 'Nominal'))
  const items = byId(ending(CharacteristicItems, 'Item'))
  const sets = list(doc.MeasurementsResults.MeasurementResultsSet.MeasurementResults)
  return sets.flatMap((set) =>
    ending(set.MeasuredCharacteristics.CharacteristicActuals, 'Actual').map((actual): Found => {
      const item = items.get(String(actual.CharacteristicItemId))
      const nominal = nominals.get(String(item.CharacteristicNominalId))
      const { Tolerance, ToleranceValue } = definitions.get(
        String(nominal.CharacteristicDefinitionId),
      )
      return {
        value: Number(actual.Value),
        status: actual.Status.CharacteristicStatusEnum,
        lowerLimit: Tolerance?.MinValue ?? null,
        upperLimit: Tolerance?.MaxValue ?? ToleranceValue ?? null,
      }
    }),
  )
}

describe.skipIf(!isThere)(
  'verdicts from the limits of the file equal those of its software',
  () => {
    test.each([
      ['Cover_Results.qif', 559, 1],
      ['Plate_Results.qif', 662, 98],
    ])('%s: %i pass, %i fail', (file, passed, failed) => {
      const results = read(file)
      const differing = results.filter(
        (r) => judge({ value: r.value, passed: null }, r) !== r.status,
      )
      expect(differing).toEqual([])
      const verdicts = results.map((r) => judge({ value: r.value, passed: null }, r))
      expect(verdicts.filter((v) => v === 'PASS')).toHaveLength(passed)
      expect(verdicts.filter((v) => v === 'FAIL')).toHaveLength(failed)
    })
  },
)
