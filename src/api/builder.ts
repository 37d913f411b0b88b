import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import { Kind } from 'graphql'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** Every field of a query costs one; a list multiplies what is below it by this many rows. */
const EXPECTED_LIST_LENGTH = 10

export const builder = new SchemaBuilder<{
  Context: Context
  DefaultFieldNullability: false
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: string; Output: string }
    Date: { Input: string; Output: string }
    Long: { Input: number; Output: number }
    Position: { Input: number; Output: number }
    JSON: { Input: unknown; Output: unknown }
  }
}>({
  plugins: [ComplexityPlugin],
  defaultFieldNullability: false,
  // The limit itself is checked once per document before it runs; see limits.ts.
  complexity: {
    disabled: true,
    defaultComplexity: 1,
    defaultListMultiplier: EXPECTED_LIST_LENGTH,
  },
})

builder.queryType({
  description: 'Reads. Every answer comes from read models that are folded from the event log.',
})
builder.mutationType({
  description: 'Commands, which may be refused, and observations, which may not.',
})
builder.subscriptionType({
  description: 'What changed, after it can be read. Over SSE or the graphql-transport-ws protocol.',
})

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/
const DATE = /^\d{4}-\d{2}-\d{2}$/

const instant = (value: unknown): string => {
  if (typeof value !== 'string' || !INSTANT.test(value) || Number.isNaN(Date.parse(value)))
    throw apiError('InvalidInput', `${JSON.stringify(value)} is not an ISO-8601 instant with zone.`)
  return new Date(value).toISOString()
}
const date = (value: unknown): string => {
  if (typeof value !== 'string' || !DATE.test(value) || Number.isNaN(Date.parse(value)))
    throw apiError('InvalidInput', `${JSON.stringify(value)} is not an ISO-8601 date.`)
  return value
}
const safeInteger = (value: unknown): number => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (!Number.isSafeInteger(number))
    throw apiError('InvalidInput', `${JSON.stringify(value)} is not a whole number.`)
  return number as number
}
const position = (value: unknown): number => {
  const number = safeInteger(value)
  if (number < 0) throw apiError('InvalidInput', `position ${number} is before the log begins.`)
  return number
}

builder.scalarType('DateTime', {
  description: 'An instant as ISO-8601 in UTC with milliseconds, e.g. 2026-03-02T06:00:00.000Z.',
  // What read models hold is in this form already; this runs for every timestamp of a list.
  serialize: (value) => value,
  parseValue: instant,
})
builder.scalarType('Date', {
  description: 'A calendar day as ISO-8601, e.g. 2026-03-02.',
  serialize: (value) => value,
  parseValue: date,
})
builder.scalarType('Long', {
  description: 'A whole number up to 2^53 - 1, as a JSON number.',
  serialize: (value) => value,
  parseValue: safeInteger,
  parseLiteral: (node) =>
    safeInteger(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
})
builder.scalarType('Position', {
  description: 'A place in the event log, as a string. It grows; its distances mean nothing.',
  serialize: (value) => String(value) as never,
  parseValue: position,
  parseLiteral: (node) =>
    position(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
})
builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
})

/** A number with its unit, a UN/ECE Recommendation 20 code. */
export interface Quantity {
  readonly value: number
  readonly unit: string
}

export const QuantityRef = builder.objectRef<Quantity>('Quantity').implement({
  description: 'A number with its unit.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'How much, kept to six decimals.' }),
    unit: t.exposeString('unit', {
      description: 'UN/ECE Recommendation 20 code: C62 piece, KGM kilogram, KWH kilowatt hour.',
    }),
  }),
})

/** Null stays null: nothing was ever said about this quantity. */
export const quantity = (value: number, unit: string): Quantity => ({ value, unit })

/** Pothos types lists as arrays that resolvers may change; nobody changes what a reader answers. */
export const listed = <T>(rows: Promise<readonly T[]>): Promise<T[]> => rows as Promise<T[]>
