import { NO_STREAM, START, type EventStore, type NewEvent } from './event-store.ts'

/** Event ids remembered over all streams, at about 75 bytes each: 40 MB. */
const MAX_IDS = 500_000

/** Which observations a stream already has, up to `revision`. */
export interface SeenStream {
  readonly revision: number
  readonly position: number
  /** Those not yet in the stream, each once; from now on they count as being there. */
  claim(events: readonly NewEvent[]): readonly NewEvent[]
  /** Notes what was just appended. Where that failed, the stream must be forgotten instead. */
  advance(
    events: readonly NewEvent[],
    at: { readonly revision: number; readonly position: number },
  ): void
}

export interface Seen {
  load(stream: string): Promise<SeenStream>
  forget(stream: string): void
}

/**
 * Remembers event ids by stream, read from the log itself, so that a redelivered observation is
 * recognised whatever order and batches it comes in. Least recently used streams are dropped.
 */
export function createSeen(store: EventStore): Seen {
  const cache = new Map<string, Promise<SeenStream> | SeenStream>()
  const sizes = new Map<string, number>()
  let total = 0

  const forget = (stream: string): void => {
    cache.delete(stream)
    total -= sizes.get(stream) ?? 0
    sizes.delete(stream)
  }
  const grow = (stream: string, by: number): void => {
    total += by
    sizes.set(stream, (sizes.get(stream) ?? 0) + by)
    for (const oldest of cache.keys()) {
      if (total <= MAX_IDS || oldest === stream) break
      forget(oldest)
    }
  }
  const read = async (stream: string): Promise<SeenStream> => {
    const facts = await store.readStream(stream)
    const ids = new Set(facts.map((fact) => fact.id))
    let { revision, position } = facts.at(-1) ?? { revision: NO_STREAM, position: START }
    grow(stream, ids.size)
    return {
      get revision() {
        return revision
      },
      get position() {
        return position
      },
      claim: (events) => events.filter(({ id }) => ids.size < ids.add(id).size),
      advance(events, at) {
        ;({ revision, position } = at)
        grow(stream, events.length)
      },
    }
  }

  return {
    async load(stream) {
      const cached = cache.get(stream)
      if (cached) {
        cache.delete(stream)
        cache.set(stream, cached)
        return cached
      }
      const loading = read(stream)
      cache.set(stream, loading)
      loading.catch(() => forget(stream))
      return loading
    },
    forget,
  }
}
