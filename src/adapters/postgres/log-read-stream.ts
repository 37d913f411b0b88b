import type pg from 'pg'
import type { ReadStream } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { createGroups } from './groups.ts'
import type { Names } from './log-names.ts'
import { decodePage, pageOf, tooBig, type Columns } from './log-page.ts'

/** First pages asked for in one query; their events are usually few. */
const MAX_GROUP = 1_000
/** Events of one stream asked for at once. */
const MAX_PAGE = 1_000
const MAX_REVISION = 2 ** 31 - 1
/** Reading is cheap for the database: let one group be decoded while the next is on its way. */
const GROUPS_IN_FLIGHT = 2

const AS_STORED: Catalogue = new Map()

interface Want {
  readonly stream: string
  /** Inclusive. */
  readonly from: number
  readonly backward: boolean
  readonly size: number
}

/** Reads of single streams. Concurrent ones share a query, as appends share a commit. */
export function createReadStream(pool: pg.Pool, names: Names, catalogue: Catalogue) {
  const fetch = createGroups<Want, Columns | null>({
    run: (group) => fetchGroup(pool, group),
    inFlight: GROUPS_IN_FLIGHT,
    maxWeight: MAX_GROUP,
    weigh: () => 1,
  })

  return async (stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> => {
    const { direction, limit = Infinity } = options
    const backward = direction === 'backward'
    let from = Math.min(options.from ?? (backward ? MAX_REVISION : 0), MAX_REVISION)
    let most = MAX_PAGE
    const found: Recorded[] = []
    while (found.length < limit && from >= 0) {
      const size = Math.min(most, limit - found.length)
      const columns = await fetch({ stream, from, backward, size })
      if (columns === null) break
      if (tooBig(columns)) {
        most = Math.max(1, size >> 1)
        continue
      }
      most = Math.min(most * 2, MAX_PAGE)
      const facts = await decodePage(columns, names, options.asStored ? AS_STORED : catalogue)
      if (backward) facts.reverse()
      for (const fact of facts) found.push(fact)
      if (facts.length < size) break
      from = facts.at(-1)!.revision + (backward ? -1 : 1)
    }
    return found
  }
}

/** A stream's first and last position keep the scan to the partitions that have its events. */
const EVENTS = `
select * from es.events e
where e.stream_id = s.id and e.revision between w.low and w.high
  and e.position between s.first_position and s.last_position
order by e.revision`

const FETCH = {
  name: 'es-streams',
  text: `
select r.i, p.*
from unnest(string_to_array($1, E'\\x1e'), $2::integer[], $3::integer[], $4::boolean[])
       with ordinality as r (name, start, size, backward, i)
join es.streams s on s.name = r.name
cross join lateral (
  select least(r.start, s.revision) as stop
) as l
cross join lateral (
  select case when r.backward then l.stop - r.size + 1 else r.start end as low,
         case when r.backward then l.stop else r.start + r.size - 1 end as high
) as w
cross join lateral (${pageOf(EVENTS, 'r.size')}) as p
where w.low <= s.revision`,
}

async function fetchGroup(
  pool: pg.Pool,
  group: readonly Want[],
): Promise<readonly (Columns | null)[]> {
  const list = (items: readonly (number | boolean)[]): string => `{${items.join(',')}}`
  const { rows } = await pool.query<any[], string[]>({
    ...FETCH,
    values: [
      group.map(({ stream }) => stream).join('\u001e'),
      list(group.map(({ from }) => from)),
      list(group.map(({ size }) => size)),
      list(group.map(({ backward }) => backward)),
    ],
    rowMode: 'array',
  })
  const found = group.map((): Columns | null => null)
  for (const [i, ...columns] of rows) found[i - 1] = columns as unknown as Columns
  return found
}
