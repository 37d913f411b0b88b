import { z } from 'zod'
import { timeZone } from '../../domain/site/time-zone.ts'
import { id, text } from '../../domain/types.ts'

/**
 * What a mapping file says, key by key. It is declarative: cells become named values, values become
 * commands and observations. There is no code in it and none is evaluated.
 */
const name = z.string().regex(/^[A-Za-z]\w*$/, 'must be a name of letters, digits and _')
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
const operands = z.array(z.union([name, z.number()])).min(2)

const time = z.strictObject({
  /** `iso`, or a pattern of yyyy M MM d dd H HH m mm s ss SSS and literal characters. */
  format: z.string().min(1),
  /** Zone of times without an offset; the site's where absent. */
  zone: timeZone.optional(),
  /** `end`: 00:00 under a date means the end of that day, as meters that stamp intervals write it. */
  midnight: z.enum(['start', 'end']).default('start'),
  /**
   * For a local time that a clock change skips or repeats. `compatible` (RFC 5545): a skipped time
   * goes on as before the change, of a repeated one the first counts. `reject`: to quarantine.
   */
  ambiguous: z.enum(['compatible', 'earlier', 'later', 'reject']).default('compatible'),
})
export type TimeRule = z.output<typeof time>

/** One source, then these steps in this order. */
const value = z
  .strictObject({
    column: z.string().min(1).optional(),
    /** Text with `{value}` or `{Column}` in braces. */
    template: z.string().min(1).optional(),
    value: name.optional(),
    sum: operands.optional(),
    difference: operands.optional(),
    product: operands.optional(),
    quotient: operands.optional(),
    /** What an empty cell stands for; without it, an empty cell is `null`. */
    empty: cell.optional(),
    lookup: z.record(z.string(), cell).optional(),
    /** For what is not in `lookup`; without it such a row goes to quarantine. */
    otherwise: cell.optional(),
    time: time.optional(),
    number: z
      .union([
        z.literal(true),
        z.strictObject({ decimal: z.enum(['.', ',']), group: z.string().max(1).optional() }),
      ])
      .optional(),
    times: z.number().optional(),
    dividedBy: z.number().optional(),
    plus: z.number().optional(),
    /** Decimals to round to. */
    round: z.number().int().min(0).max(9).optional(),
    /** ISO-8601 duration to move a time by: `-PT15M`. */
    shift: z
      .string()
      .regex(/^-?PT(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?$/, 'must be a duration such as -PT15M')
      .optional(),
    /** Seconds to move a time back by. */
    minusSeconds: name.optional(),
  })
  .refine((v) => SOURCES.filter((s) => v[s] !== undefined).length === 1, {
    error: 'must have exactly one of column, template, value, sum, difference, product, quotient',
  })
const SOURCES = ['column', 'template', 'value', 'sum', 'difference', 'product', 'quotient'] as const
export type ValueRule = z.output<typeof value>

const test = z
  .strictObject({
    column: z.string().min(1).optional(),
    value: name.optional(),
    is: z.array(cell).min(1).optional(),
    isNot: z.array(cell).min(1).optional(),
    above: z.number().optional(),
    below: z.number().optional(),
  })
  .refine((t) => (t.column === undefined) !== (t.value === undefined), {
    error: 'must have either column or value',
  })
  .refine((t) => [t.is, t.isNot, t.above, t.below].some((x) => x !== undefined), {
    error: 'must have is, isNot, above or below',
  })
export type TestRule = z.output<typeof test>

/** Fields of a command or observation: `$name` is a value, everything else stands for itself. */
const data = z.record(z.string(), z.unknown())

const row = z
  .strictObject({
    command: z.string().optional(),
    observe: z.string().optional(),
    when: z.array(test).default([]),
    /** Only where this value differs from the one before of the same `per`. */
    onChange: z.strictObject({ of: name, per: name }).optional(),
    /** The value that says when it happened. */
    at: name,
    data,
  })
  .refine((r) => (r.command === undefined) !== (r.observe === undefined), {
    error: 'must have either command or observe',
  })
export type RowRule = z.output<typeof row>

const group = z.strictObject({
  /** One command for each value that this takes; sent before any row, if its stream is new. */
  by: name,
  command: z.string(),
  /** Its earliest value among the rows of the group is when it happened. */
  at: name,
  /**
   * A list in here may be `{ each: name, item: {...} }`: one item for each value the name takes in the
   * group, in the order of the file, with `$position` counting from 1.
   */
  data,
})
export type GroupRule = z.output<typeof group>

export const mappingSchema = z.strictObject({
  /** Names the import for ever: ids derive from it. */
  name: id,
  description: text.optional(),
  site: z.strictObject({ id, name: text.optional(), timeZone }),
  csv: z
    .strictObject({
      delimiter: z.string().min(1).max(4).default(','),
      quote: z.string().length(1).default('"'),
    })
    .prefault({}),
  /** Rows to leave out, by their raw cells; any test that holds is enough. */
  skip: z
    .array(test.refine((t) => t.column !== undefined, { error: 'must test a column' }))
    .default([]),
  values: z.record(name, value),
  /** Commands once, before everything else, where their stream is new: places, meters. */
  setup: z.array(z.strictObject({ command: z.string(), data })).default([]),
  groups: z.array(group).default([]),
  rows: z.array(row).min(1),
})
export type Mapping = z.output<typeof mappingSchema>
