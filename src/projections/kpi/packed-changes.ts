/**
 * Changes of state, ascending, as 32-bit little-endian numbers in base64. One is put behind the last without a
 * buffer: a machine says so a hundred times a day, and each time a buffer cost more than the rest of the fold.
 */

/** Of three numbers 12 bytes are 16 characters; base64 knows no end within them. */
const TRIPLE = 3
const TRIPLE_CHARS = 16
/** The last number is always within so many characters. */
const LAST_CHARS = 8

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CHARS = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0))
const SEXTETS = new Uint8Array(128)
for (const [value, code] of CHARS.entries()) SEXTETS[code] = value
const PADDING = '='

/** The numbers, ascending. */
export function changesOf(packed: string): Int32Array {
  const bytes = Buffer.from(packed, 'base64')
  const numbers = new Int32Array(bytes.length / 4)
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes.readInt32LE(i * 4)
  return numbers
}

/** Puts a change in its place; most come in order. The same change twice is one. */
export function withChange(packed: string, added: number): string {
  const rest = Math.floor((packed.length / TRIPLE_CHARS) * TRIPLE) % TRIPLE
  const [b0, b1] = [added & 255, (added >>> 8) & 255]
  const [b2, b3] = [(added >>> 16) & 255, added >>> 24]
  if (packed.length === 0) return group(b0, b1, b2) + endOfOne(b3)
  const high = sextets(packed, packed.length - LAST_CHARS)
  const low = sextets(packed, packed.length - LAST_CHARS / 2)
  if (lastOf(rest, high, low) >= added) return withLateChange(packed, added)
  if (rest === 0) return packed + group(b0, b1, b2) + endOfOne(b3)
  const whole = packed.slice(0, -LAST_CHARS / 2)
  if (rest === 1) return whole + group(low >>> 16, b0, b1) + endOfTwo(b2, b3)
  return whole + group(low >>> 16, (low >>> 8) & 255, b0) + group(b1, b2, b3)
}

/** 24 bits that four characters stand for; padding is 0. */
const sextets = (text: string, at: number): number =>
  (SEXTETS[text.charCodeAt(at)]! << 18) |
  (SEXTETS[text.charCodeAt(at + 1)]! << 12) |
  (SEXTETS[text.charCodeAt(at + 2)]! << 6) |
  SEXTETS[text.charCodeAt(at + 3)]!

/** @param rest how many numbers lie behind the last three */
function lastOf(rest: number, high: number, low: number): number {
  if (rest === 0) return little(high & 255, low >>> 16, (low >>> 8) & 255, low & 255)
  if (rest === 1) return little(high >>> 16, (high >>> 8) & 255, high & 255, low >>> 16)
  return little((high >>> 8) & 255, high & 255, low >>> 16, (low >>> 8) & 255)
}

const little = (b0: number, b1: number, b2: number, b3: number): number =>
  b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)

const group = (a: number, b: number, c: number): string =>
  String.fromCharCode(
    CHARS[a >>> 2]!,
    CHARS[((a & 3) << 4) | (b >>> 4)]!,
    CHARS[((b & 15) << 2) | (c >>> 6)]!,
    CHARS[c & 63]!,
  )
const endOfOne = (a: number): string =>
  ALPHABET[a >>> 2]! + ALPHABET[(a & 3) << 4]! + PADDING + PADDING
const endOfTwo = (a: number, b: number): string =>
  ALPHABET[a >>> 2]! + ALPHABET[((a & 3) << 4) | (b >>> 4)]! + ALPHABET[(b & 15) << 2]! + PADDING

function withLateChange(packed: string, added: number): string {
  const before = changesOf(packed)
  let place = before.length
  while (place > 0 && before[place - 1]! > added) place--
  if (place > 0 && before[place - 1] === added) return packed
  const bytes = Buffer.alloc(before.length * 4 + 4)
  before.forEach((number, i) => bytes.writeInt32LE(number, (i < place ? i : i + 1) * 4))
  bytes.writeInt32LE(added, place * 4)
  return bytes.toString('base64')
}
