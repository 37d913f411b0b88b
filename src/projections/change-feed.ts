import type { EventStore } from '../commands/event-store.ts'
import type { Recorded } from '../domain/event.ts'
import { BACKOFF_MS, pause } from './pause.ts'
import { keysOf, type Projection } from './projection.ts'
import type { Change, OnChange } from './read-models.ts'

/** Facts read at once; below the size at which a log fetches the next page ahead. */
const PAGE = 500

/** How far read models are, whichever process moves them. */
export interface Moves {
  /** Asks the database. Rejects during an outage, and where there are no read models yet. */
  look(): Promise<void>
  /** As far as is known here: it may be further. 0 where nothing is known. */
  reached(projection: string): number
  /** Hears whenever some moved. Returns how to stop hearing. */
  onMove(listener: () => void): () => void
}

interface Hearer {
  readonly of: ReadonlySet<string>
  readonly listener: (changes: readonly Change[]) => void
}

/**
 * Tells of changes in any process: which rows a read model has folded facts into follows from the log,
 * so all that has to be known of the process that folds is how far it came. Nothing is missed during an
 * outage, for what moved meanwhile is read afterwards; a change from right before somebody began to
 * listen may be told too. All who listen cost one read of the log together.
 */
export function createChangeFeed({
  store,
  projections,
  moves,
  signal,
}: {
  readonly store: Pick<EventStore, 'readAll'>
  readonly projections: readonly Projection[]
  readonly moves: Moves
  readonly signal: AbortSignal
}): OnChange {
  const byName = new Map(projections.map((p) => [p.name, p]))
  const hearers = new Set<Hearer>()
  /** Position up to which the changes of a read model were told; only of those that somebody hears. */
  const told = new Map<string, number>()
  let telling = false

  const tell = async (): Promise<void> => {
    if (telling) return
    telling = true
    try {
      for (let wait = BACKOFF_MS.first; ;) {
        const due = [...told].flatMap(([name, from]) => {
          const [p, to] = [byName.get(name), moves.reached(name)]
          return p && to > from ? [{ p, from, to }] : []
        })
        if (due.length === 0 || signal.aborted) return
        try {
          await tellOf(due)
          wait = BACKOFF_MS.first
        } catch {
          // The log cannot be read: those who use it tell of it.
          await pause(wait, signal)
          wait = Math.min(wait * 2, BACKOFF_MS.most)
        }
      }
    } finally {
      telling = false
    }
  }
  const tellOf = async (due: readonly Due[]): Promise<void> => {
    const until = Math.max(...due.map(({ to }) => to))
    const types = [...new Set(due.flatMap(({ p }) => Object.keys(p.on)))]
    for (let from = Math.min(...due.map((d) => d.from)); from < until;) {
      const facts = await store.readAll({ from, to: until, types, limit: PAGE })
      const end = facts.length < PAGE ? until : facts.at(-1)!.position
      const changes = due.flatMap((d) => changeOf(d, facts, Math.min(end, d.to)))
      for (const { listener, of } of [...hearers]) {
        const own = changes.filter(({ projection }) => of.has(projection))
        if (own.length > 0) listener(own)
      }
      for (const { p, to } of due) if (told.has(p.name)) told.set(p.name, Math.min(end, to))
      from = end
    }
  }

  const stopHearing = moves.onMove(() => void tell())
  signal.addEventListener('abort', stopHearing)
  return (of, listener) => {
    const hearer = { of: new Set(of), listener }
    hearers.add(hearer)
    for (const name of of) if (!told.has(name)) told.set(name, moves.reached(name))
    return () => {
      hearers.delete(hearer)
      for (const name of of)
        if (![...hearers].some((other) => other.of.has(name))) told.delete(name)
    }
  }
}

interface Due {
  readonly p: Projection
  readonly from: number
  readonly to: number
}

function changeOf({ p, from, to }: Due, facts: readonly Recorded[], end: number): Change[] {
  const keys = new Set<string>()
  for (const fact of facts) {
    if (fact.position <= from || fact.position > to) continue
    const touched = keysOf(p, fact)
    for (const key of typeof touched === 'string' ? [touched] : touched) keys.add(key)
  }
  return keys.size > 0 ? [{ projection: p.name, keys: [...keys], position: end }] : []
}
