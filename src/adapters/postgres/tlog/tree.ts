import type pg from 'pg'
import type { SignedCheckpoint, TransparencyLog } from '../../../commands/tlog/port.ts'
import type { ReadTiles } from '../../../commands/tlog/proofs.ts'
import type { Tile } from '../../../commands/tlog/tiles.ts'
import { entriesAfter } from './entry.sql.ts'

export type Queryable = Pick<pg.Pool, 'query'>

export const readTiles =
  (database: Queryable): ReadTiles =>
  async (wanted) => {
    const { rows } = await database.query<Tile>(
      `select level, index, hashes from merkle.tiles
       where (level, index) in (select * from unnest($1::integer[], $2::bigint[]))`,
      [wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
    )
    return rows
  }

export async function writeTiles(database: Queryable, tiles: readonly Tile[]): Promise<void> {
  await database.query(
    `insert into merkle.tiles (level, index, hashes)
     select * from unnest($1::integer[], $2::bigint[], $3::bytea[])
     on conflict (level, index) do update set hashes = excluded.hashes`,
    [
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      tiles.map(({ hashes }) => hashes),
    ],
  )
}

export async function treeSize(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ size: number }>('select size from merkle.tree')
  return rows[0]!.size
}

/** Every checkpoint ever signed, smallest first. */
export async function allCheckpoints(database: Queryable): Promise<readonly SignedCheckpoint[]> {
  const { rows } = await database.query<SignedCheckpoint>(
    `select ${CHECKPOINT} from merkle.checkpoints order by size, signed_at`,
  )
  return rows
}
const CHECKPOINT = 'size, note, verifier, signed_at as "signedAt"'

/** Events of the log in this database: leaf n is the event at position n + 1. */
const eventsHere = (pool: pg.Pool): Pick<TransparencyLog, 'entries' | 'leafOf'> => ({
  async entries(from, count) {
    const { rows } = await pool.query<{ entry: string }>(entriesAfter, [from, from + count, count])
    return rows.map(({ entry }) => entry)
  },
  leafOf: async (position) => position - 1,
})

/** The tree for readers, any number of processes. @param events of the log; in this database by default */
export function createTransparencyLog(pool: pg.Pool, events = eventsHere(pool)): TransparencyLog {
  return {
    ...events,
    size: () => treeSize(pool),
    async checkpoint(atMost = Number.MAX_SAFE_INTEGER) {
      const { rows } = await pool.query<SignedCheckpoint>(
        `select ${CHECKPOINT} from merkle.checkpoints where size <= $1
         order by size desc, signed_at desc limit 1`,
        [atMost],
      )
      return rows[0] ?? null
    },
    async verifiers() {
      const { rows } = await pool.query<{ verifier: string }>(
        'select verifier from merkle.checkpoints group by verifier order by max(signed_at) desc',
      )
      return rows.map(({ verifier }) => verifier)
    },
    tiles: readTiles(pool),
  }
}
