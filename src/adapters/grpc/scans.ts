import type { Filter } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'

/** Clients that page through the log side by side; what each leaves here is less than one page. */
const MAX_SCANS = 4
/** What nobody came for is let go after this. */
const KEPT_MS = 5_000

interface Left {
  readonly facts: readonly Recorded[]
  readonly expiry: NodeJS.Timeout
}

/**
 * What forward reads of the log have fetched and not sent. Whoever reads in pages names the last event
 * it has, and gets it again as the first: that one is kept with what came after it in the page of the
 * log. So the log is asked for whole pages, one after the other, and what it reads ahead is what is
 * asked for next; a page of ours and one of a client need not be of one size.
 */
export interface Scans {
  /** From a position on, that one included; undefined where nobody has just stopped there. */
  take(position: number, filter: Filter): readonly Recorded[] | undefined
  /** @param facts the last one sent, and what follows it */
  keep(facts: readonly Recorded[], filter: Filter): void
}

export function createScans(): Scans {
  const scans = new Map<string, Left>()
  const forget = (key: string): void => {
    clearTimeout(scans.get(key)?.expiry)
    scans.delete(key)
  }
  return {
    take(position, filter) {
      const key = keyOf(position, filter)
      const left = scans.get(key)?.facts
      forget(key)
      return left
    },
    keep(facts, filter) {
      const key = keyOf(facts[0]!.position, filter)
      forget(key)
      const [oldest] = scans.keys()
      if (scans.size >= MAX_SCANS && oldest !== undefined) forget(oldest)
      scans.set(key, { facts, expiry: setTimeout(() => forget(key), KEPT_MS).unref() })
    },
  }
}

const keyOf = (position: number, { types, categories }: Filter): string =>
  JSON.stringify([position, types, categories])
