import type { Catalogue, Recorded } from '../../domain/event.ts'
import type { Definitions } from './definitions.ts'

/** The key under which a payload that is not JSON is kept, in base64. */
const OCTETS = '$octets'

export const JSON_TYPE = 'application/json'

/** A payload of bytes that are not JSON, as the log keeps it. */
export const octets = (bytes: Uint8Array) => ({ [OCTETS]: Buffer.from(bytes).toString('base64') })

/** How a client wants ids written. */
export type UuidStyle = 'string' | 'structured'

type Uuid = InstanceType<Definitions['shared']['UUID']>

export function toUuid({ shared }: Definitions, id: string, style: UuidStyle = 'string'): Uuid {
  const uuid = new shared.UUID()
  if (style === 'string') return uuid.setString(id)
  const hex = id.replaceAll('-', '')
  const half = (part: string) => BigInt.asIntN(64, BigInt(`0x${part}`)).toString()
  return uuid.setStructured(
    new shared.UUID.Structured()
      .setMostSignificantBits(half(hex.slice(0, 16)))
      .setLeastSignificantBits(half(hex.slice(16))),
  )
}

/** The id in lower case with hyphens; empty where there is none. */
export function fromUuid(uuid: Uuid | undefined): string {
  const structured = uuid?.getStructured()
  if (!structured) return uuid?.getString().toLowerCase() ?? ''
  const half = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0')
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits())
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

type StreamIdentifier = InstanceType<Definitions['shared']['StreamIdentifier']>

export const toStream = ({ shared }: Definitions, name: string): StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name))

export const fromStream = (identifier: StreamIdentifier | undefined): string =>
  identifier ? Buffer.from(identifier.getStreamName_asU8()).toString('utf8') : ''

type RecordedEvent = InstanceType<Definitions['streams']['ReadResp']['ReadEvent']['RecordedEvent']>

/**
 * A fact as the protocol has it. Both halves of its position are the fact's place in the log; the
 * envelope travels as custom metadata, beside the schema version of the payload.
 */
export function toRecorded<E extends Pick<RecordedEvent, 'setId'>>(
  { d, catalogue }: { readonly d: Definitions; readonly catalogue: Catalogue },
  message: E,
  fact: Recorded,
  style: UuidStyle,
): E {
  const event = message as unknown as RecordedEvent
  const { data } = fact as Recorded & { readonly data: Record<string, unknown> | null }
  const raw = data === null || typeof data !== 'object' ? undefined : data[OCTETS]
  const position = String(fact.position)
  // The log has brought the payload up to date.
  const schemaVersion = catalogue.get(fact.type)?.version ?? fact.schemaVersion
  event
    .setId(toUuid(d, fact.id, style))
    .setStreamIdentifier(toStream(d, fact.stream))
    .setStreamRevision(String(fact.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(typeof raw === 'string' ? Buffer.from(raw, 'base64') : json(data))
    .setCustomMetadata(json({ ...fact.metadata, schemaVersion }))
  event
    .getMetadataMap()
    .set('type', fact.type)
    .set('content-type', typeof raw === 'string' ? 'application/octet-stream' : JSON_TYPE)
    // .NET ticks since 1970, of 100 ns.
    .set('created', `${Date.parse(fact.recordedAt)}0000`)
  return message
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
