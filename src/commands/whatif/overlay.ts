import type { Catalogue, Recorded } from '../../domain/event.ts'
import { ANY, type Append, type AppendResult, type EventStore } from '../event-store.ts'
import type { Clock } from '../ports.ts'

/** Streams that go on from a position of another log, in memory. There is nothing in it that could be followed. */
export interface Overlay extends Pick<EventStore, 'append' | 'readStream'> {
  /** Streams that have facts of its own. */
  readonly touched: ReadonlySet<string>
  /** Its own facts, in order. */
  readonly own: readonly Recorded[]
}

/**
 * Real history up to a position, and what is assumed after it. Appends stay here: of the log below it only
 * reads. Nobody can subscribe, so no policy, connector or projector ever follows an assumption.
 */
export function createOverlay(
  base: Pick<EventStore, 'readStream'>,
  position: number,
  { clock, catalogue }: { readonly clock: Clock; readonly catalogue: Catalogue },
): Overlay {
  const own: Recorded[] = []
  const byStream = new Map<string, Recorded[]>()
  const below = async (stream: string): Promise<readonly Recorded[]> =>
    (await base.readStream(stream)).filter((fact) => fact.position <= position)

  const append = async ({ stream, expected, events }: Append): Promise<AppendResult> => {
    const past = await below(stream)
    const added = byStream.get(stream) ?? []
    const revision = past.length + added.length - 1
    if (expected !== ANY && expected !== revision) {
      const there = [...past, ...added].slice(expected + 1, expected + 1 + events.length)
      const last = there.at(-1)
      const same = there.length === events.length && events.every((e, i) => e.id === there[i]!.id)
      return same && last
        ? { ok: true, revision: last.revision, position: last.position, repeated: true }
        : { ok: false, actual: revision }
    }
    for (const event of structuredClone(events)) {
      const data = catalogue.get(event.type)?.upcast(event.data, event.schemaVersion) ?? event.data
      const fact: Recorded = {
        ...event,
        data: JSON.parse(JSON.stringify(data)),
        stream,
        revision: past.length + added.length,
        position: position + own.length + 1,
        recordedAt: clock.now(),
      }
      added.push(fact)
      own.push(fact)
    }
    byStream.set(stream, added)
    return { ok: true, revision: past.length + added.length - 1, position: position + own.length }
  }

  return {
    own,
    get touched() {
      return new Set(byStream.keys())
    },
    async append(appends) {
      const results: AppendResult[] = []
      for (const one of appends) results.push(await append(one))
      return results
    },
    async readStream(stream, { from, direction = 'forward', limit = Infinity } = {}) {
      const all = [...(await below(stream)), ...(byStream.get(stream) ?? [])]
      if (direction === 'forward') return all.slice(from ?? 0, (from ?? 0) + limit)
      return all
        .slice(0, (from ?? all.length) + 1)
        .reverse()
        .slice(0, limit)
    },
  }
}
