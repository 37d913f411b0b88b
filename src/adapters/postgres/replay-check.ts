import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import type { EventStore } from '../../commands/event-store.ts'
import { apply, type Projection, type Rows } from '../../projections/projection.ts'
import type { Replayed, ReplayCheck } from '../../projections/replay-check.ts'
import { columnsOf, quoted } from './read/columns.ts'

const PAGE = 2_000

const MAX_NAMED = 10

/**
 * Replays the whole log in memory and compares every row with the read models. Everything is held in memory.
 */
export async function checkReplay(
  { pool, store }: { readonly pool: pg.Pool; readonly store: Pick<EventStore, 'readAll' | 'head'> },
  projections: readonly Projection[],
): Promise<ReplayCheck> {
  const position = await store.head()
  const tables = new Map<Projection, Rows>(projections.map((p) => [p, new Map()]))
  let [events, foldMs] = [0, 0]
  for (let from = 0; from < position;) {
    const facts = await store.readAll({ from, limit: PAGE })
    const began = performance.now()
    for (const fact of facts) for (const [p, rows] of tables) apply(p, fact, rows)
    foldMs += performance.now() - began
    events += facts.length
    if (facts.length === 0) break
    from = facts.at(-1)!.position
  }
  const found: Replayed[] = []
  for (const [p, rows] of tables) found.push(await compare(pool, p, rows))
  const grew = (await store.head()) !== position
  return { position, events, grew, foldSeconds: foldMs / 1_000, projections: found }
}

async function compare(pool: pg.Pool, p: Projection, replayed: Rows): Promise<Replayed> {
  const columns = columnsOf(p).map(([column]) => column)
  const { rows } = await pool.query(
    `select ${columns.map(quoted).join(', ')} from read.${quoted(p.name)}`,
  )
  const expected = new Map(
    [...replayed].flatMap(([key, row]) =>
      row === null
        ? []
        : [
            [
              storable(key) as string,
              Object.fromEntries(columns.map((c) => [c, storable(row[c] ?? null)])),
            ],
          ],
    ),
  )
  const differing = rows
    .filter((row) => !isDeepStrictEqual({ ...row }, expected.get(row.key)))
    .map(({ key }) => String(key))
  const known = new Set(rows.map(({ key }) => key))
  const missing = [...expected.keys()].filter((key) => !known.has(key))
  return {
    projection: p.name,
    rows: expected.size,
    differing: [...differing, ...missing].slice(0, MAX_NAMED),
  }
}

/** As a database can hold it: no undefined, NUL, half surrogate or negative zero. */
const storable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v) =>
    typeof v === 'string' ? v.toWellFormed().replaceAll('\0', '\uFFFD') : v === 0 ? 0 : v,
  )
