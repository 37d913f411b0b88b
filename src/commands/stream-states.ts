import type { Decider } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import { NO_STREAM, START, type EventStore, type NewEvent } from './event-store.ts'

/** Folded streams kept in memory; at some hundred bytes each, a few megabytes. */
const MAX_CACHED = 10_000

interface FirstAck {
  readonly revision: number
  readonly position: number
  readonly events: readonly { readonly id: string; readonly type: string }[]
}

/** A stream folded up to `revision`. */
export interface StreamState<S = any> {
  readonly state: S
  readonly revision: number
  readonly position: number
  /** Site of its first event: nobody writes to it in another site's name. Null for a new stream. */
  readonly site: string | null
  /** What each command recorded here, so that a repeated one is answered and not decided again. */
  readonly acks: Map<string, FirstAck>
}

/**
 * The folded state of recently used streams: a hot stream costs no read. One process holds many, and
 * another process may write meanwhile: the append at the cached revision then conflicts, the entry is
 * forgotten and read anew.
 */
export function createStreamStates(store: EventStore) {
  const cache = new Map<string, StreamState>()

  const put = (stream: string, state: StreamState): void => {
    cache.delete(stream)
    cache.set(stream, state)
    if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!)
  }

  return {
    async load(decider: Decider, stream: string): Promise<StreamState> {
      const cached = cache.get(stream)
      if (cached) return cached
      const state = fold(decider, empty(decider), await store.readStream(stream))
      put(stream, state)
      return state
    },

    /** For a stream that is only consulted: what is cached, plus what has been written since. */
    async loadFresh(decider: Decider, stream: string): Promise<StreamState> {
      const cached = cache.get(stream) ?? empty(decider)
      const state = fold(
        decider,
        cached,
        await store.readStream(stream, { from: cached.revision + 1 }),
      )
      put(stream, state)
      return state
    },

    /** Applies what was just appended; answers with the Ack of that command. */
    advance(
      decider: Decider,
      stream: string,
      known: StreamState,
      events: readonly NewEvent[],
      at: { readonly revision: number; readonly position: number },
    ): FirstAck {
      const { occurredAt, site, commandId } = events[0]!.metadata
      const ack = {
        revision: at.revision,
        position: at.position,
        events: events.map(({ id, type }) => ({ id, type })),
      }
      const state = events.reduce(
        (s, event) => decider.evolve(s, event as never, occurredAt),
        known.state,
      )
      if (commandId !== undefined) known.acks.set(commandId, ack)
      put(stream, { ...at, state, site: known.site ?? site, acks: known.acks })
      return ack
    },

    forget: (stream: string): void => void cache.delete(stream),
  }
}

const empty = (decider: Decider): StreamState => ({
  state: decider.initial,
  revision: NO_STREAM,
  position: START,
  site: null,
  acks: new Map(),
})

function fold(decider: Decider, from: StreamState, facts: readonly Recorded[]): StreamState {
  let { state, revision, position, site } = from
  for (const fact of facts) {
    state = decider.evolve(state, fact, fact.metadata.occurredAt)
    ;({ revision, position } = fact)
    site ??= fact.metadata.site
    remember(from.acks, fact)
  }
  return { state, revision, position, site, acks: from.acks }
}

function remember(
  acks: Map<string, FirstAck>,
  { metadata, id, type, revision, position }: Recorded,
) {
  if (metadata.commandId === undefined) return
  const before = acks.get(metadata.commandId)?.events ?? []
  const events = before.some((e) => e.id === id) ? before : [...before, { id, type }]
  acks.set(metadata.commandId, { revision, position, events })
}
