import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailable } from '../../commands/event-store.ts'

/** Longest an attempt may take; a page of 4,000 events takes tenths of a second. */
const DEADLINE_MS = 15_000
/** Waits between attempts: an election takes one to three seconds. */
const WAITS_MS = [50, 200, 500, 1_000, 2_000]

/** Errors of the client by what they mean here. The client has found the new leader by the next call. */
const NOTHING_HAPPENED = new Set(['not-leader'])
const UNREACHABLE = new Set(['unavailable', 'cancelled'])
const SILENT = new Set(['deadline-exceeded', 'timeout'])

/** Status codes of gRPC by the client's kinds: while it connects, it lets such errors through as they are. */
const STATUS = new Map([
  [1, 'cancelled'],
  [4, 'deadline-exceeded'],
  [14, 'unavailable'],
])
/** Errors of the client's native bridge, which does the reading, by their names. */
const BRIDGE = new Map([
  ['StreamNotFoundError', 'stream-not-found'],
  ['NotLeaderError', 'not-leader'],
  ['UnavailableError', 'unavailable'],
  ['DeadlineExceededError', 'deadline-exceeded'],
])
/** Of a cluster that names no node that could be used, or of a connection that was given up meanwhile. */
const LOST = /^Failed to discover|^Channel has been (?:shut down|closed)/

/** The kind of a client's error, '' for any other. */
export function typeOf(error: unknown): string {
  const {
    type,
    code,
    name = '',
    message = '',
  } = (error ?? {}) as {
    readonly type?: string
    readonly code?: number
    readonly name?: string
    readonly message?: string
  }
  return (
    type ?? BRIDGE.get(name) ?? STATUS.get(code ?? -1) ?? (LOST.test(message) ? 'unavailable' : '')
  )
}

/** How the server is called. */
export interface Calls {
  readonly deadlineMs: number
  /**
   * Calls the server, again when it could not be reached or its leader changed. One that is reached and
   * does not answer was waited for long enough.
   * @param repeatable whether it may have taken effect without harm when the answer was lost
   * @param lost told of each attempt that did not reach it
   * @throws StoreUnavailable when it stays out of reach, or silent for the deadline
   */
  readonly call: <T>(repeatable: boolean, work: () => Promise<T>, lost?: () => void) => Promise<T>
  /** What a long read yields, each part of it within the deadline. @throws what the client throws */
  readonly each: <T>(source: AsyncIterable<T>) => AsyncGenerator<T>
}

export const createCalls = (deadlineMs = DEADLINE_MS): Calls => ({
  deadlineMs,
  async call(repeatable, work, lost = () => {}) {
    for (let n = 0; ; n++) {
      try {
        return await within(deadlineMs, work())
      } catch (error) {
        const type = typeOf(error)
        if (!UNREACHABLE.has(type) && !SILENT.has(type) && !NOTHING_HAPPENED.has(type)) throw error
        lost()
        const wait = WAITS_MS[n]
        const again = !SILENT.has(type) && (repeatable || NOTHING_HAPPENED.has(type))
        if (wait === undefined || !again) throw new StoreUnavailable(error)
        await delay(wait)
      }
    }
  },
  async *each(source) {
    const parts = source[Symbol.asyncIterator]()
    for (;;) {
      const part = await within(deadlineMs, parts.next())
      if (part.done) return
      yield part.value
    }
  },
})

/** The client's reads know no deadline of their own, and its appends none while it connects. */
async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const give = () => new Error(`no answer within ${deadlineMs} ms`)
    timer = setTimeout(() => reject(Object.assign(give(), { type: 'timeout' })), deadlineMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
