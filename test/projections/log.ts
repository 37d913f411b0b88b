import type { EventStore } from '../../src/commands/event-store.ts'
import { ANY } from '../../src/commands/event-store.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { Event, Recorded } from '../../src/domain/event.ts'
import { T0 } from '../spec.ts'

/** A log in memory that takes events as they are. */
export interface Log extends EventStore {
  /** Appends and answers with the position of the last. */
  add(...events: readonly (Event & { readonly at?: string })[]): Promise<number>
  /** Puts recorded facts in, in their order. */
  put(facts: readonly Recorded[]): Promise<number>
  all(): Promise<readonly Recorded[]>
}

export function createLog(): Log {
  const store = createMemoryEventStore({ now: () => T0 }, new Map())
  let n = 0
  const append = async (
    events: readonly Pick<Recorded, 'type' | 'data' | 'metadata' | 'stream' | 'id'>[],
  ): Promise<number> => {
    await store.append(
      events.map(({ stream, id, type, data, metadata }) => ({
        stream,
        expected: ANY,
        events: [{ id, type, data, metadata, schemaVersion: 1 }],
      })),
    )
    return store.head()
  }
  return {
    ...store,
    put: append,
    add: (...events) =>
      append(
        events.map(({ at, type, data }) => ({
          ...{ type, data, stream: 'plant-1' },
          id: `00000000-0000-4000-8000-${String(n++).padStart(12, '0')}`,
          metadata: {
            ...{ occurredAt: at ?? T0, source: 'spec', site: 'S1', actor: 'spec' },
            ...{ correlationId: 'c', causationId: 'c' },
          },
        })),
      ),
    all: () => store.readAll({ from: 0, limit: Infinity }),
  }
}
