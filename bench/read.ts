import type pg from 'pg'
import type { EventStore } from '../src/commands/event-store.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import { inTurns, withLog } from './support.ts'
import { BLOCK, play } from './traffic.ts'

const EVENTS = 200_000
const PAGE = 2_000
const ROUNDS = 5

/** The whole log into Node, as projections, exports and policies that catch up read it. */
export const readBench: Benchmark = {
  name: 'read',
  about: 'the whole log into Node, decoded',
  run: () =>
    withLog(async (log) => {
      const { store, pool } = log
      await play(log, 0, EVENTS / BLOCK)
      const events = await store.head()
      const { a, b } = await inTurns(
        ROUNDS,
        async () => events / (await seconds(() => readAll(store))),
        async () => events / (await seconds(() => readRows(pool))),
      )
      return [
        row(
          'read of the whole log, decoded',
          { value: median(a), unit: 'events/s' },
          { reference: 'the same pages as bare rows, not decoded', value: median(b) },
          { atLeast: 200_000 },
        ),
      ]
    }),
}

/** Pages until the end. */
export async function readAll(store: Pick<EventStore, 'readAll'>): Promise<void> {
  for (let from = 0; ;) {
    const facts = await store.readAll({ from, limit: PAGE })
    if (facts.length < PAGE) return
    from = facts.at(-1)!.position
  }
}

/** What anybody with a SQL client would write: keyset pages, rows as arrays of what pg makes of them. */
async function readRows(pool: pg.Pool): Promise<void> {
  const text = `select position, id, type, schema_version, stream, revision, recorded_at, data, metadata
    from es.events where position > $1 order by position limit $2`
  for (let from = 0; ;) {
    const values = [from, PAGE]
    const { rows } = await pool.query<[number]>({ name: 'rows', text, values, rowMode: 'array' })
    if (rows.length < PAGE) return
    from = rows.at(-1)![0]
  }
}
