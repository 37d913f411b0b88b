import type { Keyed, Projection } from '../projections/projection.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'

/**
 * Objects that were looked up as of a moment. What hangs below them is read as of the same moment:
 * today's children under the parent of last March would be a picture of no time at all.
 */
const moments = new WeakMap<object, Moment>()

export function asOfMoment<R extends object>(row: R | null, moment: Moment | undefined): R | null {
  if (row && moment) moments.set(row, moment)
  return row
}

/** The moment an object was looked up as of; undefined where it is as it is now. */
export const momentOf = (row: object): Moment | undefined => moments.get(row)

interface Relation<Row extends object> {
  readonly column: keyof Row & string
  readonly orderBy: keyof Row & string
  readonly value: string
  /** Streams whose facts make the children; may be more than had happened by then. */
  readonly streams: () => readonly string[] | Promise<readonly string[]>
}

/** Children that facts in the parent's own stream `<category>-<id>` make. */
export const ownChildren =
  <Column extends string, Order extends string>(category: string, column: Column, orderBy: Order) =>
  (value: string) => ({ column, orderBy, value, streams: () => [`${category}-${value}`] })

/** Rows of `p` that belong to `parent`, in the order of `orderBy`, as of the moment of the parent. */
export async function childrenOf<Row extends object>(
  parent: object,
  p: Projection<Row>,
  { column, orderBy, value, streams }: Relation<Row>,
  { reads }: Context,
): Promise<readonly Keyed<Row>[]> {
  const moment = moments.get(parent)
  if (!moment) return reads.children(p, { column, orderBy }, value)
  const [rows] = await reads.allAsOf([p], await streams(), moment)
  return (rows as Keyed<Row>[])
    .filter((row) => row[column] === value)
    .sort((a, b) => compare(a[orderBy], b[orderBy]) || compare(a.key, b.key))
    .map((row) => asOfMoment(row, moment)!)
}

/** The row of `p` with this key, made by one stream, as of the moment of what refers to it. */
export async function relatedOf<Row extends object>(
  from: object,
  p: Projection<Row>,
  { key, stream }: { readonly key: string | null; readonly stream: string },
  { reads }: Context,
): Promise<Keyed<Row> | null> {
  if (key === null) return null
  const moment = moments.get(from)
  return moment
    ? asOfMoment(await reads.asOf(p, key, [stream], moment), moment)
    : reads.load(p, key)
}

const compare = (a: unknown, b: unknown): number =>
  a === b ? 0 : (a as string) < (b as string) ? -1 : 1
