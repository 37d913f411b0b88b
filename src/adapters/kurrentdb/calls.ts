import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailable } from '../../commands/event-store.ts'

/** Longest a call may take; a page of 4,000 events takes tenths of a second. */
export const DEADLINE_MS = 15_000
/** Waits between attempts: an election takes one to three seconds. */
const WAITS_MS = [50, 200, 500, 1_000, 2_000]

/** Errors of the client by what they mean here. The client has found the new leader by the next call. */
const NOTHING_HAPPENED = new Set(['not-leader'])
const UNREACHABLE = new Set(['unavailable', 'deadline-exceeded', 'timeout', 'cancelled'])

/** Status codes of gRPC by the client's kinds: while it connects, it lets such errors through as they are. */
const STATUS = new Map([
  [1, 'cancelled'],
  [4, 'deadline-exceeded'],
  [14, 'unavailable'],
])
/** Of a cluster that names no node that could be used, or of a connection that was given up meanwhile. */
const LOST = /^Failed to discover|^Channel has been (?:shut down|closed)/

/** The kind of a client's error, '' for any other. */
export function typeOf(error: unknown): string {
  const {
    type,
    code,
    message = '',
  } = (error ?? {}) as {
    readonly type?: string
    readonly code?: number
    readonly message?: string
  }
  return type ?? STATUS.get(code ?? -1) ?? (LOST.test(message) ? 'unavailable' : '')
}

/**
 * Calls the server, again when it could not be reached or its leader changed.
 * @param repeatable whether it may have taken effect without harm when the answer was lost
 * @param lost told of each attempt that did not reach it
 * @throws StoreUnavailable when it stays out of reach
 */
export async function call<T>(
  repeatable: boolean,
  work: () => Promise<T>,
  lost: () => void = () => {},
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await within(work())
    } catch (error) {
      const type = typeOf(error)
      const known = UNREACHABLE.has(type) || NOTHING_HAPPENED.has(type)
      if (!known) throw error
      lost()
      const wait = WAITS_MS[n]
      if (wait === undefined || !(repeatable || NOTHING_HAPPENED.has(type)))
        throw new StoreUnavailable(error)
      await delay(wait)
    }
  }
}

/** The client's reads know no deadline of their own. */
async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const give = () => new Error(`no answer within ${DEADLINE_MS} ms`)
    timer = setTimeout(() => reject(Object.assign(give(), { type: 'timeout' })), DEADLINE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
