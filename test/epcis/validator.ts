import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'

const folder = resolve('../shared/standards/epcis')

/** False where the official schema and examples are not at hand; tests that need them are skipped. */
export const hasStandard = existsSync(folder)
if (!hasStandard) console.log(`${folder} is not there: tests against the EPCIS schema are skipped`)

/** Checks documents against the official JSON Schema of EPCIS 2.0; answers with what is wrong. */
export function officialSchema(): (document: unknown) => string {
  const ajv = new Ajv({ strict: false, allErrors: false })
  formats.default(ajv)
  const file = join(folder, 'EPCIS-JSON-Schema.json')
  const check = ajv.compile(JSON.parse(readFileSync(file, 'utf8')))
  return (document) => (check(document) ? '' : ajv.errorsText(check.errors))
}

/** The official examples, by name. */
export const officialExamples = (): readonly (readonly [name: string, file: string])[] =>
  readdirSync(join(folder, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonld'))
    .toSorted()
    .map((name) => [name, join(folder, 'examples', name)])
