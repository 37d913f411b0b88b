import type { Keyed, Projection } from '../../../projections/projection.ts'
import type { Page, PageQuery, Query } from '../../../projections/read-models.ts'
import { columnsOf, quoted } from './columns.ts'
import { createParameters, typeOf, whereSql } from './conditions.ts'
import { decodeCursor, encodeCursor, type Place } from './cursor.ts'

/**
 * One page by keyset: it costs the same however deep it is. Nulls stand at the end of an ascending
 * list and at the start of a descending one, as in PostgreSQL's indexes. They are a part of their own,
 * because a row comparison with a null in it holds for nothing.
 */
export function pageSql(p: Projection, query: PageQuery, sites: readonly string[] | null): Query {
  const { column, direction } = query.orderBy
  const type = typeOf(p, column)
  const place = query.after ? decodeCursor(query.after, query.orderBy, type) : null
  const parameters = createParameters()
  const where = whereSql(p, query.where, sites, parameters)
  const limit = parameters.add(query.first + 1, 'bigint')
  const names = columnsOf(p)
    .map(([name]) => quoted(name))
    .join(', ')
  const by = quoted(column)
  const order = column === 'key' ? `key ${direction}` : `${by} ${direction}, key ${direction}`
  const beyond = direction === 'asc' ? '>' : '<'
  const key = place && parameters.add(place.key, 'text')

  const part = (number: number, condition: string): string =>
    `(select ${names}, ${number} as _part from read.${quoted(p.name)} ` +
    `where ${where} and ${condition} order by ${order} limit ${limit})`
  const values = (): string =>
    place && place.value !== null
      ? `(${by}, key) ${beyond} (${parameters.add(place.value, type)}, ${key})`
      : `${by} is not null`
  const nulls = (): string =>
    place && place.value === null ? `${by} is null and key ${beyond} ${key}` : `${by} is null`

  const parts = partsOf(query, place).map((name, i) =>
    part(i, name === 'values' ? values() : nulls()),
  )
  const text = `select ${names} from (${parts.join(' union all ')}) parts order by _part, ${order} limit ${limit}`
  return { text, values: parameters.values }
}

/** Which parts of the list are still to come. */
function partsOf({ orderBy }: PageQuery, place: Place | null): readonly ('values' | 'nulls')[] {
  if (orderBy.column === 'key') return ['values']
  if (orderBy.direction === 'asc') return place?.value === null ? ['nulls'] : ['values', 'nulls']
  return place && place.value !== null ? ['values'] : ['nulls', 'values']
}

/** @param found one row more than asked for, where there is more */
export function toPage<Row extends object>(
  found: readonly Keyed<Row>[],
  { first, orderBy }: PageQuery<Row>,
): Page<Row> {
  return {
    rows: found.slice(0, first).map((row) => ({
      row,
      cursor: encodeCursor(orderBy, {
        value: (row as Record<string, any>)[orderBy.column] ?? null,
        key: row.key,
      }),
    })),
    hasNextPage: found.length > first,
  }
}
