import { z } from 'zod'

/** Longest identifier a stream name or a read-model key can carry comfortably. */
const MAX_ID = 128
/** Long enough for a shift remark, short enough that a mistake cannot fill the log. */
const MAX_TEXT = 2_000
/** Quantities are kept to six decimals: grams of a tonne, and exact in double precision up to 9e9. */
const QUANTITY_SCALE = 1e6
const MAX_QUANTITY = 1e9

/** Identifiers of orders, lots, equipment, people: printable, without spaces at the ends. */
export const id = z
  .string()
  .min(1)
  .max(MAX_ID)
  .regex(/^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u, 'must be printable, without outer spaces')

export const text = z
  .string()
  .max(MAX_TEXT)
  .refine((s) => !s.includes('\u0000'), 'must not contain a NUL character')

/** A reason that somebody will read in an audit: never blank. */
export const reason = text.refine((s) => s.trim().length > 0, 'must not be blank')

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** A valid instant as UTC with milliseconds. Most come so already, and are only looked at. */
const canonicalInstant = (value: string): string =>
  CANONICAL.test(value) ? value : new Date(value).toISOString()

/** ISO-8601 instant with an offset or Z in; UTC with milliseconds out. */
export const instant = z.iso.datetime({ offset: true }).transform(canonicalInstant).pipe(z.string())

/** Unit of measure: a UN/ECE Recommendation 20 code such as C62 (piece), KGM, LTR, KWH, MTR. */
export const unit = z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be a UN/ECE Rec 20 code such as C62')

export const quantity = z.number().nonnegative().max(MAX_QUANTITY)
export const positiveQuantity = z.number().positive().max(MAX_QUANTITY)
export const durationMs = z.number().int().nonnegative()

/** Rounds to the six decimals in which quantities are kept, so that sums balance to the unit; never to -0. */
export const exact = (value: number): number =>
  Math.round(value * QUANTITY_SCALE) / QUANTITY_SCALE + 0
export const plus = (a: number, b: number): number => exact(a + b)
export const minus = (a: number, b: number): number => exact(a - b)
