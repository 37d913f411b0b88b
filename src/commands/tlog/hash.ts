import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** First byte of what is hashed: a leaf can never be taken for a node (RFC 6962, 2.1). */
const NODE = 1

/** Root of a tree without leaves: the hash of nothing. */
export const EMPTY_ROOT = sha256('')

/** Hash of a leaf, SHA-256(0x00 || entry). @param entry in UTF-8 */
export const leafHash = (entry: string): Buffer => sha256(`\u0000${entry}`)

/** What is hashed for a node, made once: this runs for every event there is. */
const scratch = Buffer.alloc(1 + 2 * HASH_BYTES, NODE)

/** Hash of a node, SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  scratch.set(left, 1)
  scratch.set(right, 1 + HASH_BYTES)
  return sha256(scratch)
}

/** Root of a complete subtree. @param hashes 32 bytes for each of its 2^n leaves or nodes */
export function completeRoot(hashes: Buffer): Buffer {
  let row = hashes
  while (row.length > HASH_BYTES) {
    const above = Buffer.allocUnsafe(row.length / 2)
    for (let at = 0; at < row.length; at += 2 * HASH_BYTES) {
      row.copy(scratch, 1, at, at + 2 * HASH_BYTES)
      // As a string of bytes a hash costs a fifth of what it costs as a buffer of its own.
      above.write(hash('sha256', scratch, 'latin1'), at / 2, 'latin1')
    }
    row = above
  }
  return row
}

function sha256(input: string | Buffer): Buffer {
  return hash('sha256', input, 'buffer')
}
