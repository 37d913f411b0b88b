/** A header that was sent more than once has a list of values. */
export type Headers = Readonly<Record<string, string | Buffer | (string | Buffer)[] | undefined>>

export interface Message {
  readonly topic: string
  /** Messages with the same key stay in the order in which they were sent. */
  readonly key: string | Buffer | null
  readonly value: string | Buffer | null
  readonly headers: Headers
}

export interface Received extends Message {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly partition: number
  /** Place in the partition; tells a message from all others of its topic and partition. */
  readonly offset: string
  /** ISO-8601 UTC: when the sender made it, or null where that is not known. */
  readonly timestamp: string | null
}

export interface Consume {
  readonly topics: readonly string[]
  /** Members of one group share the topics; each place is kept by group. */
  readonly group: string
  /**
   * Gets consecutive messages of one partition; several calls for different partitions may run at once.
   * When it resolves they are committed. When it rejects, consuming ends, and whoever goes on gets them again.
   */
  readonly handle: (batch: readonly Received[]) => Promise<void>
  readonly signal: AbortSignal
}

/** What Taktlog asks of a message broker. Small on purpose: another client is a day's work. */
export interface MessageBus {
  /** Creates what is missing, as the broker creates topics by default. */
  ensureTopics(topics: readonly string[]): Promise<void>
  /**
   * Resolves when all are stored durably, in order by key. After a rejection some may be stored, and will
   * be there twice when they are sent again.
   * @throws MessageTooLarge, BusUnavailable
   */
  publish(messages: readonly Message[]): Promise<void>
  /**
   * Resolves when the signal aborts, after what is under way; rejects with what `handle` rejects with.
   * @throws BusUnavailable
   */
  consume(options: Consume): Promise<void>
  close(): Promise<void>
}

/** The broker cannot be reached, or does not let us. What was under way may have taken effect. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable'
}

/** The topic does not take messages of this size. None of the call may have been stored, or some. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge'
}
