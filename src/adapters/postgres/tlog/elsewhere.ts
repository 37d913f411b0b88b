/**
 * The tree of a log that is not in this database. Its positions have gaps, so leaves are counted, and
 * `merkle.places` says where in the log each full tile of leaves ends, and the tree.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { START, type EventStore } from '../../../commands/event-store.ts'
import { entryOf } from '../../../commands/tlog/entry.ts'
import { leafHash } from '../../../commands/tlog/hash.ts'
import type { TransparencyLog } from '../../../commands/tlog/port.ts'
import { grow, TILE_WIDTH } from '../../../commands/tlog/tiles.ts'
import type { Recorded } from '../../../domain/event.ts'
import { createSigning, edge, type NotaryDeps } from './notary.ts'
import type { Queryable } from './tree.ts'

/** Events of one statement: 4 tiles, a hundredth of a second of this process. */
const BATCH = 1_024
/** Between two looks at a log that does not grow. */
const LOOK_MS = 250

type Reads = Pick<EventStore, 'readAll'>

/** The first `size` events of the log end at this position. */
interface Place {
  readonly size: number
  readonly position: number
}

/** Moves the tree on from $1 to $2 leaves with the tiles and places that come of it, or writes nothing. */
const ADD = {
  name: 'merkle-add',
  text: `
with moved as (
  update merkle.tree set size = $2 where size = $1 returning one
), left_behind as (
  delete from merkle.places where size = $1 and size % ${TILE_WIDTH} <> 0
    and exists (select from moved)
), placed as (
  insert into merkle.places select p.* from moved, unnest($3::bigint[], $4::bigint[]) as p
), tiled as (
  insert into merkle.tiles (level, index, hashes)
  select t.* from moved, unnest($5::integer[], $6::bigint[], $7::bytea[]) as t
  on conflict (level, index) do update set hashes = excluded.hashes
)
select count(*)::integer as moved from moved`,
}

/**
 * Keeps the tree of this log: each batch of leaves, the tiles they change and the new size are one
 * statement. Until the signal aborts; in one process.
 * @throws Error when log or database are lost, or another process does the same
 */
export async function runNotaryOf(
  store: Reads,
  pool: pg.Pool,
  deps: Omit<NotaryDeps, 'database'>,
): Promise<void> {
  const { signal } = deps
  const sign = await createSigning(pool, deps)
  let end = await placeWhere(pool, 'size', Number.MAX_SAFE_INTEGER)
  while (!signal.aborted) {
    const facts = await store.readAll({ from: end.position, limit: BATCH, asStored: true })
    if (facts.length > 0) end = await add(pool, end, facts)
    await sign(end.size)
    if (facts.length < BATCH) await delay(LOOK_MS, undefined, { signal }).catch(() => {})
  }
}

async function add(pool: pg.Pool, { size }: Place, facts: readonly Recorded[]): Promise<Place> {
  const leaves = leavesOf(facts, size)
  const tiles = grow(await edge(pool, size), size, leaves)
  const end = { size: size + facts.length, position: facts.at(-1)!.position }
  const places = facts
    .map(({ position }, i) => ({ size: size + i + 1, position }))
    .filter((place) => place.size % TILE_WIDTH === 0 || place.size === end.size)
  const { rows } = await pool.query<{ moved: number }>({
    ...ADD,
    values: [
      ...[size, end.size],
      ...[places.map((place) => place.size), places.map(({ position }) => position)],
      ...[tiles.map(({ level }) => level), tiles.map(({ index }) => index)],
      tiles.map(({ hashes }) => hashes),
    ],
  })
  if (rows[0]!.moved !== 1) throw new Error('another process builds the tree')
  return end
}

/** Leaf hashes of facts, 32 bytes each. @param before facts of the log before them */
export const leavesOf = (facts: readonly Recorded[], before: number): Buffer =>
  Buffer.concat(facts.map((fact, i) => leafHash(entryOf(fact, before + i + 1))))

/** The last place that is known up to this size, or before this position. */
async function placeWhere(
  database: Queryable,
  what: 'size' | 'position',
  most: number,
): Promise<Place> {
  const { rows } = await database.query<Place>(
    `select size, position from merkle.places where ${what} <= $1 order by ${what} desc limit 1`,
    [most],
  )
  return rows[0] ?? { size: 0, position: START }
}

/** Events of a log elsewhere, as its tree counts them. */
export const eventsOf = (
  store: Reads,
  pool: pg.Pool,
): Pick<TransparencyLog, 'entries' | 'leafOf'> => ({
  async entries(from, count) {
    const { size, position } = await placeWhere(pool, 'size', from)
    const limit = from - size + count
    const facts = await store.readAll({ from: position, limit, asStored: true })
    return facts.map((fact, i) => entryOf(fact, size + i + 1)).slice(from - size)
  },
  async leafOf(wanted) {
    const { size, position } = await placeWhere(pool, 'position', wanted - 1)
    const facts = await store.readAll({ from: position, limit: TILE_WIDTH })
    const at = facts.findIndex((fact) => fact.position === wanted)
    return at < 0 ? null : size + at
  },
})
