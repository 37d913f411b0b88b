import type pg from 'pg'
import { entriesAfter, leavesAfter, type Leaves } from './entry.sql.ts'
import { explain, type Around, type Finding } from './explain.ts'

/** A run of the log as leaves. */
export interface LeafPage {
  readonly events: number
  /** They are those there should be: none is missing. */
  readonly whole: boolean
  /** Hashes of what the log holds. */
  readonly leaves: Buffer
}

/** A log that can be held against a tree. Positions count its events, from 1. */
export interface LeafLog extends Around {
  /** The events after `from` up to `to`. Asked for in order, several at a time. */
  leaves(from: number, to: number): Promise<LeafPage>
  /** Positions of the same events. */
  numbers(from: number, to: number): Promise<readonly number[]>
  /** What stands behind the last event that the log has told of. */
  beyondEnd(): Promise<Finding | null>
}

/** The log in this database, which makes the leaves itself. */
export function logHere(pool: pg.Pool): LeafLog {
  const around: Around = {
    async entriesFrom(position, count) {
      const values = [position - 1, Number.MAX_SAFE_INTEGER, count]
      const { rows } = await pool.query<{ entry: string }>(entriesAfter, values)
      return rows.map(({ entry }) => entry)
    },
    async gapAt(position) {
      const { rows } = await pool.query<{ stream: string; revision: number }>(
        `select s.name as stream, r as revision
         from es.streams s cross join lateral generate_series(0, s.revision) as r
         where s.first_position <= $1 and s.last_position >= $1
           and not exists (select from es.events e where e.stream_id = s.id and e.revision = r)
         limit 1`,
        [position],
      )
      return rows[0] ?? null
    },
    behind: '; all after it were renumbered',
  }
  return {
    ...around,
    async leaves(from, to) {
      const expected = to - from
      const { rows } = await pool.query<Leaves>({ ...leavesAfter, values: [from, to, expected] })
      const { events, first, last, leaves } = rows[0]!
      const whole = events === expected && first === from + 1 && last === to
      return { events, whole, leaves: leaves ?? Buffer.alloc(0) }
    },
    async numbers(from, to) {
      const { rows } = await pool.query<{ position: number }>(
        'select position from es.events where position > $1 and position <= $2 order by position',
        [from, to],
      )
      return rows.map(({ position }) => position)
    },
    async beyondEnd() {
      const { rows } = await pool.query<{ head: number; last: number; first: number }>(
        `select h.position as head, coalesce(max(e.position), 0) as last,
           coalesce(min(e.position), 1) as first
         from es.head h left join es.events e on true group by h.position`,
      )
      const { head, last, first } = rows[0]!
      const at = (leaf: number) => explain(around, { leaf, total: head, stored: null })
      if (first < 1) return at(first - 1)
      if (last > head) return at(head)
      return last < head ? at(last) : null
    },
  }
}
