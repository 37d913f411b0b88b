/** A bulk lot takes thousands of movements; copying this many per fact is what a fold costs. */
const CHUNK = 128

/**
 * What was booked under which id, so that a repeated booking is told from a different one. Grows
 * without copying all of it at each fact: only the youngest chunk is copied.
 */
export interface Booked {
  readonly recent: ReadonlyMap<string, string>
  readonly older: readonly ReadonlyMap<string, string>[]
}

export const NOTHING_BOOKED: Booked = { recent: new Map(), older: [] }

/** @param content what a repetition must repeat, such as `LotConsumed 5` */
export const book = ({ recent, older }: Booked, id: string, content: string): Booked =>
  recent.size < CHUNK
    ? { recent: new Map(recent).set(id, content), older }
    : { recent: new Map([[id, content]]), older: [...older, recent] }

/** The content booked under this id; undefined where nothing was. */
export const bookedUnder = ({ recent, older }: Booked, id: string): string | undefined =>
  recent.get(id) ?? older.find((chunk) => chunk.has(id))?.get(id)
