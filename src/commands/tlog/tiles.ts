/**
 * The tree as C2SP tlog-tiles stores it: tiles of height 8. A tile at level L holds up to 256 hashes,
 * each the root of a complete subtree of 256^L leaves; all nodes between are computed from them.
 */
import { completeRoot, HASH_BYTES } from './hash.ts'

/** Hashes of a full tile. */
export const TILE_WIDTH = 256
const TILE_BYTES = TILE_WIDTH * HASH_BYTES

/** Place of a tile; a partial tile is a prefix of the full one of the same place. */
export interface TileId {
  readonly level: number
  readonly index: number
}

export interface Tile extends TileId {
  /** 32 bytes a hash, as many as there are so far. */
  readonly hashes: Buffer
}

/**
 * Adds leaves on the right.
 * @param edge the partial tile of each level, from 0 up; empty or missing where the tile before is full
 * @param size leaves so far
 * @param leaves 32 bytes a leaf
 * @returns every tile that is new or longer than before; the last one of each level is its edge
 */
export function grow(edge: readonly Buffer[], size: number, leaves: Buffer): readonly Tile[] {
  const changed: Tile[] = []
  let added = leaves
  let before = size
  for (let level = 0; added.length > 0; level++) {
    const hashes = Buffer.concat([edge[level] ?? Buffer.alloc(0), added])
    const roots: Buffer[] = []
    const first = Math.floor(before / TILE_WIDTH)
    for (let at = 0; at < hashes.length; at += TILE_BYTES) {
      const tile = hashes.subarray(at, at + TILE_BYTES)
      changed.push({ level, index: first + at / TILE_BYTES, hashes: tile })
      if (tile.length === TILE_BYTES) roots.push(completeRoot(tile))
    }
    added = Buffer.concat(roots)
    before = first
  }
  return changed
}

/** Where the edge of a tree of this size is: its partial tiles, from level 0 up. */
export function edgeOf(size: number): readonly TileId[] {
  const edge: TileId[] = []
  for (let level = 0, nodes = size; nodes > 0; level++, nodes = Math.floor(nodes / TILE_WIDTH))
    edge.push({ level, index: Math.floor(nodes / TILE_WIDTH) })
  return edge
}

/** Hashes that the tile at this place has in a tree of this size; 0 where it has none. */
export function widthIn(size: number, { level, index }: TileId): number {
  const nodes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH))
}

/** `tile/0/x001/x234/067.p/8`; without a width below 256, the full tile. `entries` is a level too. */
export const tilePath = (level: number | 'entries', index: number, width = TILE_WIDTH): string => {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g)!
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

const PATH = /^tile\/(entries|[0-5]?\d|6[0-3])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** The reverse of `tilePath`; null for anything it would not write. */
export function parseTilePath(
  path: string,
): { readonly level: number | 'entries'; readonly index: number; readonly width: number } | null {
  const [, name, groups, partial] = PATH.exec(path) ?? []
  if (name === undefined || groups === undefined) return null
  const level = name === 'entries' ? name : Number(name)
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  return tilePath(level, index, width) === path ? { level, index, width } : null
}
