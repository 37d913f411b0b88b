import type { ReadAll } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'

/** Whoever reads a full page of so many facts goes on, as rebuilds and verifications do. */
const WORTH_IT = 1_000
/** Scans under way at a time that are read ahead of. */
const MAX_SCANS = 4
/** Pages of a scan that are kept decoded; what has arrived beyond them waits as bytes. */
const MAX_PAGES = 2
/** What nobody came for is let go after this. */
const KEPT_MS = 5_000

type Page = Promise<readonly Recorded[]>
type Read = (options: ReadAll) => Page
/**
 * Facts forward from a place, some at a time; ends at the end of the log.
 * @param limit facts that are certainly wanted
 * @param signal nobody wants more: what was asked for is taken from the server, and not decoded
 */
export type Scan = (options: ReadAll, signal: AbortSignal) => AsyncIterable<readonly Recorded[]>

interface Ahead {
  /** As many facts as are wanted; fewer where the log ended, or could not be reached. */
  take(limit: number): Page
  stop(): void
}

/**
 * Reads on where a full page was asked for, so that the server works while its facts are folded. Folding
 * comes in bursts: it waits for the database, and then takes facts faster than a server sends them. What
 * was written does not change, so a fact is as good later; a page that is short is completed from the
 * log when it is asked for.
 */
export function readingAhead(read: Read, scan: Scan): Read {
  const scans = new Map<string, { readonly ahead: Ahead; readonly expiry: NodeJS.Timeout }>()

  const take = (key: string): Ahead | undefined => {
    const found = scans.get(key)
    clearTimeout(found?.expiry)
    scans.delete(key)
    return found?.ahead
  }
  const keep = (options: ReadAll, ahead: Ahead): void => {
    const key = keyOf(options)
    const [oldest] = scans.keys()
    for (const other of [key, ...(scans.size >= MAX_SCANS && oldest ? [oldest] : [])])
      take(other)?.stop()
    const expiry = setTimeout(() => take(key)?.stop(), KEPT_MS).unref()
    scans.set(key, { ahead, expiry })
  }
  return async (options) => {
    const { from, limit, direction = 'forward' } = options
    if (direction !== 'forward' || limit < WORTH_IT) return read(options)
    const known = take(keyOf(options))
    const page = known ? await known.take(limit) : await read(options)
    const next = { ...options, from: page.at(-1)?.position ?? from }
    if (page.length === limit) keep(next, known ?? begin(scan, next))
    else if (known) return [...page, ...(await read({ ...next, limit: limit - page.length }))]
    return page
  }
}

function begin(scan: Scan, options: ReadAll): Ahead {
  const stopping = new AbortController()
  let facts: Recorded[] = []
  const state = { ended: false }
  let wake = Promise.withResolvers<void>()
  /** Whoever waits, for facts or for room, looks again. */
  const changed = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const pump = async (): Promise<void> => {
    try {
      for await (const some of scan(options, stopping.signal)) {
        for (const fact of some) facts.push(fact)
        changed()
        while (facts.length >= MAX_PAGES * options.limit && !stopping.signal.aborted)
          await wake.promise
      }
    } catch {
      // What is missing is read when it is asked for, and fails then if it has to.
    } finally {
      state.ended = true
      changed()
    }
  }
  void pump()
  return {
    async take(limit) {
      while (facts.length < limit && !state.ended) await wake.promise
      const page = facts.slice(0, limit)
      facts = facts.slice(limit)
      changed()
      return page
    },
    stop() {
      stopping.abort()
      facts = []
      changed()
    },
  }
}

const keyOf = ({ from, to, asStored = false, types, categories }: ReadAll): string =>
  JSON.stringify([from, to, asStored, types, categories])
