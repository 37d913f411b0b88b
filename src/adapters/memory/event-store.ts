import {
  ANY,
  NO_STREAM,
  START,
  type Append,
  type AppendResult,
  type Batch,
  type EventStore,
  type Filter,
  type ReadAll,
  type ReadStream,
  type Subscribe,
} from '../../commands/event-store.ts'
import type { Clock } from '../../commands/ports.ts'
import type { Catalogue, Event, Recorded } from '../../domain/event.ts'

const DEFAULT_BATCH = 1_000

/**
 * The log in memory, for specs, the simulation and what-if: the same promises as the others, none of
 * the durability. Payloads are copied through JSON, so that nothing a database would lose survives.
 */
export function createMemoryEventStore(clock: Clock, catalogue: Catalogue): EventStore {
  const log: Recorded[] = []
  const streams = new Map<string, Recorded[]>()
  const waiting = new Set<() => void>()

  const appendOne = ({ stream, expected, events }: Append): AppendResult => {
    const past = streams.get(stream) ?? []
    const revision = past.length - 1
    if (expected !== ANY && expected !== revision) {
      const replay = past.slice(expected + 1, expected + 1 + events.length)
      const same = replay.length === events.length && events.every((e, i) => e.id === replay[i]!.id)
      const last = replay.at(-1)
      return same && last
        ? { ok: true, revision: last.revision, position: last.position, repeated: true }
        : { ok: false, actual: revision }
    }
    const recordedAt = clock.now()
    for (const event of structuredClone(events)) {
      const data = catalogue.get(event.type)?.upcast(event.data, event.schemaVersion) ?? event.data
      const position = log.length + 1
      const fact: Recorded<Event> = {
        ...event,
        data: JSON.parse(JSON.stringify(data)),
        stream,
        revision: past.length,
        position,
        recordedAt: event.metadata.recordedAt ?? recordedAt,
      }
      past.push(fact)
      log.push(fact)
    }
    streams.set(stream, past)
    const last = past.at(-1)
    return { ok: true, revision: last?.revision ?? NO_STREAM, position: last?.position ?? START }
  }

  const page = ({
    from,
    to = log.length,
    direction = 'forward',
    limit,
    ...filter
  }: ReadAll): readonly Recorded[] => {
    const found: Recorded[] = []
    const forward = direction === 'forward'
    const step = forward ? 1 : -1
    const first = forward ? from : Math.min(from - 2, log.length - 1)
    const end = forward ? Math.min(to, log.length) : log.length
    for (let i = first; i >= 0 && i < end && found.length < limit; i += step)
      if (matches(filter, log[i]!)) found.push(log[i]!)
    return found
  }

  const grown = (position: number, signal: AbortSignal): Promise<void> =>
    log.length > position || signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          waiting.add(wake)
          signal.addEventListener('abort', wake)
        })

  return {
    async append(appends) {
      const results = appends.map(appendOne)
      for (const wake of [...waiting]) wake()
      return results
    },
    async readStream(stream, { from, direction = 'forward', limit = Infinity }: ReadStream = {}) {
      const past = streams.get(stream) ?? []
      return direction === 'forward'
        ? past.slice(from ?? 0, (from ?? 0) + limit)
        : past
            .slice(0, (from ?? past.length) + 1)
            .reverse()
            .slice(0, limit)
    },
    readAll: async (options) => page(options),
    head: async () => log.length,
    async *subscribe({
      after,
      batchSize = DEFAULT_BATCH,
      signal,
      ...filter
    }: Subscribe): AsyncGenerator<Batch> {
      let position = after
      while (!signal.aborted) {
        await grown(position, signal)
        if (signal.aborted) return
        const facts = page({ from: position, limit: batchSize, ...filter })
        position = facts.length === batchSize ? facts.at(-1)!.position : log.length
        yield { facts, position }
      }
    },
  }
}

const matches = ({ categories, types }: Filter, fact: Recorded): boolean =>
  (!types || types.includes(fact.type)) &&
  (!categories || categories.includes(fact.stream.slice(0, fact.stream.indexOf('-'))))
