import type { ColumnType, Projection } from '../../../projections/projection.ts'
import type { Condition } from '../../../projections/read-models.ts'
import { cleanText, columnsOf, quoted } from './columns.ts'

/** Parameters of one statement, in the order of their `$n`. */
export interface Parameters {
  readonly values: unknown[]
  /** Adds a value and answers with its typed placeholder. */
  add(value: unknown, type: string): string
}

export function createParameters(): Parameters {
  const values: unknown[] = []
  return { values, add: (value, type) => `$${values.push(value)}::${type}` }
}

/** @throws Error when the projection has no such column: names never come from a user's text */
export function typeOf(p: Projection, column: string): ColumnType {
  const found = columnsOf(p).find(([name]) => name === column)
  if (!found) throw new Error(`${p.name} has no column ${JSON.stringify(column)}`)
  return found[1]
}

/** The "where" of these conditions and sites, `true` where there is none. */
export function whereSql(
  p: Projection,
  where: readonly Condition[],
  sites: readonly string[] | null,
  parameters: Parameters,
): string {
  const all = where.map((condition) => conditionSql(p, condition, parameters))
  if (sites) all.push(`site = any(${parameters.add(sites, 'text[]')})`)
  return all.length === 0 ? 'true' : all.join(' and ')
}

function conditionSql(p: Projection, c: Condition, parameters: Parameters): string {
  const type = typeOf(p, c.column)
  const column = quoted(c.column)
  if (c.op === 'isNull') return `${column} is null`
  if (c.op === 'isNotNull') return `${column} is not null`
  if (c.value === null || c.value === undefined || c.value === '') return 'false'
  switch (c.op) {
    case '=':
    case '>=':
    case '>':
    case '<':
    case '<=':
      return `${column} ${c.op} ${parameters.add(parameter(c.value, type), type)}`
    case 'in': {
      const values = (c.value as readonly unknown[]).map((value) => parameter(value, type))
      return `${column} = any(${parameters.add(values, `${type}[]`)})`
    }
    case 'startsWith':
      return `${column} like ${parameters.add(`${escapeLike(c.value)}%`, 'text')}`
    case 'contains':
      return type === 'jsonb'
        ? `${column} @> ${parameters.add(parameter(c.value, type), type)}`
        : // In the database's own collation, where upper and lower case of all letters are known.
          `${column} collate "default" ilike ${parameters.add(`%${escapeLike(c.value)}%`, 'text')}`
  }
}

const parameter = (value: unknown, type: ColumnType): unknown => {
  if (type === 'jsonb') return JSON.stringify(value)
  return typeof value === 'string' ? cleanText(value) : value
}

const escapeLike = (value: unknown): string =>
  (typeof value === 'string' ? cleanText(value) : JSON.stringify(value)).replace(/[\\%_]/g, '\\$&')
