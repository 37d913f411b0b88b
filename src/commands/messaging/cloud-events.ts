import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Recorded } from '../../domain/event.ts'
import { id } from '../../domain/types.ts'
import { invalid } from '../execute.ts'
import type { Headers, Message, Received } from './bus.ts'

/**
 * Facts and wishes as CloudEvents 1.0, in the Kafka protocol binding. We write the structured mode, in
 * which a message is complete in itself, and read both.
 */
const STRUCTURED = 'application/cloudevents+json; charset=UTF-8'
const HEADERS: Headers = { 'content-type': STRUCTURED }
/** Digits of the largest position: as text they keep the order, as the extension `sequence` demands. */
const SEQUENCE_DIGITS = 16

/** Names the JSON Schema that the data of an event follows: its `$id` under `/schemas`. */
export const schemaUrn = (type: string, version: number): string =>
  `urn:taktlog:schema:${type}:${version}`

/**
 * A fact as a CloudEvent. Extensions, where there is one for it: sequence (position in the log),
 * partitionkey (stream), correlationid and causationid, recordedtime, traceparent; our own are revision,
 * site, actor, reportedby (metadata.source) and commandid.
 * @param origin name of this log
 */
export function factMessage(fact: Recorded, topic: string, origin: string): Message {
  const { metadata, stream } = fact
  const value = {
    specversion: '1.0',
    id: fact.id,
    source: `//${encodeURI(origin)}`,
    type: fact.type,
    subject: stream,
    time: metadata.occurredAt,
    datacontenttype: 'application/json',
    dataschema: schemaUrn(fact.type, fact.schemaVersion),
    sequence: String(fact.position).padStart(SEQUENCE_DIGITS, '0'),
    partitionkey: stream,
    recordedtime: fact.recordedAt,
    correlationid: metadata.correlationId,
    causationid: metadata.causationId,
    traceparent: metadata.traceparent ?? traceparent(metadata.correlationId, fact.id),
    revision: fact.revision,
    site: metadata.site,
    actor: metadata.actor,
    reportedby: metadata.source,
    ...(metadata.commandId === undefined ? {} : { commandid: metadata.commandId }),
    data: fact.data,
  }
  return { topic, key: stream, value: JSON.stringify(value), headers: HEADERS }
}

/** A trace id has 16 bytes, a span id 8; in hexadecimal digits. */
const TRACE_DIGITS = 32
const SPAN_DIGITS = 16
const NOTHING = /^0*$/

/**
 * W3C trace context where none was recorded: what belongs to one errand is one trace, a correlation id that is a UUID its very
 * id. Not sampled (00): no span of it was recorded here.
 */
function traceparent(correlationId: string, eventId: string): string {
  const trace = hex(correlationId, TRACE_DIGITS)
  return `00-${trace}-${hex(eventId, TRACE_DIGITS).slice(-SPAN_DIGITS)}-00`
}

function hex(text: string, digits: number): string {
  const bare = text.replaceAll('-', '').toLowerCase()
  const usable = bare.length === digits && /^[0-9a-f]+$/.test(bare) && !NOTHING.test(bare)
  return usable ? bare : hash('sha256', text, 'hex').slice(0, digits)
}

/** Attributes that Taktlog reads; others may be there. */
const attributes = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(256),
  source: id,
  type: z.string().min(1),
  time: z.string().optional(),
  site: id.optional(),
  sequence: z.string().optional(),
  correlationid: id.optional(),
  traceparent: z.string().optional(),
  data: z.unknown(),
})
export type CloudEvent = z.output<typeof attributes>

/** What arrived as a CloudEvent, or why it is none. */
export function readCloudEvent(message: Received): CloudEvent | { readonly why: string } {
  const type = header(message.headers, 'content-type') ?? ''
  const binary = header(message.headers, 'ce_specversion') !== undefined
  if (/^application\/cloudevents/i.test(type) && !/^application\/cloudevents\+json/i.test(type))
    return { why: `content-type ${type}: only single CloudEvents as JSON are read.` }
  const json = parse(message.value)
  if ('why' in json) return json
  const given = binary ? { ...prefixed(message.headers), data: json.value } : json.value
  if (typeof given === 'object' && given !== null && 'data_base64' in given)
    return { why: 'data_base64: only data as JSON is read.' }
  const parsed = attributes.safeParse(given)
  return parsed.success ? parsed.data : { why: invalid(parsed.error, given).why }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parse(value: Buffer | null): { readonly value: unknown } | { readonly why: string } {
  if (value === null) return { why: 'the message has no value.' }
  try {
    return { value: JSON.parse(utf8.decode(value)) as unknown }
  } catch (error) {
    return { why: `the value is not JSON in UTF-8: ${(error as Error).message}.` }
  }
}

const PREFIX = 'ce_'
const prefixed = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Object.keys(headers)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => [name.slice(PREFIX.length), header(headers, name)!]),
  )

/** The last value of a header as text. */
function header(headers: Headers, name: string): string | undefined {
  const values = headers[name]
  const value = Array.isArray(values) ? values.at(-1) : values
  return value?.toString()
}
