import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseCheckpoint } from '../../commands/tlog/checkpoint.ts'
import { HASH_BYTES } from '../../commands/tlog/hash.ts'
import type { SignedCheckpoint } from '../../commands/tlog/port.ts'
import type { ReadTiles } from '../../commands/tlog/proofs.ts'
import { edgeOf, tilePath, TILE_WIDTH, widthIn, type TileId } from '../../commands/tlog/tiles.ts'

/** A receiver that takes longer does not hold up the tree. */
const SEND_MS = 10_000
/** Tiles read and written at once: 4 MB. */
const CHUNK = 500

export interface Places {
  /** File that always holds the latest checkpoint. */
  readonly file?: string | undefined
  /** Receives each checkpoint as the body of a POST. */
  readonly url?: string | undefined
  /** Folder for tiles and checkpoint as tlog-tiles lays them out. */
  readonly folder?: string | undefined
}

/**
 * Carries checkpoints to all these places, outside the reach of whoever could change the log.
 * @throws Error when one of them did not take it, after trying the others
 */
export const createPublish =
  ({ file, url, folder }: Places) =>
  async (checkpoint: SignedCheckpoint, tiles: ReadTiles): Promise<void> => {
    const sent = await Promise.allSettled([
      (async () => file !== undefined && replace(file, checkpoint.note))(),
      url === undefined ? null : send(url, checkpoint.note),
      folder === undefined ? null : writeFolder(folder, checkpoint, tiles),
    ])
    const failed = sent.filter((one) => one.status === 'rejected')
    if (failed.length > 0)
      throw new Error(failed.map(({ reason }) => (reason as Error).message).join('; '))
  }

async function send(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  const signal = AbortSignal.timeout(SEND_MS)
  const { ok, status } = await fetch(url, { method: 'POST', body, headers, signal })
  if (!ok) throw new Error(`${new URL(url).host} answered ${status}`)
}

/** Tiles first, the checkpoint that promises them last. */
async function writeFolder(
  folder: string,
  { size, note }: SignedCheckpoint,
  tiles: ReadTiles,
): Promise<void> {
  const checkpoint = join(folder, 'checkpoint')
  const places = placesBetween(sizeIn(checkpoint), size)
  for (let at = 0; at < places.length; at += CHUNK)
    for (const tile of await tiles(places.slice(at, at + CHUNK))) {
      const width = widthIn(size, tile)
      const hashes = tile.hashes.subarray(0, width * HASH_BYTES)
      replace(join(folder, tilePath(tile.level, tile.index, width)), hashes)
    }
  replace(checkpoint, note)
}

/** Size of the tree whose tiles the folder has. */
function sizeIn(checkpoint: string): number {
  try {
    return parseCheckpoint(readFileSync(checkpoint, 'utf8')).size
  } catch {
    return 0
  }
}

/** Tiles that a tree of size `to` has beyond one of size `from`. */
function placesBetween(from: number, to: number): readonly TileId[] {
  return edgeOf(to)
    .flatMap(({ level }) => {
      const unit = TILE_WIDTH ** (level + 1)
      const first = Math.floor(from / unit)
      const end = Math.ceil(to / unit)
      return Array.from({ length: Math.max(0, end - first) }, (_, i) => ({
        level,
        index: first + i,
      }))
    })
    .filter((place) => widthIn(to, place) > 0)
}

/** A reader sees the old content or the new one, never half of it. */
function replace(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}
