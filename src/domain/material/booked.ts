/** A bulk lot takes thousands of movements; copying this many per fact is what a fold costs. */
const CHUNK = 128

/**
 * What was booked under which id, so that a repeated booking is told from a different one. Grows
 * without copying all of it at each fact: only the youngest chunk is copied.
 */
export interface Booked<V = string> {
  readonly recent: ReadonlyMap<string, V>
  readonly older: readonly ReadonlyMap<string, V>[]
}

export const NOTHING_BOOKED: Booked<any> = { recent: new Map(), older: [] }

/** @param content what a repetition must repeat, such as `LotConsumed 5`; replaces an earlier one */
export const book = <V>({ recent, older }: Booked<V>, id: string, content: V): Booked<V> =>
  recent.size < CHUNK
    ? { recent: new Map(recent).set(id, content), older }
    : { recent: new Map([[id, content]]), older: [...older, recent] }

/** The content booked under this id; undefined where nothing was. */
export const bookedUnder = <V>({ recent, older }: Booked<V>, id: string): V | undefined =>
  recent.get(id) ?? older.findLast((chunk) => chunk.has(id))?.get(id)
