import { HASH_BYTES, leafHash } from '../../../commands/tlog/hash.ts'

/** What was done to the log, as far as what is left of it tells. */
export interface Finding {
  readonly kind: 'CHANGED' | 'REMOVED' | 'INSERTED' | 'FORGED'
  /** The first position concerned, counted as the log did before; null where none is. */
  readonly position: number | null
  /** Set where only a range is known: its last position. */
  readonly until?: number
  readonly stream: string | null
  readonly revision: number | null
  readonly detail: string
}

interface Place {
  /** The first leaf that is missing or different. */
  readonly leaf: number
  /** Events that the log claims to have, or once claimed. */
  readonly total: number
  /** Stored hashes from that leaf on; null where none are concerned. */
  readonly stored: Buffer | null
}

interface Entry {
  readonly position: number
  readonly stream: string
  readonly revision: number
}

/** A log around a place where something is wrong with it. Positions count its events, from 1. */
export interface Around {
  /** Entries of at most so many events from this position on, or beyond where it is missing. */
  entriesFrom(position: number, count: number): Promise<readonly string[]>
  /** A revision that a stream lacks about there; null when none is known. */
  gapAt(position: number): Promise<{ readonly stream: string; readonly revision: number } | null>
  /** What must have happened to the events behind one that is gone or too many. */
  readonly behind: string
}

/** Tells what happened at the first leaf that is not as it was. */
export async function explain(log: Around, { leaf, total, stored }: Place): Promise<Finding> {
  const position = leaf + 1
  const entries = await log.entriesFrom(position, 2)
  const [here, next] = entries.map((entry) => ({ entry: JSON.parse(entry) as Entry }))
  const there = here?.entry.position === position
  if (!there) return removed(log, position, here ? position : total)
  const at = { position, stream: here.entry.stream, revision: here.entry.revision }
  const name = `${at.stream} revision ${at.revision}, position ${position}`
  if (!stored)
    return { kind: 'INSERTED', ...at, detail: `${name} was inserted: the log never took it` }
  const [old, oldNext] = [
    stored.subarray(0, HASH_BYTES),
    stored.subarray(HASH_BYTES, 2 * HASH_BYTES),
  ]
  if (next && shifted(next.entry, -1).some((entry) => old.equals(leafHash(entry))))
    return { kind: 'INSERTED', ...at, detail: `${name} was inserted${log.behind}` }
  if (shifted(here.entry, 1).some((entry) => oldNext.equals(leafHash(entry)))) {
    const { detail, ...finding } = await removed(log, position, position)
    return { ...finding, detail: `${detail}${log.behind}` }
  }
  return { kind: 'CHANGED', ...at, detail: `${name} was changed` }
}

/** The entry with position, and position and revision, moved by one, as it may have been before. */
function shifted(entry: Entry, by: 1 | -1): readonly string[] {
  const moved = { ...entry, position: entry.position + by }
  return [moved, { ...moved, revision: entry.revision + by }].map((e) => JSON.stringify(e))
}

/** A missing event left a gap among the revisions of its stream, unless the stream was rewritten too. */
async function removed(log: Around, position: number, until: number): Promise<Finding> {
  const found = (await log.gapAt(position)) ?? { stream: null, revision: null }
  const name = found.stream ? `${found.stream} revision ${found.revision}, ` : ''
  const rest = until > position ? `, and all after it up to ${until}` : ''
  return {
    kind: 'REMOVED',
    position,
    ...(until > position ? { until } : {}),
    ...found,
    detail: `${name}position ${position} was removed${rest}`,
  }
}
