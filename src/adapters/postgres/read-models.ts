import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { EventStore } from '../../commands/event-store.ts'
import type { Keyed, Projection } from '../../projections/projection.ts'
import type { Moves } from '../../projections/change-feed.ts'
import type { Projector } from '../../projections/projector.ts'
import type { Page, PageQuery, ReadModels } from '../../projections/read-models.ts'
import type { Listening } from './log-listener.ts'
import { createAsk, createShared } from './read/ask.ts'
import { createByKey } from './read/by-key.ts'
import { quoted } from './read/columns.ts'
import { createParameters, whereSql } from './read/conditions.ts'
import { pageSql, toPage } from './read/page.ts'
import { createPositions } from './read/positions.ts'
import { createStatus } from './read/status.ts'

/** What of a pool it takes to read. */
export interface Reading {
  query<Row extends pg.QueryResultRow>(
    text: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

export interface ReadModelsDeps {
  /** Made by `createPool`: its types are those that rows have. */
  readonly pool: Reading
  /** Where projectors hold their locks, if the pool is of a replica. */
  readonly locks?: Reading
  readonly store: Pick<EventStore, 'head'>
  readonly projections: readonly Projection[]
  /** The projector of this process, if it has one: waiting readers are woken by its flushes. */
  readonly projector?: Pick<Projector, 'onMove'>
  /** Hears when another process moved them; without, the database is asked again and again. */
  readonly moved?: Listening
}

/** The read side on PostgreSQL: everything is read through the views, so a rebuild is never seen. */
export function createReadModels(deps: ReadModelsDeps): ReadModels & { readonly moves: Moves } {
  const { pool, projections } = deps
  const positions = createPositions(deps)
  const ask = createAsk(pool)
  const [byKey, shared] = [createByKey(ask), createShared()]
  const statusOf = createStatus(
    { ask, locks: deps.locks ? createAsk(deps.locks) : ask },
    projections,
  )

  return {
    moves: positions,
    byKey: async <Row extends object>(
      p: Projection<Row>,
      keys: readonly string[],
      sites: readonly string[] | null,
    ) => (await byKey(p, keys, sites)) as readonly (Keyed<Row> | null)[],
    async page<Row extends object>(
      p: Projection<Row>,
      query: PageQuery<Row>,
      sites: readonly string[] | null,
    ): Promise<Page<Row>> {
      const { text, values } = pageSql(p, query, sites)
      const rows = await shared(text + JSON.stringify(values), () => ask<Keyed<Row>>(text, values))
      return toPage(rows, query)
    },
    async count(p, where, sites) {
      const parameters = createParameters()
      const condition = whereSql(p, where, sites, parameters)
      const text = `select count(*) n from read.${quoted(p.name)} where ${condition}`
      const { rows } = await pool.query<{ n: number }>(text, parameters.values)
      return rows[0]!.n
    },
    async query<T extends object>({ text, values }: { text: string; values: readonly unknown[] }) {
      const { rows } = await pool.query<T & pg.QueryResultRow>(text, [...values])
      return rows
    },
    status: async () => statusOf(await deps.store.head()),
    has: async (position, timeoutMs) =>
      Promise.race([
        positions.has(position).catch(() => false),
        delay(timeoutMs, false, { ref: false }),
      ]),
    waitFor: (position, timeoutMs) => positions.waitFor(position, timeoutMs),
  }
}
