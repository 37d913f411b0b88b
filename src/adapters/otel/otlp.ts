import type { Attributes, SpanOptions } from '../../commands/tracing.ts'

/** A span that has ended. */
export interface Ended {
  readonly traceparent: string
  /** Traceparents of what it is a part of, and of what it is about. */
  readonly above: string | undefined
  readonly linked: readonly string[]
  readonly name: string
  readonly kind: SpanOptions['kind']
  /** Milliseconds since 1970, with fractions. */
  readonly began: number
  readonly ended: number
  readonly told: readonly Attributes[]
  readonly failed: boolean
}

/** Kinds of spans by their numbers in OTLP. */
const KIND = { internal: 1, server: 2, consumer: 5 } as const
const FAILED = '"status":{"code":2},'
/** Sampled; whether what is above ran in this process is not said. */
const FLAGS = '"flags":1'

/** `ExportTraceServiceRequest` of OTLP 1 in JSON; written as text, which halves the work. */
export function encode(serviceName: string, spans: readonly Ended[]): string {
  const resource = `{"attributes":[${attributesOf([{ 'service.name': serviceName }])}]}`
  const scoped = `{"scope":{"name":"taktlog"},"spans":[${spans.map(spanOf).join(',')}]}`
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[${scoped}]}]}`
}

function spanOf(span: Ended): string {
  const { traceparent, above, linked, kind = 'internal' } = span
  const parent = above ? `"parentSpanId":"${spanIdOf(above)}",` : ''
  const links = linked.length > 0 ? `"links":[${linked.map(linkOf).join(',')}],` : ''
  const status = span.failed ? FAILED : ''
  return (
    `{"traceId":"${traceIdOf(traceparent)}","spanId":"${spanIdOf(traceparent)}",${parent}` +
    `"name":${JSON.stringify(span.name)},"kind":${KIND[kind]},` +
    `"startTimeUnixNano":"${nanos(span.began)}","endTimeUnixNano":"${nanos(span.ended)}",` +
    `"attributes":[${attributesOf(span.told)}],${links}${status}${FLAGS}}`
  )
}

const linkOf = (traceparent: string): string =>
  `{"traceId":"${traceIdOf(traceparent)}","spanId":"${spanIdOf(traceparent)}",${FLAGS}}`

/** Microseconds are as fine as it is known. */
const nanos = (ms: number): string => `${Math.round(ms * 1_000)}000`

function attributesOf(told: readonly Attributes[]): string {
  let text = ''
  for (const attributes of told)
    for (const key in attributes) {
      const value = attributes[key]!
      text += `${text === '' ? '' : ','}{"key":${JSON.stringify(key)},"value":{"${typeOf(value)}":${JSON.stringify(value)}}}`
    }
  return text
}

const typeOf = (value: Attributes[string]): string => {
  if (typeof value === 'string') return 'stringValue'
  if (typeof value === 'boolean') return 'boolValue'
  return Number.isInteger(value) ? 'intValue' : 'doubleValue'
}

/** Of 55 characters `00-<trace>-<span>-<flags>`. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)
const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52)
