import { z } from 'zod'
import type { NewEvent } from '../../commands/event-store.ts'
import type { Catalogue, Metadata } from '../../domain/event.ts'
import type { Caller } from './caller.ts'
import type { Definitions } from './definitions.ts'
import { MAX_APPEND_BYTES, Refused } from './errors.ts'
import { fromUuid, JSON_TYPE, octets } from './wire.ts'

/** Site of a fact whose writer names none and may write for several. */
const NO_SITE = 'outside'
/** Source of a fact whose writer names none. */
const SOURCE = 'grpc'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type Proposed = InstanceType<Definitions['streams']['BatchAppendReq']['ProposedMessage']>

/** What Taktlog needs of custom metadata; the rest is kept as it came. */
const envelope = z.looseObject({
  schemaVersion: z.int().min(1).optional(),
  occurredAt: z.iso.datetime({ precision: 3 }).optional(),
  source: z.string().min(1).optional(),
  sourceSequence: z.int().optional(),
  site: z.string().min(1).optional(),
  commandId: z.string().optional(),
  correlationId: z.string().optional(),
  causationId: z.string().optional(),
})

interface Context {
  readonly catalogue: Catalogue
  readonly caller: Caller
  readonly now: string
  /** A trusted writer, who may write to all categories, also names who acted. */
  readonly trusted: boolean
}

/**
 * The events of an append, with the envelope that every fact has.
 * @throws Refused where an event is not one, breaks the schema of its type, or all are too large
 */
export function accept(messages: readonly Proposed[], context: Context): NewEvent[] {
  let bytes = 0
  for (const message of messages)
    bytes += message.getData_asU8().length + message.getCustomMetadata_asU8().length
  if (bytes > MAX_APPEND_BYTES) throw new Refused({ kind: 'maximum-append-size-exceeded' })
  return messages.map((message) => acceptOne(message, context))
}

function acceptOne(message: Proposed, context: Context): NewEvent {
  const id = fromUuid(message.getId())
  if (!UUID.test(id)) throw invalid('an event id must be a UUID')
  const headers = message.getMetadataMap()
  const type = headers.get('type') ?? ''
  if (type === '') throw invalid('an event needs a type')
  const bytes = message.getData_asU8()
  const data =
    headers.get('content-type') === JSON_TYPE
      ? parse(bytes, `data of ${type} ${id}`)
      : octets(bytes)
  const { schemaVersion = 1, ...metadata } = envelopeOf(message, type)
  fits(context.catalogue, type, schemaVersion, data)
  return { id, type, schemaVersion, data, metadata: complete(id, metadata, context) }
}

function envelopeOf(message: Proposed, type: string): z.output<typeof envelope> {
  const bytes = message.getCustomMetadata_asU8()
  if (bytes.length === 0) return {}
  const given = parse(bytes, `metadata of ${type}`)
  const read = envelope.safeParse(given)
  // Checked, and in the order that the client gave: hashes are over it.
  if (read.success) return given as z.output<typeof envelope>
  const [{ path, message: why } = { path: [], message: '' }] = read.error.issues
  throw invalid(`metadata of ${type}: ${path.join('.') || 'it'}: ${why}`)
}

function complete(
  id: string,
  given: Omit<z.output<typeof envelope>, 'schemaVersion'>,
  { caller, now, trusted }: Context,
): Metadata {
  const only = caller.sites?.length === 1 ? caller.sites[0] : undefined
  const { $correlationId, $causationId, actor, recordedAt } = given
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const metadata = {
    ...given,
    occurredAt: given.occurredAt ?? now,
    source: given.source ?? SOURCE,
    site: given.site ?? only ?? NO_SITE,
    actor: (trusted ? text(actor) : undefined) ?? caller.actor,
    recordedAt: trusted ? text(recordedAt) : undefined,
    correlationId: given.correlationId ?? text($correlationId) ?? id,
    causationId: given.causationId ?? text($causationId) ?? id,
  }
  return metadata as unknown as Metadata
}

/** A fact that breaks its schema would stop every projection that reads it. */
function fits(catalogue: Catalogue, type: string, version: number, data: unknown): void {
  const definition = catalogue.get(type)
  if (!definition) return
  if (version > definition.version)
    throw invalid(`${type}: schema version ${version} is newer than ${definition.version}`)
  try {
    definition.schema.parse(definition.upcast(data, version))
  } catch {
    throw invalid(`the data do not fit the schema of ${type}`)
  }
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch {
    throw invalid(`${what}: not JSON`)
  }
}

const invalid = (why: string) => new Refused({ kind: 'invalid-argument', why })
