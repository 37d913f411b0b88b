import { hash } from 'node:crypto'
import type { Recorded } from '../../domain/event.ts'

/**
 * The canonical bytes of a fact, the same as `entry.sql.ts` makes of an event in PostgreSQL, for every
 * other log. They say nothing of the store: `position` is the number of the fact in its log, `recordedAt`
 * when the first log took it, and `metadata` is hashed without the note of that. So a log that is copied
 * keeps its root.
 * @param fact payloads as they were written (`asStored`)
 * @param position number of the fact in the order of its log, from 1
 */
export function entryOf(fact: Recorded, position: number): string {
  const { recordedAt: _, ...metadata } = fact.metadata
  return JSON.stringify({
    position,
    stream: fact.stream,
    revision: fact.revision,
    id: fact.id.toLowerCase(),
    type: fact.type,
    schemaVersion: fact.schemaVersion,
    // The clocks of both stores tick in milliseconds; the format has microseconds.
    recordedAt: fact.recordedAt.replace(/Z$/, '000Z'),
    data: sha256Of(fact.data),
    metadata: sha256Of(metadata),
  })
}

/** Of the text that JSON.stringify wrote, which is what it writes again of what was read from it. */
const sha256Of = (value: unknown): string => hash('sha256', JSON.stringify(value ?? null))
