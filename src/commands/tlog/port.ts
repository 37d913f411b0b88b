import type { ReadTiles } from './proofs.ts'

/** A checkpoint as it was signed and published. */
export interface SignedCheckpoint {
  readonly size: number
  /** Signed note (C2SP tlog-checkpoint). */
  readonly note: string
  /** Public key that verifies it, `name+id+key`. */
  readonly verifier: string
  /** ISO-8601 UTC */
  readonly signedAt: string
}

/** The Merkle tree over the log, for whoever asks for proofs. Leaf n is the event number n + 1 of the log. */
export interface TransparencyLog {
  /** Events in the tree so far; the log may be a moment ahead. */
  size(): Promise<number>
  /** The latest one of at most this size; null where there is none yet. */
  checkpoint(atMost?: number): Promise<SignedCheckpoint | null>
  /** Public keys of all checkpoints there are, latest first. */
  verifiers(): Promise<readonly string[]>
  readonly tiles: ReadTiles
  /** Canonical bytes (UTF-8) of these events, in the order of the log. @param from leaf, inclusive */
  entries(from: number, count: number): Promise<readonly string[]>
  /** Leaf that the event at a position of the log is or will be; null when the tree is not near it yet. */
  leafOf(position: number): Promise<number | null>
}
