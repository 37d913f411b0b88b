import type { Mapping, TestRule, ValueRule } from './mapping-schema.ts'
import { timeReader } from './mapping-time.ts'

export type Value = string | number | boolean | null
export type Values = { [name: string]: Value }

/** One row of the file: a cell by the name of its column. */
export type Cells = (column: string) => string

/** Why a row cannot be mapped: the value, what it was, and the rule it broke. */
export class UnmappableRow extends Error {}

type Step = (value: Value, values: Values) => Value

/** Makes of each row its values, in the order of the mapping. @throws UnmappableRow */
export function valuesReader(
  mapping: Mapping,
): (cells: Cells, line: number, file: string) => Values {
  const rules = Object.entries(mapping.values).map(([name, rule]) => ({
    name,
    source: sourceOf(name, rule),
    steps: stepsOf(name, rule, mapping.site.timeZone),
  }))
  return (cells, line, file) => {
    const values: Values = { line, file }
    for (const { name, source, steps } of rules)
      values[name] = steps.reduce((value, step) => step(value, values), source(cells, values))
    return values
  }
}

function sourceOf(name: string, rule: ValueRule): (cells: Cells, values: Values) => Value {
  const { column, template, value, sum, difference, product, quotient } = rule
  if (column !== undefined) return (cells) => cells(column).trim()
  if (template !== undefined) return (cells, values) => fill(template, cells, values)
  if (value !== undefined) return (_, values) => values[value] ?? null
  const operands = sum ?? difference ?? product ?? quotient!
  const combine = (a: number, b: number): number =>
    sum ? a + b : difference ? a - b : product ? a * b : a / b
  return (_, values) => {
    const numbers = operands.map((o) => (typeof o === 'number' ? o : (values[o] ?? null)))
    // Nothing is known of a sum of which one part is unknown.
    if (numbers.includes(null)) return null
    const result = numbers.map((n) => number(name, n)).reduce(combine)
    if (!Number.isFinite(result)) throw fault(name, numbers.join(' and '), 'has no finite result')
    return result
  }
}

/** In the order in which the schema lists them. */
function stepsOf(name: string, rule: ValueRule, zone: string): Step[] {
  const { empty, lookup, otherwise, time, times, dividedBy, plus, round, shift } = rule
  const steps: Step[] = [(v) => (v === '' ? (empty ?? null) : v)]
  const step = (apply: (value: Exclude<Value, null>, values: Values) => Value) =>
    steps.push((value, values) => (value === null ? null : apply(value, values)))
  if (lookup)
    step((v) => {
      if (Object.hasOwn(lookup, String(v))) return lookup[String(v)]!
      if (otherwise !== undefined) return otherwise
      throw fault(name, v, `must be one of ${Object.keys(lookup).join(', ')}`)
    })
  if (time) {
    const read = timeReader(time, zone)
    step((v) => {
      const instant = read(String(v))
      if (instant === null) throw fault(name, v, `must be a time like ${time.format}`)
      return instant
    })
  }
  if (rule.number !== undefined) {
    const format = rule.number === true ? { decimal: '.' as const } : rule.number
    step((v) => number(name, typeof v === 'string' ? plain(v, format) : v, v))
  }
  if (times !== undefined) step((v) => number(name, v) * times)
  if (dividedBy !== undefined) step((v) => number(name, v) / dividedBy)
  if (plus !== undefined) step((v) => number(name, v) + plus)
  if (round !== undefined) step((v) => Number(number(name, v).toFixed(round)))
  if (shift !== undefined) {
    const by = Temporal.Duration.from(shift).total('milliseconds')
    step((v) => moved(name, v, by))
  }
  const { minusSeconds } = rule
  if (minusSeconds !== undefined)
    step((v, values) => moved(name, v, -1_000 * number(name, values[minusSeconds] ?? null)))
  return steps
}

const plain = (
  text: string,
  { decimal, group }: { decimal: '.' | ','; group?: string | undefined },
) => {
  const joined = group ? text.replaceAll(group, '') : text
  return decimal === ',' ? joined.replace(',', '.') : joined
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

function number(name: string, value: Value, shown: Value = value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && NUMBER.test(value)) return Number(value)
  throw fault(name, shown, 'must be a number')
}

function moved(name: string, value: Value, ms: number): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw fault(name, value, 'must be a time before it can be moved')
  return new Date(at + ms).toISOString()
}

const fault = (name: string, value: Value, rule: string): UnmappableRow =>
  new UnmappableRow(`${name} ${JSON.stringify(value)}: ${rule}`)

const BRACES = /\{([^{}]+)\}/g

/** Names in the braces of a template. */
export const bracesOf = (template: string): string[] =>
  [...template.matchAll(BRACES)].map(([, name]) => name!)

const fill = (template: string, cells: Cells, values: Values): string =>
  template.replaceAll(BRACES, (_, name: string) =>
    String(Object.hasOwn(values, name) ? (values[name] ?? '') : cells(name).trim()),
  )

/** Whether a test holds for a cell or value. A number in a test also matches the text of it. */
export function holds(rule: TestRule, found: Value): boolean {
  const among = (list: readonly Value[]) =>
    list.some((v) => v === found || (found !== null && String(v) === String(found)))
  if (rule.is && !among(rule.is)) return false
  if (rule.isNot && among(rule.isNot)) return false
  if (rule.above !== undefined && !(found !== null && Number(found) > rule.above)) return false
  return rule.below === undefined || (found !== null && Number(found) < rule.below)
}
