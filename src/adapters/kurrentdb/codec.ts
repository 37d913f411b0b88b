import { randomUUID } from 'node:crypto'
import type { EventData, RecordedEvent } from '@kurrent/kurrentdb-client'
import { START, type NewEvent } from '../../commands/event-store.ts'
import type { Catalogue, Metadata, Recorded } from '../../domain/event.ts'

/** Both halves of a place in KurrentDB's log. */
export interface Place {
  readonly commit: bigint
  readonly prepare: bigint
}

/** Beside the envelope, as custom metadata. */
interface Stored extends Metadata {
  /** Id of the fact; see `toEventData`. */
  readonly eventId: string
  readonly schemaVersion: number
}

/**
 * A place as one number that keeps the order. An event written over gRPC has two equal halves: odd. A
 * checkpoint has its prepare before its commit when it is where the next record will begin: even. To
 * go on from there with equal halves would leave out that next event.
 * @throws RangeError beyond 2^52 bytes of log
 */
export function toPosition({ commit, prepare }: Place): number {
  const position = 2 * Number(commit) + (prepare === commit ? 1 : 0)
  if (Number.isSafeInteger(position)) return position
  throw new RangeError(`position ${commit} of the log is beyond what Taktlog can count`)
}

export function toPlace(position: number): Place {
  const commit = BigInt(Math.floor(position / 2))
  return { commit, prepare: position % 2 === 1 ? commit : 0n }
}

/**
 * The event under an id of its own for each attempt. KurrentDB answers an append whose ids it has with
 * success and does not say that nothing was written; with new ids a repeated append is a conflict, and
 * what is there tells whether it was ours. The fact's id travels in the metadata.
 */
export function toEventData(event: NewEvent): EventData {
  const metadata: Stored = {
    ...event.metadata,
    eventId: event.id,
    schemaVersion: event.schemaVersion,
  }
  return {
    id: randomUUID(),
    type: event.type,
    contentType: 'application/json',
    data: event.data as Record<string, unknown>,
    metadata: metadata as unknown as Record<string, unknown>,
  }
}

/** About what an event adds to an append, in bytes. */
export const bytesOf = ({ data, metadata }: EventData): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata))

/** Id of the fact that an event holds; that of the event where another program wrote it. */
export const factId = ({ id, metadata }: RecordedEvent): string =>
  (metadata as Partial<Stored> | undefined)?.eventId ?? id

/**
 * The fact, payload in the schema of today. What another program wrote gets an envelope that says so.
 * @param fallback where it stands, when the server did not say
 */
export function toFact(catalogue: Catalogue, event: RecordedEvent, fallback = START): Recorded {
  const recordedAt = event.created.toISOString()
  const stored = event.metadata as Partial<Stored> | undefined
  const { eventId = event.id, schemaVersion = 1, ...given } = stored ?? {}
  const metadata: Metadata =
    stored?.eventId === undefined
      ? { ...outside(event, recordedAt), ...given }
      : (given as Metadata)
  const definition = catalogue.get(event.type)
  return {
    type: event.type,
    data: definition ? definition.upcast(event.data, schemaVersion) : event.data,
    id: eventId,
    schemaVersion,
    metadata,
    stream: event.streamId,
    revision: Number(event.revision),
    position: event.position ? toPosition(event.position) : fallback,
    recordedAt: metadata.recordedAt ?? recordedAt,
  }
}

const outside = ({ id }: RecordedEvent, recordedAt: string): Metadata => ({
  occurredAt: recordedAt,
  source: 'kurrentdb',
  site: 'outside',
  actor: 'outside',
  correlationId: id,
  causationId: id,
})
