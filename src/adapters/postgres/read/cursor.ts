import { z } from 'zod'
import type { ColumnType } from '../../../projections/projection.ts'
import type { PageQuery } from '../../../projections/read-models.ts'

/** The cursor is not one that this list gave out. */
export class InvalidCursor extends Error {
  readonly code = 'InvalidCursor'
  constructor() {
    super('the cursor is not one of this list in this order')
    this.name = 'InvalidCursor'
  }
}

/** Where a page ended: the value ordered by, and the key that breaks ties. */
export interface Place {
  readonly value: string | number | boolean | null
  readonly key: string
}

type Order = PageQuery['orderBy']

const MAX_CURSOR = 8_192
const content = z.tuple([
  z.string(),
  z.enum(['asc', 'desc']),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
  z.string(),
])

export const encodeCursor = ({ column, direction }: Order, { value, key }: Place): string =>
  Buffer.from(JSON.stringify([column, direction, value, key])).toString('base64url')

/** @throws InvalidCursor when it was made by hand, for another order, or for another type */
export function decodeCursor(cursor: string, order: Order, type: ColumnType): Place {
  const [column, direction, value, key] = parse(cursor)
  if (column !== order.column || direction !== order.direction || !fits(value, type))
    throw new InvalidCursor()
  return { value, key }
}

function parse(cursor: string): z.infer<typeof content> {
  if (cursor.length > MAX_CURSOR) throw new InvalidCursor()
  try {
    const parsed = content.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (parsed.some((part) => typeof part === 'string' && part.includes('\0')))
      throw new InvalidCursor()
    return parsed
  } catch {
    throw new InvalidCursor()
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
function fits(value: Place['value'], type: ColumnType): boolean {
  if (value === null) return true
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'timestamptz':
      return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
    case 'double precision':
      return typeof value === 'number'
    case 'bigint':
      return Number.isSafeInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'jsonb':
      return false
  }
}
