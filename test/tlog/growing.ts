import type { ReadTiles } from '../../src/commands/tlog/proofs.ts'
import { edgeOf, grow, type Tile, type TileId } from '../../src/commands/tlog/tiles.ts'

const nameOf = ({ level, index }: TileId): string => `${level}/${index}`

/** Tiles in memory that grow as the ones in the database do. */
export function tilesInMemory() {
  const tiles = new Map<string, Tile>()
  let size = 0
  const read: ReadTiles = async (wanted) =>
    wanted.flatMap((place) => tiles.get(nameOf(place)) ?? [])
  return {
    read,
    tiles,
    async add(leaves: readonly Buffer[]): Promise<void> {
      const edge = edgeOf(size).map((place) => tiles.get(nameOf(place))?.hashes ?? Buffer.alloc(0))
      for (const tile of grow(edge, size, Buffer.concat(leaves))) tiles.set(nameOf(tile), tile)
      size += leaves.length
    },
  }
}
