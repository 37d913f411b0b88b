import { START, type EventStore } from '../../../commands/event-store.ts'
import { entryOf } from '../../../commands/tlog/entry.ts'
import type { Recorded } from '../../../domain/event.ts'
import { leavesOf } from './elsewhere.ts'
import type { LeafLog } from './log-here.ts'

/** Events behind a removed one that are looked at for the stream that lacks it. */
const LOOK_BEHIND = 1_000

/**
 * A log that is read from its store, for one verification: page by page, each from where the one before
 * it ended. An event cannot be looked up by its number there.
 */
export function logElsewhere(store: Pick<EventStore, 'readAll' | 'readStream'>): LeafLog {
  /** Where in the log what was asked for begins, by events before it. */
  const starts = new Map<number, Promise<number>>([[0, Promise.resolve(START)]])

  const before = (from: number): number =>
    [...starts.keys()].reduce((last, start) => (start <= from ? Math.max(last, start) : last), 0)

  const read = async (from: number, to: number): Promise<readonly Recorded[]> => {
    const start = starts.has(from) ? from : before(from)
    const position = await starts.get(start)!
    const facts = await store.readAll({ from: position, limit: to - start, asStored: true })
    return facts.slice(from - start)
  }

  return {
    async leaves(from, to) {
      const reading = read(from, to)
      const start = starts.get(from)!
      const end = reading.then(async (facts) => facts.at(-1)?.position ?? start)
      end.catch(() => {})
      starts.set(to, end)
      const facts = await reading
      const leaves = leavesOf(facts, from)
      return { events: facts.length, whole: facts.length === to - from, leaves }
    },
    numbers: async (from, to) => (await read(from, to)).map((_, i) => from + i + 1),
    async entriesFrom(position, count) {
      const facts = await read(position - 1, position - 1 + count)
      return facts.map((fact, i) => entryOf(fact, position + i))
    },
    async gapAt(position) {
      const behind = await read(position - 1, position - 1 + LOOK_BEHIND)
      const seen = new Set<string>()
      for (const { stream, revision } of behind) {
        if (revision === 0 || seen.has(stream)) continue
        seen.add(stream)
        const [before] = await store.readStream(stream, { from: revision - 1, limit: 1 })
        if (before?.revision !== revision - 1) return { stream, revision: revision - 1 }
      }
      return null
    },
    behind: '',
    // The tree ends where the log did, or before; what follows is in no checkpoint yet.
    beyondEnd: async () => null,
  }
}
