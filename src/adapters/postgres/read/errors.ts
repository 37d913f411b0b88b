import { CheckpointMoved, WriteRefused, type Table } from '../../../projections/tables.ts'

/** SQLSTATE classes of an unreachable, busy, full or restarting server: to be tried again. */
const OUTAGE_CLASSES: ReadonlySet<string> = new Set([
  '08',
  '25',
  '40',
  '53',
  '55',
  '57',
  '58',
  'XX',
])
const UNDEFINED_TABLE = '42P01'
/** A second primary key: another session was faster. */
export const ADDED_MEANWHILE = '42P16'
export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** Tells a table that is gone, and rows that the database refuses, from an outage. */
export function translate(error: unknown, table: Table): unknown {
  const code = codeOf(error)
  if (code === UNDEFINED_TABLE) return new CheckpointMoved([table.name])
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
  if (isSqlState && !OUTAGE_CLASSES.has(code.slice(0, 2)))
    return new WriteRefused(table.name, error)
  return error instanceof TypeError || error instanceof RangeError
    ? new WriteRefused(table.name, error)
    : error
}
