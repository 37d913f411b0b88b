import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leafHash } from '../../src/commands/tlog/hash.ts'
import { consistencyProof, inclusionProof, treeRoot } from '../../src/commands/tlog/proofs.ts'
import { parseTilePath, tilePath, widthIn } from '../../src/commands/tlog/tiles.ts'
import { tilesInMemory } from './growing.ts'
import { consistent, includes, mth, naiveLeaf, path, subproof } from './rfc.ts'

/** The eight leaves of the reference implementation of Certificate Transparency (RFC 6962). */
const LEAVES = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657'],
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => naiveLeaf(Buffer.from(hex, 'hex')))

/** Their roots, for 1 to 8 leaves. */
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const INCLUSION: readonly [index: number, size: number, proof: readonly string[]][] = [
  [0, 1, []],
  [
    ...([0, 8] as const),
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    ...([5, 8] as const),
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    ...([1, 5] as const),
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]
const CONSISTENCY: readonly [from: number, to: number, proof: readonly string[]][] = [
  [1, 1, []],
  [
    ...([1, 8] as const),
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    ...([6, 8] as const),
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    ...([2, 5] as const),
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'))

test('known answers: roots', async () => {
  const tree = tilesInMemory()
  expect((await treeRoot(0, tree.read)).toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  for (const [i, leaf] of LEAVES.entries()) {
    await tree.add([leaf])
    expect((await treeRoot(i + 1, tree.read)).toString('hex')).toBe(ROOTS[i])
  }
})

test('known answers: inclusion and consistency proofs', async () => {
  const tree = tilesInMemory()
  await tree.add(LEAVES)
  for (const [index, size, proof] of INCLUSION) {
    expect(hex(await inclusionProof(index, size, tree.read))).toEqual(proof)
    expect(hex(path(index, LEAVES.slice(0, size)))).toEqual(proof)
  }
  for (const [from, to, proof] of CONSISTENCY) {
    expect(hex(await consistencyProof(from, to, tree.read))).toEqual(proof)
    expect(hex(subproof(from, LEAVES.slice(0, to), true))).toEqual(proof)
  }
})

test('a leaf is the hash of 0x00 and the entry in UTF-8', () =>
  expect(leafHash('Prüfling')).toEqual(naiveLeaf(Buffer.from('Prüfling'))))

/** Sizes around the ends of tiles of two levels are as likely as small ones. */
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 250, max: 520 }),
  fc.integer({ min: 65_530, max: 65_800 }),
)
const many = Array.from({ length: 65_800 }, (_, i) => leafHash(String(i)))

test('grown in any steps, roots and proofs are those of the definition, and a changed one fails', () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({ size: sizes, share: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat() }),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 4 }),
      async ({ size, share, bit }, steps) => {
        const leaves = many.slice(0, size)
        const tree = tilesInMemory()
        for (let at = 0, i = 0; at < size; i++) {
          const until = Math.min(size, at + (steps[i] ?? size))
          await tree.add(leaves.slice(at, until))
          at = until
        }
        await checkProofs({ leaves, share, bit }, tree.read)
      },
    ),
    { numRuns: 15 },
  ))

async function checkProofs(
  { leaves, share, bit }: { leaves: readonly Buffer[]; share: number; bit: number },
  read: ReturnType<typeof tilesInMemory>['read'],
): Promise<void> {
  const size = leaves.length
  const root = await treeRoot(size, read)
  expect(root).toEqual(mth(leaves))
  const index = Math.min(size - 1, Math.floor(size * share))
  const leaf = leaves[index]!
  const proof = await inclusionProof(index, size, read)
  expect(includes({ leaf, index, size }, proof, root)).toBe(true)
  expect(includes({ leaf, index, size }, proof, flipped(root, bit))).toBe(false)
  expect(includes({ leaf: flipped(leaf, bit), index, size }, proof, root)).toBe(false)
  const from = index + 1
  const first = { size: from, root: await treeRoot(from, read) }
  expect(first.root).toEqual(mth(leaves.slice(0, from)))
  const steps = await consistencyProof(from, size, read)
  const second = { size, root }
  expect(consistent(first, second, steps)).toBe(true)
  expect(consistent({ ...first, root: flipped(first.root, bit) }, second, steps)).toBe(false)
  for (const [list, holds] of [
    [proof, (p: readonly Buffer[]) => includes({ leaf, index, size }, p, root)],
    [steps, (p: readonly Buffer[]) => consistent(first, second, p)],
  ] as const) {
    if (list.length === 0) continue
    const at = bit % list.length
    expect(holds(list.map((hash, i) => (i === at ? flipped(hash, bit) : hash)))).toBe(false)
    expect(holds(list.slice(1))).toBe(false)
    expect(holds([...list, root])).toBe(false)
  }
}

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash)
  copy[Math.floor(bit / 8) % 32]! ^= 1 << (bit % 8)
  return copy
}

test('a proof for a leaf or a size that is not there is refused', async () => {
  const tree = tilesInMemory()
  await tree.add(LEAVES)
  await expect(inclusionProof(8, 8, tree.read)).rejects.toThrow(RangeError)
  await expect(consistencyProof(0, 8, tree.read)).rejects.toThrow(RangeError)
  await expect(consistencyProof(9, 8, tree.read)).rejects.toThrow(RangeError)
  await expect(inclusionProof(0, 9, tree.read)).rejects.toThrow('lacks hashes')
})

test('paths are those of tlog-tiles', () => {
  expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067')
  expect(tilePath('entries', 5, 112)).toBe('tile/entries/005.p/112')
  expect(parseTilePath('tile/1/x001/x234/067.p/8')).toEqual({
    level: 1,
    index: 1_234_067,
    width: 8,
  })
  for (const wrong of [
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/1',
    'tile/0/000.p/256',
    'tile/00/000',
  ])
    expect(parseTilePath(wrong)).toBeNull()
  expect([0, 1, 2, 3].map((level) => widthIn(70_000, { level, index: 1 }))).toEqual([256, 17, 0, 0])
})
