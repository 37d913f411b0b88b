import { randomUUID } from 'node:crypto'
import type { EventData, RecordedEvent } from '@kurrent/kurrentdb-client'
import { START, type NewEvent } from '../../commands/event-store.ts'
import type { Catalogue, Metadata, Recorded } from '../../domain/event.ts'
import type { BridgedEvent } from './client.ts'

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

/** The fact that a subscription of the client was told of. */
export const toFact = (catalogue: Catalogue, event: RecordedEvent): Recorded =>
  factOf(catalogue, event, event.data, event.metadata, event.created.toISOString())

/**
 * The facts of a read, from the events as the client's native bridge hands them over. The client itself
 * makes objects of its own of each, copies its bytes and has it wait for a promise: a third of a read.
 */
export function decoder(catalogue: Catalogue): (event: BridgedEvent) => Recorded {
  // What was written together has one moment.
  let moment = Number.NaN
  let instant = ''
  return (event) => {
    if (event.created !== moment) instant = new Date((moment = event.created)).toISOString()
    const data = event.isJson ? json(event.data) : event.data
    return factOf(catalogue, event, data, json(event.metadata), instant)
  }
}

/** As the client does it: what is no JSON, though it should be, is the text. */
function json({ buffer, byteOffset, byteLength }: Uint8Array): unknown {
  const text = Buffer.from(buffer, byteOffset, byteLength).toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

type Told = Pick<BridgedEvent, 'id' | 'type' | 'streamId' | 'revision' | 'position'>

/** The payload in the schema of today. What another program wrote gets an envelope that says so. */
function factOf(
  catalogue: Catalogue,
  { id, type, streamId, revision, position }: Told,
  data: unknown,
  given: unknown,
  written: string,
): Recorded {
  const stored: { -readonly [K in keyof Stored]?: Stored[K] } = isObject(given) ? given : {}
  const { eventId, schemaVersion = 1 } = stored
  // Last in, first out: taken from its end, the object stays one of those that V8 reads fast.
  delete stored.schemaVersion
  delete stored.eventId
  const metadata = isEnvelope(stored) ? stored : { ...outside(id, written), ...stored }
  const definition = catalogue.get(type)
  return {
    type,
    data: definition ? definition.upcast(data, schemaVersion) : data,
    id: eventId ?? id,
    schemaVersion,
    metadata,
    stream: streamId,
    revision: Number(revision),
    position: position ? toPosition(position) : START,
    recordedAt: metadata.recordedAt ?? written,
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

/** What Taktlog wrote, and what it serves as an EventStoreDB itself. */
const isEnvelope = (m: Partial<Metadata>): m is Metadata =>
  m.occurredAt !== undefined &&
  m.source !== undefined &&
  m.site !== undefined &&
  m.actor !== undefined &&
  m.correlationId !== undefined &&
  m.causationId !== undefined

const outside = (id: string, recordedAt: string): Metadata => ({
  occurredAt: recordedAt,
  source: 'kurrentdb',
  site: 'outside',
  actor: 'outside',
  correlationId: id,
  causationId: id,
})
