import type { Keyed, Projection } from './projection.ts'

/** The event that stopped a projection, and why. */
export interface Failure {
  readonly position: number
  readonly id: string
  readonly type: string
  readonly error: string
}

/** One table: the rows of one version of a projection, and the position up to which it was folded. */
export interface Table {
  /** `orders_v1`; a table rebuilt in the same version is `orders_v1_g2`. */
  readonly name: string
  readonly projection: string
  /** The checkpoint. It moves in the transaction that writes the rows. */
  readonly position: number
  /** The view reads this table. */
  readonly active: boolean
  /** Primary key and indexes are there; until then the table is being filled. */
  readonly complete: boolean
  /** Its columns are those of the code that runs here; a table of another version is only read. */
  readonly current: boolean
  readonly failure: Failure | null
  /** Positions that an operator told it to pass over. */
  readonly skipped: readonly number[]
}

/** Rows in the form in which the database takes them, outside of V8's heap. */
export interface Packed {
  readonly rows: number
}

/**
 * Takes rows that go into a table being filled and that nobody asks for again. As objects they would
 * wait for the next flush, and the garbage collector would copy each of them twice meanwhile.
 */
export interface Packer {
  /** @throws TypeError where a column cannot hold the value */
  add(row: Keyed<object>): void
  readonly rows: number
  /** Hands over what was added since it was last called. */
  take(): Packed
}

/** What one flush changes in one table, and the step of its checkpoint. */
export interface Write {
  readonly table: Table
  readonly projection: Projection
  /** The position the checkpoint must still be at. */
  readonly from: number
  readonly to: number
  /** Rows whose key the table has certainly never held: they go in without a look-up. */
  readonly fresh: readonly Keyed<object>[]
  /** Such rows too, of a table whose rows are all packed. */
  readonly packed: Packed | null
  readonly changed: readonly Keyed<object>[]
  readonly gone: readonly string[]
}

/** One connection. What it holds is free again when it closes or breaks. */
export interface Session {
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal
  /** Tries to hold these locks; answers with all of them that it holds now. Never waits. */
  hold(locks: readonly string[]): Promise<ReadonlySet<string>>
  /** Makes tables, views and, where the version in the code changed, a table beside the old one. */
  prepare(projections: readonly Projection[]): Promise<void>
  /** For each a new table beside the active one, or the unfinished one of an earlier rebuild. */
  startBuild(projections: readonly Projection[]): Promise<ReadonlyMap<Projection, Table>>
  tables(projections: readonly Projection[]): Promise<readonly Table[]>
  /** Rows by key; keys without a row are absent. */
  load(
    table: Table,
    projection: Projection,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, Keyed<object>>>
  /** Every key of the table, in pages. */
  keys(table: Table): AsyncIterable<readonly string[]>
  packer(projection: Projection): Packer
  /** One transaction. @throws CheckpointMoved | WriteRefused, having changed nothing. */
  write(writes: readonly Write[]): Promise<void>
  fail(table: Table, failure: Failure): Promise<void>
  /** Makes primary keys and indexes of these tables, of some of them at a time. */
  complete(filled: ReadonlyMap<Table, Projection>): Promise<void>
  /**
   * Lets the view read this table and drops the one before. False, having changed nothing, while the
   * other is ahead (a reader would go back in time) or readers keep it busy: try again.
   */
  activate(table: Table, projection: Projection): Promise<boolean>
  /** Ends it within a second or so, whatever is under way there or does not answer. */
  close(): Promise<void>
}

/** The database of the read models. Every method rejects with a plain error during an outage. */
export interface Tables {
  connect(): Promise<Session>
  /** Passes over the event that stopped the projection and lets it go on; both are kept for audit. */
  skip(projection: string, position: number, audit: Audit): Promise<void>
  /** Lets a stopped projection try the same event again, after a fix. */
  resume(projection: string): Promise<void>
}

/** Serialises builds of one projection, apart from the lock of the one that serves it live. */
export const buildLock = (projection: string): string => `build ${projection}`

/** Who told a projection to skip an event, and why. */
export interface Audit {
  readonly by: string
  readonly why: string
}

/** Another process moved these checkpoints, or took the tables away: what is remembered is void. */
export class CheckpointMoved extends Error {
  readonly tables: readonly string[]
  constructor(tables: readonly string[]) {
    super(`another projector moved ${tables.join(', ')}`)
    this.name = 'CheckpointMoved'
    this.tables = tables
  }
}

/** The database cannot hold what the fold made of an event: a fault of the projection, not an outage. */
export class WriteRefused extends Error {
  readonly table: string
  constructor(table: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'WriteRefused'
    this.table = table
  }
}
