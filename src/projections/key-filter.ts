/**
 * Bits per key and probes: one false "maybe" in some ten thousand keys (Bloom 1970: 0.6185^20). Each
 * costs a look-up in a table without an index, so they must be rare; a million keys take 2.5 MB.
 */
const BITS_PER_KEY = 20
const PROBES = 10
/** The first layer holds this many keys; each next one four times as many. */
const FIRST_KEYS = 16_384
const GROWTH = 4

/** Remembers keys in some twenty bits each: "no" is certain, "yes" is a maybe. */
export interface KeyFilter {
  has(key: string): boolean
  /** Adds the key; true when it was certainly not there before. */
  add(key: string): boolean
}

interface Layer {
  readonly words: Uint32Array
  readonly mask: number
  room: number
}

/**
 * A Bloom filter that grows by layers. While a table is built it answers whether a key may already be
 * in there, so that a row seen for the first time costs neither a look-up nor an upsert.
 */
export function createKeyFilter(): KeyFilter {
  const layers: Layer[] = [layer(FIRST_KEYS)]
  let capacity = FIRST_KEYS
  let h1 = 0
  let h2 = 0

  /** Two independent 32-bit hashes in one pass; the probes are h1 + i * h2 (Kirsch, Mitzenmacher). */
  const hash = (key: string): void => {
    let a = 0x811c9dc5
    let b = 0x9747b28c
    for (let i = 0; i < key.length; i++) {
      const c = key.charCodeAt(i)
      a = Math.imul(a ^ c, 0x01000193)
      b = Math.imul(b ^ c, 0x5bd1e995)
      b ^= b >>> 15
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b)
    h1 = (a ^ (a >>> 13)) >>> 0
    h2 = (Math.imul(b ^ (b >>> 13), 0xc2b2ae35) | 1) >>> 0
  }
  const inLayer = ({ words, mask }: Layer): boolean => {
    for (let i = 0, at = h1; i < PROBES; i++, at = (at + h2) >>> 0) {
      const bit = at & mask
      if (!(words[bit >>> 5]! & (1 << (bit & 31)))) return false
    }
    return true
  }
  const known = (): boolean => layers.some(inLayer)

  return {
    has(key) {
      hash(key)
      return known()
    },
    add(key) {
      hash(key)
      if (known()) return false
      let last = layers.at(-1)!
      if (last.room === 0) {
        capacity *= GROWTH
        layers.push((last = layer(capacity)))
      }
      last.room--
      for (let i = 0, at = h1; i < PROBES; i++, at = (at + h2) >>> 0) {
        const bit = at & last.mask
        last.words[bit >>> 5]! |= 1 << (bit & 31)
      }
      return true
    },
  }
}

function layer(keys: number): Layer {
  const bits = 2 ** Math.ceil(Math.log2(keys * BITS_PER_KEY))
  return { words: new Uint32Array(bits / 32), mask: bits - 1, room: keys }
}
