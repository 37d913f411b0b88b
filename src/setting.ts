import { z } from 'zod'

/** A setting: its environment variable, its rule, and what it does, for `taktlog --help` and README. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly variable: string
  readonly schema: S
  readonly about: string
  /** Shown in place of its value: it must not reach a log. */
  readonly secret?: true
}

export const port = z.coerce.number().int().min(0).max(65_535)
export const count = z.coerce.number().int().min(1).max(1_000_000_000)
export const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1')
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item.length > 0),
)
export const setting = <S extends z.ZodType>(
  variable: string,
  schema: S,
  about: string,
  secret?: true,
): Setting<S> => ({ variable, schema, about, ...(secret ? { secret } : {}) })
