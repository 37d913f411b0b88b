/** Roots and proofs of RFC 6962, section 2.1, from the tiles they need. */
import { completeRoot, EMPTY_ROOT, HASH_BYTES, nodeHash } from './hash.ts'
import { TILE_WIDTH, type Tile, type TileId } from './tiles.ts'

/** Tiles of these places, in any order; each at least as wide as the tree it is asked for. */
export type ReadTiles = (wanted: readonly TileId[]) => Promise<readonly Tile[]>

/** Leaves from (inclusive) and to (exclusive), a subtree as RFC 6962 splits them. */
type Range = readonly [from: number, to: number]

/** Root of the first `size` leaves. */
export const treeRoot = async (size: number, read: ReadTiles): Promise<Buffer> =>
  size === 0 ? EMPTY_ROOT : (await hashesOf([[0, size]], read))[0]!

/**
 * Shows that a leaf is in the tree of this size.
 * @throws RangeError when it is not
 */
export async function inclusionProof(
  leaf: number,
  size: number,
  read: ReadTiles,
): Promise<readonly Buffer[]> {
  if (!(leaf >= 0 && leaf < size)) throw new RangeError(`leaf ${leaf} is not below ${size}`)
  return hashesOf(besideLeaf(leaf, [0, size]), read)
}

/**
 * Shows that the tree of size `to` begins with the tree of size `from`.
 * @throws RangeError unless 0 < from <= to
 */
export async function consistencyProof(
  from: number,
  to: number,
  read: ReadTiles,
): Promise<readonly Buffer[]> {
  if (!(from > 0 && from <= to)) throw new RangeError(`size ${from} is not between 1 and ${to}`)
  return hashesOf(from === to ? [] : besideSize(from, [0, to], true), read)
}

/** Largest power of two below n. */
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** PATH(m, D[n]), from the leaf up. */
function besideLeaf(leaf: number, [from, to]: Range): readonly Range[] {
  if (to - from === 1) return []
  const middle = from + splitOf(to - from)
  return leaf < middle
    ? [...besideLeaf(leaf, [from, middle]), [middle, to]]
    : [...besideLeaf(leaf, [middle, to]), [from, middle]]
}

/** SUBPROOF(m, D[n], b): `known` while the verifier has the root of the part, being the old tree. */
function besideSize(size: number, [from, to]: Range, known: boolean): readonly Range[] {
  if (size === to) return known ? [] : [[from, to]]
  const middle = from + splitOf(to - from)
  return size <= middle
    ? [...besideSize(size, [from, middle], known), [middle, to]]
    : [...besideSize(size, [middle, to], false), [from, middle]]
}

/** A complete subtree: `count` leaves, a power of two, from a multiple of it on. */
interface Subtree {
  readonly from: number
  readonly count: number
}

/** A range as complete subtrees, from the largest down. */
function subtreesOf([from, to]: Range): readonly Subtree[] {
  const parts: Subtree[] = []
  for (let at = from; at < to;) {
    let count = 1
    while (count * 2 <= to - at) count *= 2
    parts.push({ from: at, count })
    at += count
  }
  return parts
}

/** The tile in which a complete subtree stands, and which of its hashes make it. */
function placeOf({
  from,
  count,
}: Subtree): TileId & { readonly at: number; readonly hashes: number } {
  let level = 0
  let unit = 1
  while (unit * TILE_WIDTH <= count) {
    unit *= TILE_WIDTH
    level++
  }
  const node = from / unit
  return {
    level,
    index: Math.floor(node / TILE_WIDTH),
    at: node % TILE_WIDTH,
    hashes: count / unit,
  }
}

async function hashesOf(ranges: readonly Range[], read: ReadTiles): Promise<readonly Buffer[]> {
  const places = ranges.map((range) => subtreesOf(range).map(placeOf))
  const wanted = new Map(places.flat().map((place) => [nameOf(place), place]))
  const found = await read([...wanted.values()].map(({ level, index }) => ({ level, index })))
  const tiles = new Map(found.map((tile) => [nameOf(tile), tile.hashes]))
  return places.map((parts) =>
    parts
      .map(({ at, hashes, ...tile }) => {
        const whole = tiles.get(nameOf(tile))
        const part = whole?.subarray(at * HASH_BYTES, (at + hashes) * HASH_BYTES)
        if (part?.length !== hashes * HASH_BYTES)
          throw new Error(`tile ${nameOf(tile)} lacks hashes`)
        return completeRoot(part)
      })
      .reduceRight((right, left) => nodeHash(left, right)),
  )
}

const nameOf = ({ level, index }: TileId): string => `${level}/${index}`
