import type pg from 'pg'
import { expect } from 'vitest'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { columnsOf, quoted } from '../../src/adapters/postgres/read/columns.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { replay, type Projection } from '../../src/projections/projection.ts'
import { createProjector } from '../../src/projections/projector.ts'
import { rebuild } from '../../src/projections/rebuild.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createLog } from './log.ts'

type Rows = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The rows that readers see, by key. */
export async function rowsOf(pool: pg.Pool, p: Projection): Promise<Rows> {
  const names = columnsOf(p).map(([column]) => quoted(column))
  const { rows } = await pool.query(`select ${names.join(', ')} from read.${quoted(p.name)}`)
  return Object.fromEntries(rows.map((row) => [row.key, row]))
}

/** The rows of a replay as a database can hold them: no undefined, NUL, half surrogate or infinity. */
export const expectedRows = (p: Projection, facts: Iterable<Recorded>): Rows =>
  Object.fromEntries(
    [...replay(p, facts)].map(([key, row]) => [
      storable(key) as string,
      Object.fromEntries(columnsOf(p).map(([column]) => [column, storable(row[column] ?? null)])),
    ]),
  )

const storable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v) =>
    typeof v === 'string' ? v.toWellFormed().replaceAll('\0', '\uFFFD') : v === 0 ? 0 : v,
  )

/** Resolves once every projection stands at the end of the log, or rejects with what stopped one. */
export async function untilCaughtUp(
  pool: pg.Pool,
  store: Pick<EventStore, 'head'>,
  projections: readonly Projection[],
): Promise<void> {
  const { createReadModels } = await import('../../src/adapters/postgres/read-models.ts')
  const models = createReadModels({ pool, store, projections })
  expect(await models.waitFor(await store.head(), 30_000), 'caught up in time').toBe(true)
  for (const { name, error } of await models.status())
    if (error) throw new Error(`${name}: ${error}`)
}

/**
 * The law: live (arriving in pieces, redelivered after a restart), rebuilt and in memory are the same,
 * row for row. Uses a database of its own.
 */
export async function expectSameRows(
  projections: readonly Projection[],
  facts: readonly Recorded[],
): Promise<void> {
  const database = await freshDatabase()
  try {
    const log = createLog()
    const tables = createTables(database.connection)
    const pieces = Math.min(5, facts.length)
    for (let i = 0; i < pieces; i++) {
      // A new projector for each piece starts from the checkpoint, with nothing remembered.
      const stop = new AbortController()
      const running = createProjector({ store: log, tables, projections }).run(stop.signal)
      const size = Math.ceil(facts.length / pieces)
      await log.put(facts.slice(i * size, (i + 1) * size))
      await untilCaughtUp(database.pool, log, projections)
      stop.abort()
      await running
    }
    const recordedFacts = await log.all()
    const compare = async (how: string): Promise<void> => {
      for (const p of projections)
        expect(await rowsOf(database.pool, p), `${p.name} ${how}`).toEqual(
          expectedRows(p, recordedFacts),
        )
    }
    if (pieces > 0) await compare('live')
    await rebuild(projections, { store: log, tables, signal: new AbortController().signal })
    await compare('rebuilt')
  } finally {
    await database.drop()
  }
}
