/**
 * Chance by name: what happens to one operation on one machine in one replication is drawn from a stream of
 * its own, so two scenarios differ by their assumptions only (common random numbers) and an order that is
 * added or taken away changes nothing for the others.
 */

/** FNV-1a, for names once; the draws mix it further. */
export function streamKey(seed: number, ...names: readonly string[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (const name of names) {
    for (let i = 0; i < name.length; i++)
      hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0
    // A name ends: `ab`, `c` is not `a`, `bc`.
    hash = Math.imul(hash ^ 0xffff, 0x01000193) >>> 0
  }
  return hash
}

/** The n-th number in (0, 1) of a stream in a replication (finaliser of MurmurHash3, Austin Appleby). */
export function uniform(key: number, replication: number, n = 0): number {
  return (mixed(mixed(key ^ Math.imul(replication + 1, 0x9e3779b1)) + n) + 0.5) / 4_294_967_296
}

function mixed(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
