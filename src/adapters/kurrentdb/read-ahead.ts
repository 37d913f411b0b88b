import type { ReadAll } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'

/** Whoever reads a full page of so many facts goes on, as rebuilds and verifications do. */
const WORTH_IT = 1_000
/** Scans under way at a time that are read ahead of; each holds one page. */
const MAX_SCANS = 4
/** A page that nobody came for is let go after this. */
const KEPT_MS = 5_000

type Page = Promise<readonly Recorded[]>
type Read = (options: ReadAll) => Page

interface Ahead {
  readonly page: Page
  readonly expiry: NodeJS.Timeout
}

/**
 * Begins the next page of a forward scan when one has arrived, so that the server works while the
 * facts of the last are folded. What was written does not change, so a full page is as good later; one
 * that ended before its limit is completed from the log when it is asked for.
 */
export function readingAhead(read: Read): Read {
  const scans = new Map<string, Ahead>()

  const forget = (key: string): void => {
    clearTimeout(scans.get(key)?.expiry)
    scans.delete(key)
  }
  const begin = (options: ReadAll): void => {
    const key = keyOf(options)
    const [oldest] = scans.keys()
    if (scans.size >= MAX_SCANS && oldest !== undefined) forget(oldest)
    // Where it failed there is nothing of it yet.
    const page = read(options).catch(() => [])
    scans.set(key, { page, expiry: setTimeout(() => forget(key), KEPT_MS).unref() })
  }
  const taken = async (options: ReadAll): Page => {
    const key = keyOf(options)
    const ahead = scans.get(key)
    if (!ahead) return read(options)
    forget(key)
    const page = await ahead.page
    const limit = options.limit - page.length
    if (limit === 0) return page
    const from = page.at(-1)?.position ?? options.from
    return [...page, ...(await read({ ...options, limit, from }))]
  }
  return async (options) => {
    const page = await taken(options)
    const { limit, direction = 'forward' } = options
    if (direction === 'forward' && limit >= WORTH_IT && page.length === limit)
      begin({ ...options, from: page.at(-1)!.position })
    return page
  }
}

const keyOf = ({ from, to, limit, asStored = false, types, categories }: ReadAll): string =>
  JSON.stringify([from, to, limit, asStored, types, categories])
