import { createKeyFilter, type KeyFilter } from './key-filter.ts'
import type { Keyed } from './projection.ts'
import type { Packed, Packer } from './tables.ts'

type Row = Keyed<object>

/** Rows changed since the last flush, sorted by what the database has to do. */
export interface Changes {
  readonly fresh: readonly Row[]
  readonly packed: Packed | null
  readonly changed: readonly Row[]
  readonly gone: readonly string[]
}

/**
 * The rows of one projection that are in memory: those not yet written, and the hot ones of before.
 * Valid only while the checkpoint in the database is the one of the last flush.
 */
export interface RowCache {
  /** Null where it is known that there is no such row; undefined where the database has to be asked. */
  get(key: string): Row | null | undefined
  set(key: string, row: Row | null): void
  /** The row if it was made since the last `take`: it may be changed in place. */
  own(key: string): Row | null | undefined
  /** Puts in what the database answered. */
  learn(key: string, row: Row | null): void
  /** Rows waiting to be written. */
  readonly dirty: number
  /** Hands over what has to be written and keeps it readable; call `settle` once it is written. */
  take(): Changes
  settle(): void
  /** Forgets rows that were not used for long. Call between batches only. */
  trim(): void
}

/**
 * Two generations stand for a least-recently-used list: a hit in the old one moves the row to the
 * young one, and a full young one becomes the old. Costs one map look-up where a list costs a delete
 * and an insert, and holds at most 2 x `bound` rows besides the unwritten ones.
 * @param filter keys the table may hold; null when they were not tracked from its first row on
 */
export function createRowCache(bound: number, filter: KeyFilter | null): RowCache {
  let dirty = new Map<string, Row | null>()
  let taken: Map<string, Row | null> | null = null
  let young = new Map<string, Row | null>()
  let old = new Map<string, Row | null>()

  return {
    get(key) {
      // Most rows are asked for again soon, and a map answers faster than the filter.
      let row = dirty.get(key)
      if (row === undefined && taken) row = taken.get(key)
      if (row === undefined) row = young.get(key)
      if (row !== undefined) return row
      if (filter !== null && !filter.has(key)) return null
      const cold = old.get(key)
      if (cold !== undefined) young.set(key, cold)
      return cold
    },
    set: (key, row) => void dirty.set(key, row),
    own: (key) => dirty.get(key),
    learn: (key, row) => void young.set(key, row),
    get dirty() {
      return dirty.size
    },
    take() {
      const changes = sort(dirty, filter)
      taken = dirty
      dirty = new Map()
      return changes
    },
    settle() {
      if (!taken) return
      if (taken.size > bound / 2) {
        // Merging would cost an insert a row; the written rows are the youngest generation as they are.
        old = young
        young = taken
      } else for (const [key, row] of taken) young.set(key, row)
      taken = null
    },
    trim() {
      if (young.size <= bound) return
      old = young
      young = new Map()
    },
  }
}

/** In place of a cache where each fact makes a row of its own: nothing is ever asked for again. */
export function createNewRows(): RowCache {
  let rows: Row[] = []
  return {
    get: () => null,
    set: (_, row) => void (row && rows.push(row)),
    own: () => null,
    learn: () => {},
    get dirty() {
      return rows.length
    },
    take() {
      const changed = rows
      rows = []
      return { fresh: [], packed: null, changed, gone: [] }
    },
    settle: () => {},
    trim: () => {},
  }
}

/** The same while the table is being filled: it has never held any of these rows. */
export const createPackedRows = (packer: Packer): RowCache => ({
  get: () => null,
  set: (_, row) => void (row && packer.add(row)),
  own: () => null,
  learn: () => {},
  get dirty() {
    return packer.rows
  },
  take: () => ({ fresh: [], packed: packer.take(), changed: [], gone: [] }),
  settle: () => {},
  trim: () => {},
})

function sort(rows: ReadonlyMap<string, Row | null>, filter: KeyFilter | null): Changes {
  const fresh: Row[] = []
  const changed: Row[] = []
  const gone: string[] = []
  for (const [key, row] of rows)
    if (row === null) {
      if (filter === null || filter.has(key)) gone.push(key)
    } else if (filter?.add(key)) fresh.push(row)
    else changed.push(row)
  return { fresh, packed: null, changed, gone }
}

/** A filter that knows these keys: for a build that goes on where an earlier process stopped. */
export async function filterOf(keys: AsyncIterable<readonly string[]>): Promise<KeyFilter> {
  const filter = createKeyFilter()
  for await (const page of keys) for (const key of page) filter.add(key)
  return filter
}
