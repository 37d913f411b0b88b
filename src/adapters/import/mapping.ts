import { parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Decider } from '../../domain/decider.ts'
import { deciders, observationDefinitions } from '../../domain/index.ts'
import { ImportError } from './errors.ts'
import { mappingSchema, type Mapping } from './mapping-schema.ts'
import { faultOfFormat } from './mapping-time.ts'
import { bracesOf } from './mapping-values.ts'
import { readText } from './lines.ts'

/** A mapping is some hundred lines of text. */
const MAX_BYTES = 1_000_000
/** Names every row has beside the mapping's own; `position` counts within a group. */
const BUILT_IN = ['line', 'file']
const IN_A_LIST = [...BUILT_IN, 'position']

/**
 * Reads and checks a mapping: its keys, the names it refers to, the commands, observations and fields
 * it makes. Columns are checked when a file is opened.
 * @throws ImportError with one line for each fault: key, value, rule
 */
export async function readMapping(file: string): Promise<Mapping> {
  return parseMapping(file, await readText(file, MAX_BYTES))
}

export function parseMapping(file: string, text: string): Mapping {
  // No aliases: a mapping of a few lines could otherwise unfold into gigabytes.
  const document = parseDocument(text, { uniqueKeys: true })
  const [error] = document.errors
  if (error) throw new ImportError(file, `is not YAML: ${error.message}`)
  const input = toObject(file, document)
  const parsed = mappingSchema.safeParse(input)
  if (!parsed.success)
    throw new ImportError(file, sentences(parsed.error.issues.map((i) => zodFault(i, input))))
  const faults = faultsOf(parsed.data)
  if (faults.length > 0) throw new ImportError(file, sentences(faults))
  return parsed.data
}

function toObject(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    throw new ImportError(file, `uses YAML aliases, which mappings do without`, error)
  }
}

const sentences = (faults: readonly string[]): string =>
  faults.length === 1 ? faults[0]! : `${faults.length} faults\n  ${faults.join('\n  ')}`

function zodFault(issue: z.core.$ZodIssue, input: unknown): string {
  const value = issue.path.reduce<any>((v, key) => v?.[key as string], input)
  const shown = value === undefined ? 'is missing' : (JSON.stringify(value) ?? String(value))
  return `${issue.path.join('.') || 'the mapping'} ${shown.slice(0, 80)}: ${issue.message}`
}

/** The columns a mapping reads. */
export function columnsOf(mapping: Mapping): ReadonlySet<string> {
  const names = new Set([...BUILT_IN, ...Object.keys(mapping.values)])
  const columns = Object.values(mapping.values).flatMap(({ column, template }) => [
    ...(column === undefined ? [] : [column]),
    ...bracesOf(template ?? '').filter((brace) => !names.has(brace)),
  ])
  return new Set([...columns, ...mapping.skip.flatMap(({ column }) => column ?? [])])
}

/** The decider of a command; undefined for one nobody knows, or that only Taktlog itself sends. */
export const deciderOf = (type: string): Decider | undefined =>
  deciders.find((decider) => decider.commands[type] && !decider.internal?.includes(type))

function faultsOf(mapping: Mapping): string[] {
  const faults: string[] = []
  const known = new Set(BUILT_IN)
  const refer = (key: string, name: string | undefined, names: Iterable<string> = known) => {
    if (name !== undefined && !new Set(names).has(name))
      faults.push(
        `${key} ${name}: must be a value: ${[...names].join(', ') || 'none is known here'}`,
      )
  }
  for (const [name, rule] of Object.entries(mapping.values)) {
    const key = `values.${name}`
    refer(`${key}.value`, rule.value)
    refer(`${key}.minusSeconds`, rule.minusSeconds)
    for (const operands of [rule.sum, rule.difference, rule.product, rule.quotient])
      for (const o of operands ?? []) if (typeof o === 'string') refer(key, o)
    const format = rule.time && faultOfFormat(rule.time.format)
    if (format) faults.push(`${key}.time.format ${rule.time!.format}: ${format}`)
    if (known.has(name)) faults.push(`${key}: is a name every row has already`)
    known.add(name)
  }
  const at = { refer, faults }
  for (const [i, rule] of mapping.setup.entries())
    checkData(at, `setup.${i}`, rule.data, commandShape(at, `setup.${i}`, rule.command), [])
  for (const [i, rule] of mapping.groups.entries()) {
    const key = `groups.${i}`
    refer(`${key}.by`, rule.by)
    refer(`${key}.at`, rule.at)
    checkData(at, key, rule.data, commandShape(at, key, rule.command), [...known])
  }
  for (const [i, rule] of mapping.rows.entries()) {
    const key = `rows.${i}`
    refer(`${key}.at`, rule.at)
    refer(`${key}.onChange.of`, rule.onChange?.of)
    refer(`${key}.onChange.per`, rule.onChange?.per)
    for (const test of rule.when) refer(`${key}.when`, test.value)
    const shape = rule.command
      ? commandShape(at, key, rule.command)
      : eventShape(at, key, rule.observe!)
    checkData(at, key, rule.data, shape, [...known])
  }
  return faults
}

interface Check {
  readonly refer: (key: string, name: string | undefined, names?: Iterable<string>) => void
  readonly faults: string[]
}
type Shape = Readonly<Record<string, unknown>> | null

function commandShape({ faults }: Check, key: string, type: string): Shape {
  const schema = deciderOf(type)?.commands[type]
  if (!schema) faults.push(`${key}.command ${type}: is no command of this system`)
  return schema ? schema.shape : null
}

function eventShape({ faults }: Check, key: string, type: string): Shape {
  const definition = observationDefinitions.get(type)
  if (!definition) faults.push(`${key}.observe ${type}: is no observation of this system`)
  return definition ? (definition.event.schema as z.ZodObject).shape : null
}

function checkData(
  at: Check,
  key: string,
  data: Readonly<Record<string, unknown>>,
  shape: Shape,
  names: readonly string[],
): void {
  const fields = shape && Object.keys(shape).filter((field) => field !== 'type')
  for (const [field, value] of Object.entries(data)) {
    if (fields && !fields.includes(field))
      at.faults.push(`${key}.data.${field}: must be one of ${fields.join(', ')}`)
    checkReferences(at, `${key}.data.${field}`, value, names)
  }
}

function checkReferences(at: Check, key: string, value: unknown, names: readonly string[]): void {
  if (typeof value === 'string' && /^\$[^$]/.test(value)) at.refer(key, value.slice(1), names)
  else if (isList(value)) {
    at.refer(`${key}.each`, value.each, names)
    checkReferences(at, `${key}.item`, value.item, [...names, ...IN_A_LIST])
  } else if (typeof value === 'object' && value !== null)
    for (const [k, v] of Object.entries(value)) checkReferences(at, `${key}.${k}`, v, names)
}

export interface ListTemplate {
  readonly each: string
  readonly item: unknown
}
/** A list with an item for each value that a name takes in a group. */
export const isList = (value: unknown): value is ListTemplate =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 2 &&
  'each' in value &&
  'item' in value &&
  typeof value.each === 'string'
