import type pg from 'pg'
import { checkpointText } from '../../../commands/tlog/checkpoint.ts'
import type { SignedCheckpoint } from '../../../commands/tlog/port.ts'
import { signNote, type Signer } from '../../../commands/tlog/note.ts'
import { treeRoot, type ReadTiles } from '../../../commands/tlog/proofs.ts'
import { edgeOf, grow } from '../../../commands/tlog/tiles.ts'
import { follow, type Follower } from '../follow.ts'
import type { Database } from '../pool.ts'
import { leavesAfter, type Leaves } from './entry.sql.ts'
import { readTiles, treeSize, writeTiles, type Queryable } from './tree.ts'

/** Events of one transaction: 16 tiles, a few hundredths of a second of the database. */
const BATCH = 4_096

export interface Signing {
  readonly signer: Signer
  /** Longest time an event waits for a checkpoint, in milliseconds. */
  readonly checkpointMs: number
  /** Carries a checkpoint, and the tree it is of, out of this database. Rejecting stops nothing. */
  readonly publish: (checkpoint: SignedCheckpoint, tiles: ReadTiles) => Promise<void>
  readonly warn: (message: string) => void
}

export interface NotaryDeps extends Signing {
  readonly database: Database
  readonly signal: AbortSignal
}

/**
 * Keeps the tree: each batch of leaves, the tiles they change and the new size are one transaction.
 * @throws Error when the database is lost, or the log has a hole
 */
export async function runNotary(deps: NotaryDeps): Promise<void> {
  let sign: ((size: number) => Promise<void>) | undefined
  const tree: Follower = {
    ...{ name: 'tree', batch: BATCH, position: treeSize, take },
    async settled(client, size) {
      sign ??= await createSigning(client, deps)
      await sign(size)
    },
  }
  await follow(deps.database, tree, deps.signal)
}

/** Takes the events at these positions into the tree. */
async function take(client: pg.Client, from: number, to: number): Promise<void> {
  const { rows } = await client.query<Leaves>({
    ...leavesAfter,
    values: [from, to, to - from],
  })
  const { events, leaves } = rows[0]!
  if (events !== to - from || !leaves)
    throw new Error(
      `the log has ${events} events at positions ${from + 1} to ${to}, so some were removed; ` +
        'run "taktlog verify"',
    )
  await writeTiles(client, grow(await edge(client, from), from, leaves))
  const moved = await client.query('update merkle.tree set size = $2 where size = $1', [from, to])
  if (moved.rowCount !== 1) throw new Error('another process builds the tree')
}

/** The partial tiles of a tree of this size. */
export async function edge(client: Queryable, size: number): Promise<readonly Buffer[]> {
  const places = edgeOf(size)
  const tiles = await readTiles(client)(places)
  return places.map(
    (place) =>
      tiles.find((tile) => tile.level === place.level && tile.index === place.index)?.hashes ??
      Buffer.alloc(0),
  )
}

/** Signs and publishes when it is time and the tree has grown. */
export async function createSigning(client: Queryable, deps: Signing) {
  const { signer, checkpointMs, publish, warn } = deps
  const { rows } = await client.query<{ size: number | null }>(
    'select max(size) as size from merkle.checkpoints where verifier = $1',
    [signer.text],
  )
  let signed = rows[0]?.size ?? 0
  let due = 0
  return async (size: number): Promise<void> => {
    if (size === signed || performance.now() < due) return
    const tiles = readTiles(client)
    const root = await treeRoot(size, tiles)
    const note = signNote(checkpointText({ origin: signer.name, size, root }), signer)
    const written = await client.query<SignedCheckpoint>(
      `insert into merkle.checkpoints (size, note, verifier) values ($1, $2, $3)
       returning size, note, verifier, signed_at as "signedAt"`,
      [size, note, signer.text],
    )
    signed = size
    due = performance.now() + checkpointMs
    await publish(written.rows[0]!, tiles).catch((error: unknown) =>
      warn(`checkpoint ${size} was not published: ${(error as Error).message}`),
    )
  }
}
