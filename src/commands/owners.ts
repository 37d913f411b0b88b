import type { EventStore } from './event-store.ts'

/** Streams whose site is remembered; the equipment and meters of a large plant. */
const MAX_KNOWN = 100_000

/**
 * Which site a stream belongs to: that of its first fact, which never changes, so what was found once
 * is remembered. A stream that does not exist yet is asked for again each time.
 */
export function createOwners(store: EventStore) {
  const known = new Map<string, string>()

  return {
    /** Sites by stream; absent where the stream does not exist. */
    async sites(streams: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
      const unknown = [...streams].filter((stream) => !known.has(stream))
      await Promise.all(
        unknown.map(async (stream) => {
          const [first] = await store.readStream(stream, { limit: 1 })
          if (!first) return
          if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!)
          known.set(stream, first.metadata.site)
        }),
      )
      return known
    },
  }
}
