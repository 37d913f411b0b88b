/** The definitions of RFC 6962, word for word and slow, and the verification of RFC 9162. */
import { createHash } from 'node:crypto'

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const h = createHash('sha256')
  for (const part of parts) h.update(part)
  return h.digest()
}
const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)

export const naiveLeaf = (entry: Uint8Array): Buffer => sha256(LEAF, entry)

const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1)

/** MTH of RFC 6962, 2.1. @param leaves hashes of the leaves */
export function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return leaves[0]!
  const k = split(leaves.length)
  return sha256(NODE, mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}

/** PATH of RFC 6962, 2.1.1. */
export function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))]
}

/** SUBPROOF of RFC 6962, 2.1.2. */
export function subproof(m: number, leaves: readonly Buffer[], b: boolean): Buffer[] {
  if (m === leaves.length) return b ? [] : [mth(leaves)]
  const k = split(leaves.length)
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), b), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))]
}

/** RFC 9162, 2.1.3.2. */
export function includes(
  claim: { readonly leaf: Buffer; readonly index: number; readonly size: number },
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (claim.index >= claim.size) return false
  let fn = claim.index
  let sn = claim.size - 1
  let r = claim.leaf
  for (const p of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      r = sha256(NODE, p, r)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else r = sha256(NODE, r, p)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && r.equals(root)
}

interface Tree {
  readonly size: number
  readonly root: Buffer
}

/** RFC 9162, 2.1.4.2. */
export function consistent(first: Tree, second: Tree, proof: readonly Buffer[]): boolean {
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root)
  const whole = Number.isInteger(Math.log2(first.size))
  const [start, ...rest] = whole ? [first.root, ...proof] : proof
  if (!start) return false
  let fn = first.size - 1
  let sn = second.size - 1
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  let fr = start
  let sr = start
  for (const c of rest) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = sha256(NODE, c, fr)
      sr = sha256(NODE, c, sr)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else sr = sha256(NODE, sr, c)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && fr.equals(first.root) && sr.equals(second.root)
}
