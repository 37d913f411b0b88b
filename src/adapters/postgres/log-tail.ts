import { firstAfter, type Filter } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { categoryOf } from './log-names.ts'

/** Events read at once, as many as the projector takes. */
const PAGE = 4_000
/** Events kept for those who are almost there. */
const KEPT = 4_000
/** A page of so many is not the trickle of a running plant: whoever wants few of them reads filtered. */
const RUSH = 1_000
/** Without a notification the log is looked at so often, however many ask. */
const STALE_MS = 500

/** Facts right after a position. */
export interface Seen {
  readonly facts: readonly Recorded[]
  /** Everything up to here was looked at. */
  readonly upTo: number
}

/** The end of the log in memory: all who follow it in this process read it together. */
export interface Tail {
  /**
   * What comes after a position; null for who is further behind than what is kept.
   * @param heard notifications the caller has heard: a look at the log that began later is as good as its own
   */
  after(position: number, heard: number): Promise<Seen | null>
  /** Facts after `from` and up to `to`; null where they are not all here. Asks nobody. */
  between(from: number, to: number): readonly Recorded[] | null
  /** Whether more comes in than is worth reading for who wants a few types of it. */
  readonly rushing: boolean
}

/**
 * Read on as it is asked for: nobody's page is read for nothing. A dozen policies, each asking the log for
 * its own types at every notification, cost a busy plant four hundred statements a second.
 *
 * @param heardNow notifications heard by now
 */
export function createTail(
  read: (from: number, limit: number) => Promise<readonly Recorded[]>,
  heardNow: () => number,
): Tail {
  let facts: Recorded[] = []
  /** `facts` is everything after `start` and up to `tip`. */
  let start = 0
  let tip = 0
  let looked = { heard: -1, at: Number.NEGATIVE_INFINITY }
  let looking: Promise<void> | null = null
  let rushing = false

  const look = async (): Promise<void> => {
    const now = { heard: heardNow(), at: performance.now() }
    const page = await read(tip, PAGE)
    looked = page.length < PAGE ? now : { ...now, heard: -1 }
    rushing = page.length >= RUSH
    if (page.length === 0) return
    for (const fact of page) facts.push(fact)
    if (facts.length > 2 * KEPT) {
      start = facts.at(-KEPT - 1)!.position
      facts = facts.slice(-KEPT)
    }
    tip = page.at(-1)!.position
  }
  const isFresh = (heard: number): boolean =>
    looked.heard >= heard && performance.now() - looked.at < STALE_MS

  return {
    get rushing() {
      return rushing
    },
    async after(position, heard) {
      for (;;) {
        if (position > tip && !looking) {
          // Who has read pages up to the end comes further than this was read.
          ;[facts, start, tip, looked] = [[], position, position, { ...looked, heard: -1 }]
        }
        if (position < start) return null
        if (position < tip) return { facts: facts.slice(firstAfter(facts, position)), upTo: tip }
        if (position === tip && !looking && isFresh(heard)) return { facts: [], upTo: tip }
        looking ??= look().finally(() => (looking = null))
        await looking
        if (position === tip && isFresh(heard)) return { facts: [], upTo: tip }
      }
    },
    between(from, to) {
      return from >= start && to <= tip
        ? facts.slice(firstAfter(facts, from), firstAfter(facts, to))
        : null
    },
  }
}

export function matches({ types, categories }: Filter): (fact: Recorded) => boolean {
  const wanted = types && new Set(types)
  const within = categories && new Set(categories)
  return ({ type, stream }) =>
    (!wanted || wanted.has(type)) && (!within || within.has(categoryOf(stream)))
}
