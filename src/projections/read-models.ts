import type { Keyed, Projection } from './projection.ts'

/** One condition on a column, joined with the others by "and". A null or empty value never matches. */
export interface Condition<Row extends object = any> {
  readonly column: (keyof Row & string) | 'key' | 'site'
  readonly op:
    | '='
    | 'in'
    | '>='
    | '>'
    | '<'
    | '<='
    | 'startsWith'
    | 'contains'
    | 'isNull'
    | 'isNotNull'
  readonly value?: unknown
}

export interface PageQuery<Row extends object = any> {
  readonly where: readonly Condition<Row>[]
  /** Ties are broken by key; the pair is the cursor. */
  readonly orderBy: {
    readonly column: (keyof Row & string) | 'key'
    readonly direction: 'asc' | 'desc'
  }
  readonly first: number
  /** Opaque cursor of the last row of the page before. */
  readonly after?: string | null
}

export interface Page<Row extends object> {
  readonly rows: readonly { readonly row: Keyed<Row>; readonly cursor: string }[]
  readonly hasNextPage: boolean
}

/** SQL over the views of schema `read`, with `$1`-style parameters only. */
export interface Query {
  readonly text: string
  readonly values: readonly unknown[]
}

export interface ProjectionStatus {
  readonly name: string
  readonly version: number
  readonly state: 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'FAILED' | 'WAITING'
  readonly position: number
  /** Events of the log it has not seen yet. */
  readonly lag: number
  /** Up to here a table that is being built has seen the log; null when none is. */
  readonly building: number | null
  /** The error of a FAILED projection, with type and position of the event that stopped it. */
  readonly error: string | null
}

/**
 * The read side as the API sees it. `sites` limits every answer to rows of these sites; null opens all.
 * Timestamps are ISO-8601 UTC strings with milliseconds, numbers are JavaScript numbers.
 */
export interface ReadModels {
  /** Rows in the order of the keys; null where there is none or none that may be seen. */
  byKey<Row extends object>(
    p: Projection<Row>,
    keys: readonly string[],
    sites: readonly string[] | null,
  ): Promise<readonly (Keyed<Row> | null)[]>
  page<Row extends object>(
    p: Projection<Row>,
    query: PageQuery<Row>,
    sites: readonly string[] | null,
  ): Promise<Page<Row>>
  count<Row extends object>(
    p: Projection<Row>,
    where: readonly Condition<Row>[],
    sites: readonly string[] | null,
  ): Promise<number>
  query<T extends object>(query: Query): Promise<readonly T[]>
  status(): Promise<readonly ProjectionStatus[]>
  /** Whether every projection has reached the position already; false when nobody says so in time. */
  has(position: number, timeoutMs: number): Promise<boolean>
  /** Resolves once every projection has reached the position; false when the time ran out first. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>
}

/** Facts about these rows can be read, up to the position; a row may be as it was before. */
export interface Change {
  readonly projection: string
  readonly keys: readonly string[]
  readonly position: number
}

/** Hears of changes of these projections from now on. Returns how to stop hearing. */
export type OnChange = (
  projections: readonly string[],
  listener: (changes: readonly Change[]) => void,
) => () => void
