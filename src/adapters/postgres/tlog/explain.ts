import type pg from 'pg'
import { HASH_BYTES, leafHash } from '../../../commands/tlog/hash.ts'
import { entriesAfter } from './entry.sql.ts'

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

/** Tells what happened at the first leaf that is not as it was. */
export async function explain(pool: pg.Pool, { leaf, total, stored }: Place): Promise<Finding> {
  const position = leaf + 1
  const [here, next] = await entriesFrom(pool, position)
  const there = here?.entry.position === position
  if (!there) return removed(pool, position, position > (await last(pool)) ? total : position)
  const at = { position, stream: here.entry.stream, revision: here.entry.revision }
  const name = `${at.stream} revision ${at.revision}, position ${position}`
  if (!stored)
    return { kind: 'INSERTED', ...at, detail: `${name} was inserted: the log never took it` }
  const [old, oldNext] = [
    stored.subarray(0, HASH_BYTES),
    stored.subarray(HASH_BYTES, 2 * HASH_BYTES),
  ]
  if (next && shifted(next.entry, -1).some((entry) => old.equals(leafHash(entry))))
    return { kind: 'INSERTED', ...at, detail: `${name} was inserted; all after it were renumbered` }
  if (shifted(here.entry, 1).some((entry) => oldNext.equals(leafHash(entry)))) {
    const { detail, ...finding } = await removed(pool, position, position)
    return { ...finding, detail: `${detail}; all after it were renumbered` }
  }
  return { kind: 'CHANGED', ...at, detail: `${name} was changed` }
}

/** The entry with position, and position and revision, moved by one, as it may have been before. */
function shifted(entry: Entry, by: 1 | -1): readonly string[] {
  const moved = { ...entry, position: entry.position + by }
  return [moved, { ...moved, revision: entry.revision + by }].map((e) => JSON.stringify(e))
}

async function entriesFrom(pool: pg.Pool, position: number) {
  const { rows } = await pool.query<{ entry: string }>(entriesAfter, [
    position - 1,
    Number.MAX_SAFE_INTEGER,
    2,
  ])
  return rows.map(({ entry }) => ({ entry: JSON.parse(entry) as Entry }))
}

async function last(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ last: number }>(
    'select coalesce(max(position), 0) as last from es.events',
  )
  return rows[0]!.last
}

/** A missing event left a gap among the revisions of its stream, unless the stream was rewritten too. */
async function removed(pool: pg.Pool, position: number, until: number): Promise<Finding> {
  const { rows } = await pool.query<{ stream: string; revision: number }>(
    `select s.name as stream, r as revision
     from es.streams s cross join lateral generate_series(0, s.revision) as r
     where s.first_position <= $1 and s.last_position >= $1
       and not exists (select from es.events e where e.stream_id = s.id and e.revision = r)
     limit 1`,
    [position],
  )
  const found = rows[0] ?? { stream: null, revision: null }
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
