import type { Metadata, Recorded } from '../domain/event.ts'

/** Expected revision of a stream that must not exist yet. */
export const NO_STREAM = -1
/** Expected revision of an append that does not care; such an append is not idempotent. */
export const ANY = -2
/** Position before the first event. */
export const START = 0

export interface NewEvent {
  /** UUID; a retry sends the same ids. */
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: unknown
  readonly metadata: Metadata
}

export interface Append {
  readonly stream: string
  /** Revision of the last event the writer has seen, `NO_STREAM` or `ANY`. */
  readonly expected: number
  readonly events: readonly NewEvent[]
}

/** Where the last event of the append stands, or where the stream really is. A lost race is a value. */
export type AppendResult =
  | {
      readonly ok: true
      readonly revision: number
      readonly position: number
      /** These very events were there already: this is the answer of the first time. */
      readonly repeated?: true
    }
  | { readonly ok: false; readonly actual: number }

export interface Filter {
  /** First parts of stream names; all where absent. */
  readonly categories?: readonly string[]
  readonly types?: readonly string[]
}

export interface ReadAll extends Filter {
  /** Exclusive position: forward from `START` for the whole log; backward from `Infinity`. */
  readonly from: number
  /** Forward, the last position that is asked for; the end of the log where absent. */
  readonly to?: number
  readonly direction?: 'forward' | 'backward'
  readonly limit: number
  /** As for `ReadStream`. */
  readonly asStored?: boolean
}

export interface ReadStream {
  /** Inclusive revision; the first (or, backward, the last) of the stream where absent. */
  readonly from?: number
  readonly direction?: 'forward' | 'backward'
  readonly limit?: number
  /** Payloads as they were written, past every upcast: what hashes are over. */
  readonly asStored?: boolean
}

/** A run of the log: its facts, and the position up to which everything that matches was seen. */
export interface Batch {
  readonly facts: readonly Recorded[]
  readonly position: number
}

export interface Subscribe extends Filter {
  /** Exclusive position to start after. */
  readonly after: number
  /** Most facts in one batch. */
  readonly batchSize?: number
  readonly signal: AbortSignal
}

/**
 * The log. Events come back decoded: payloads in the schema of today.
 *
 * Appends of one call succeed or conflict one by one, each atomically. An append whose event ids are
 * already in the stream right after `expected` answers as it did the first time. Positions grow in
 * the order in which events became visible: a reader at position p never later sees one <= p.
 * Every method rejects with `StoreUnavailable` while the store cannot be reached.
 */
export interface EventStore {
  append(appends: readonly Append[]): Promise<readonly AppendResult[]>
  /** Events of one stream, in order; empty where there is none. */
  readStream(stream: string, options?: ReadStream): Promise<readonly Recorded[]>
  /** One page of the log in order (or against it). A short page means the end of what was asked for. */
  readAll(options: ReadAll): Promise<readonly Recorded[]>
  /** Position of the last event, `START` for an empty log. */
  head(): Promise<number>
  /** Catches up, then follows. Ends when the signal aborts; throws when the connection is lost. */
  subscribe(options: Subscribe): AsyncIterable<Batch>
}

/** The store cannot be reached; whether an append under way took effect is unknown: retry it as it was. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`the event store cannot be reached: ${reason}`, { cause })
    this.name = 'StoreUnavailable'
  }
}

/** Index of the first fact beyond a position; they are in order. */
export function firstAfter(facts: readonly Recorded[], position: number): number {
  let [low, high] = [0, facts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (facts[middle]!.position > position) high = middle
    else low = middle + 1
  }
  return low
}
