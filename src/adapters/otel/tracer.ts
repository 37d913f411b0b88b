import { randomFillSync } from 'node:crypto'
import type { Link, SpanContext } from '@opentelemetry/api'
import {
  validTraceparent,
  type Attributes,
  type Span,
  type Tracer,
} from '../../commands/tracing.ts'

export interface TracingOptions {
  /** Base address of an OTLP receiver over HTTP. */
  readonly endpoint: string
  readonly serviceName: string
  /** Share of the traces begun here that is recorded; what comes with a decision keeps it. */
  readonly share: number
}

export interface Tracing extends Tracer {
  /** Sends what has ended by now. */
  flush(): Promise<void>
  /** Sends what is left. */
  close(): Promise<void>
}

/** More would make one batch of the projector larger than all its events. */
const MAX_LINKS = 128
/** 2,000 commands a second end some 6,000 spans; what the receiver does not take is dropped, not kept. */
const QUEUE = 16_384
const SEND_EVERY_MS = 1_000
/** A receiver that does not answer must not keep a process that stops. */
const CLOSE_MS = 3_000

/** Sends spans to an OTLP receiver. The SDK is loaded here: without a receiver nothing of it is. */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: CLOSE_MS,
  })
  const processor = new sdk.BatchSpanProcessor({
    ...{ exporter, maxQueueSize: QUEUE, maxExportBatchSize: 2_048 },
    scheduledDelayMillis: SEND_EVERY_MS,
  })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName }),
    // Whatever comes this far is to be recorded.
    sampler: new sdk.AlwaysOnSampler(),
    spanProcessors: [processor],
    spanLimits: { linkCountLimit: MAX_LINKS },
  })
  const tracer = provider.getTracer('taktlog')
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER }

  return {
    start(name, { kind, parent, links = NONE, attributes = {} } = {}): Span {
      const above = validTraceparent(parent) ?? onlyTrace(links())
      if (above === undefined ? Math.random() >= options.share : !isSampled(above))
        return unrecorded(above ?? newTrace())
      const span = tracer.startSpan(
        name,
        {
          kind: kind ? kinds[kind] : SpanKind.INTERNAL,
          attributes,
          links: contextsOf(links()).map((context): Link => ({ context })),
        },
        above === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(above)),
      )
      const { traceId, spanId, traceFlags } = span.spanContext()
      return {
        recorded: true,
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more: Attributes) => void span.setAttributes(more),
        // The message may hold what was recorded; the log has it.
        fail: (error) =>
          void span
            .setStatus({ code: SpanStatusCode.ERROR })
            .setAttribute('error.type', error instanceof Error ? error.name : 'unknown'),
        end: () => span.end(),
      }
    },
    async flush() {
      await provider.forceFlush().catch(() => {})
    },
    async close() {
      await provider.shutdown().catch(() => {})
    },
  }
}

const NONE = (): readonly string[] => []
const nothing = (): void => {}

/** Handed on and not recorded: most spans are of this kind, and cost next to nothing. */
const unrecorded = (traceparent: string): Span => ({
  recorded: false,
  traceparent,
  set: nothing,
  fail: nothing,
  end: nothing,
})

/** Of 55 characters `00-<trace>-<span>-<flags>`. */
const traceOf = (traceparent: string): string => traceparent.slice(3, 35)
const flagsOf = (traceparent: string): number => Number.parseInt(traceparent.slice(53), 16)
const isSampled = (traceparent: string): boolean => (flagsOf(traceparent) & 1) === 1

/** Hex digits of a trace's id and a span's. */
const [TRACE, SPAN] = [32, 16]
/** Random digits for some hundred traces: the system is not asked for each. */
const RANDOM = Buffer.alloc((256 * (TRACE + SPAN)) / 2)
let digits = ''
let used = 0

/** A trace that begins here and is not recorded, so that whoever goes on with it leaves it at that. */
function newTrace(): string {
  if (used === digits.length) {
    digits = randomFillSync(RANDOM).toString('hex')
    used = 0
  }
  const span = used + TRACE
  const traceparent = `00-${digits.slice(used, span)}-${digits.slice(span, span + SPAN)}-00`
  used = span + SPAN
  return traceparent
}

function contextOf(traceparent: string): SpanContext {
  const spanId = traceparent.slice(36, 52)
  return { traceId: traceOf(traceparent), spanId, traceFlags: flagsOf(traceparent), isRemote: true }
}

/** The trace that all of them are of; undefined where there are several, or none. */
function onlyTrace(links: Iterable<string | undefined>): string | undefined {
  let found: string | undefined
  for (const link of links) {
    if (validTraceparent(link) === undefined) continue
    if (found !== undefined && traceOf(found) !== traceOf(link!)) return undefined
    found = link
  }
  return found
}

/** One of each trace. */
function contextsOf(links: Iterable<string | undefined>): readonly SpanContext[] {
  const found = new Map<string, SpanContext>()
  for (const link of links) {
    if (found.size === MAX_LINKS) break
    if (validTraceparent(link) !== undefined) found.set(traceOf(link!), contextOf(link!))
  }
  return [...found.values()]
}
