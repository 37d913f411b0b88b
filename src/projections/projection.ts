import type { Event, Recorded } from '../domain/event.ts'

/** PostgreSQL column types a read model may use; what JavaScript sees stands behind each. */
export type ColumnType =
  | 'text' // string
  | 'double precision' // number
  | 'bigint' // number, a safe integer
  | 'boolean' // boolean
  | 'timestamptz' // string, ISO-8601 UTC with milliseconds
  | 'jsonb' // any JSON value

type Handler<Row, E extends Event> = {
  /** Which row or rows this fact touches. */
  readonly key: (data: E['data'], fact: Recorded<E>) => string | readonly string[]
  /**
   * The row after the fact; `null` deletes it. Pure, and blind to the order in which facts of
   * different streams arrive: what came later at the source wins by `occurredAt`, not by arrival.
   * @param nth place of `key` among the keys of this fact
   */
  readonly evolve: (row: Row | null, fact: Recorded<E>, key: string, nth: number) => Row | null
  /**
   * The same on a row that is there and that nobody else has seen yet, changed in place: where a copy for each
   * fact costs much. So what any `evolve` of this projection makes shares nothing with the row before it that a
   * `change` changes.
   */
  readonly change?: (row: Row, fact: Recorded<E>, key: string, nth: number) => void
}

/** A keyed fold of facts into rows of one table. */
export interface Projection<Row extends object = any> {
  /** snake_case: the view `read.<name>` over the table of the current version. */
  readonly name: string
  /** Folder name of its context: the read scope that opens it. */
  readonly context: string
  /** Raised when rows change their meaning: the new table is built beside the old. */
  readonly version: number
  /** Every table also has `key text` (primary key) and `site text` (filled from the metadata). */
  readonly columns: { readonly [C in keyof Row & string]: ColumnType }
  /**
   * Columns that say from which position of the log something was known, and to which. They alone
   * depend on the order of arrival: what was known when is nothing else.
   */
  readonly positions?: readonly (keyof Row & string)[]
  /** Columns of each secondary index; made after a rebuild has filled the table. */
  readonly indexes: readonly (readonly (keyof Row & string)[])[]
  readonly on: Readonly<Record<string, Handler<Row, any>>>
}

export const projection =
  <Row extends object>() =>
  <E extends Event<any, any>>(
    definition: Omit<Projection<Row>, 'on'> & {
      readonly on: { readonly [T in E['type']]?: Handler<Row, Extract<E, { type: T }>> }
    },
  ): Projection<Row> =>
    definition as unknown as Projection<Row>

/**
 * Key of a row that a fact makes for itself. Where all handlers have it, each fact makes a row that no
 * other fact touches: it is written as it is, and neither looked up nor remembered.
 */
export const byFact = (_: unknown, fact: { readonly id: string }): string => fact.id

export const isOneRowPerFact = (p: Projection): boolean =>
  Object.values(p.on).every(({ key }) => key === byFact)

/** A row with its key and the site of the first fact that made it. */
export type Keyed<Row> = Row & { readonly key: string; readonly site: string }

/** Rows by key, as far as they are known here; `null` is a row known not to exist. */
export type Rows<Row extends object = any> = Map<string, Keyed<Row> | null>

/** What a fold needs of `Rows`. */
interface RowsAtHand {
  get(key: string): Keyed<object> | null | undefined
  set(key: string, row: Keyed<object> | null): unknown
}

/** The keys that this fact touches. */
export const keysOf = (p: Projection, fact: Recorded<any>): string | readonly string[] =>
  p.on[fact.type]?.key(fact.data, fact) ?? []

/**
 * Applies one fact to the rows it touches. Serves every mode.
 * @param keys those of `keysOf`, where they are known already: making them anew costs as much as folding
 */
export function apply(
  p: Projection,
  fact: Recorded<any>,
  rows: RowsAtHand,
  keys = keysOf(p, fact),
): void {
  const handler = p.on[fact.type]
  if (!handler) return
  if (typeof keys === 'string') {
    const before = rows.get(keys) ?? null
    const after = handler.evolve(before, fact, keys, 0)
    if (after !== before) rows.set(keys, keyed(after, before, keys, fact))
    return
  }
  for (let nth = 0; nth < keys.length; nth++) {
    const key = keys[nth]!
    const before = rows.get(key) ?? null
    const after = handler.evolve(before, fact, key, nth)
    if (after !== before) rows.set(key, keyed(after, before, key, fact))
  }
}

/**
 * What a handler made, as the row it is: an object of its own making gets its key and the site of the
 * first fact; one spread from `before` has both.
 */
export function keyed(
  after: any,
  before: Keyed<object> | null,
  key: string,
  fact: Recorded<any>,
): Keyed<object> | null {
  if (after && after.key === undefined) {
    after.key = key
    after.site = before?.site ?? fact.metadata.site
  }
  return after
}

/** The same fold over any facts in memory, touching nothing: specs, what-if, as-known-at. */
export function replay<Row extends object>(
  p: Projection<Row>,
  facts: Iterable<Recorded<any>>,
): Map<string, Keyed<Row>> {
  const rows: Rows<Row> = new Map()
  for (const fact of facts) apply(p, fact, rows)
  return new Map([...rows].flatMap(([key, row]) => (row ? [[key, row] as const] : [])))
}
