import { EMPTY_ROOT, HASH_BYTES } from './hash.ts'
import { treeRoot, type ReadTiles } from './proofs.ts'
import { edgeOf, grow, type Tile } from './tiles.ts'

/** The tree of RFC 6962 as it grows: of all tiles only the last of each level is kept. */
export function createTree() {
  let size = 0
  let edge: readonly Tile[] = []
  const read: ReadTiles = async () => edge
  return {
    size: () => size,
    /** @param leaves 32 bytes a leaf */
    add(leaves: Buffer): void {
      const partial = edge.map(({ hashes }) => hashes)
      const byPlace = new Map(edge.map((tile) => [`${tile.level}/${tile.index}`, tile]))
      for (const tile of grow(partial, size, leaves))
        byPlace.set(`${tile.level}/${tile.index}`, tile)
      size += leaves.length / HASH_BYTES
      edge = edgeOf(size).map(
        (place) =>
          byPlace.get(`${place.level}/${place.index}`) ?? { ...place, hashes: Buffer.alloc(0) },
      )
    },
    root: async (): Promise<Buffer> => (size === 0 ? EMPTY_ROOT : treeRoot(size, read)),
  }
}
