import type { Decider, Fold } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import { NO_STREAM, START, type EventStore, type NewEvent } from './event-store.ts'

/** Folded streams of one generation; at some hundred bytes each, a few megabytes. */
const GENERATION = 10_000

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
 * Streams folded in one way. Two generations instead of an order of use: what was not asked for during a
 * whole one is dropped. They change together for all ways, so that these share one bound.
 */
interface Generations {
  recent: Map<string, StreamState>
  older: Map<string, StreamState>
}

/**
 * The folded state of recently used streams: a hot stream costs no read. One process holds many, and
 * another process may write meanwhile: the append at the cached revision then conflicts, the entry is
 * forgotten and read anew.
 */
export function createStreamStates(store: Pick<EventStore, 'readStream'>) {
  // One stream may be folded in several ways: whoever only consults it makes less of it than its decider.
  const kept = new Map<Fold['evolve'], Generations>()
  let young = 0
  const generationsOf = ({ evolve }: Fold): Generations => {
    const known = kept.get(evolve)
    if (known) return known
    const made = { recent: new Map(), older: new Map() }
    kept.set(evolve, made)
    return made
  }
  const put = (folded: Fold, stream: string, state: StreamState): void => {
    const { recent } = generationsOf(folded)
    const before = recent.size
    recent.set(stream, state)
    young += recent.size - before
    if (young < GENERATION) return
    for (const generations of kept.values()) {
      generations.older = generations.recent
      generations.recent = new Map()
    }
    young = 0
  }
  const get = (folded: Fold, stream: string): StreamState | undefined => {
    const { recent, older } = generationsOf(folded)
    const state = recent.get(stream)
    if (state) return state
    const old = older.get(stream)
    if (old) put(folded, stream, old)
    return old
  }

  return {
    /**
     * What is cached, else a stream that does not exist yet: most commands that find nothing cached
     * make something new. Who appends to it, or is refused because of it, learns if it was otherwise.
     */
    assume: (decider: Decider, stream: string): StreamState =>
      get(decider, stream) ?? empty(decider),

    async load(decider: Decider, stream: string): Promise<StreamState> {
      const cached = get(decider, stream)
      if (cached) return cached
      const state = fold(decider, empty(decider), await store.readStream(stream))
      put(decider, stream, state)
      return state
    },

    /** For a stream that is only consulted: what is cached, plus what has been written since. */
    async loadFresh(decider: Fold, stream: string): Promise<StreamState> {
      const cached = get(decider, stream) ?? empty(decider)
      const state = fold(
        decider,
        cached,
        await store.readStream(stream, { from: cached.revision + 1 }),
      )
      put(decider, stream, state)
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
      put(decider, stream, {
        revision: at.revision,
        position: at.position,
        state,
        site: known.site ?? site,
        acks: known.acks,
      })
      return ack
    },

    forget(decider: Decider, stream: string): void {
      const { recent, older } = generationsOf(decider)
      if (recent.delete(stream)) young--
      older.delete(stream)
    },
  }
}

const empty = (decider: Fold): StreamState => ({
  state: decider.initial,
  revision: NO_STREAM,
  position: START,
  site: null,
  acks: new Map(),
})

function fold(decider: Fold, from: StreamState, facts: readonly Recorded[]): StreamState {
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
