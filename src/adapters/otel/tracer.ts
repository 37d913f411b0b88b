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
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.share) }),
    spanProcessors: [processor],
    spanLimits: { linkCountLimit: MAX_LINKS },
  })
  const tracer = provider.getTracer('taktlog')
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER }

  return {
    start(name, { kind, parent, links = [], attributes = {} } = {}): Span {
      const linked = contextsOf(links)
      const only = linked.size === 1 ? [...linked.values()][0] : undefined
      const above = contextOf(parent) ?? only
      const span = tracer.startSpan(
        name,
        {
          kind: kind ? kinds[kind] : SpanKind.INTERNAL,
          attributes,
          links: [...linked.values()].map((context): Link => ({ context })),
        },
        above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT,
      )
      const { traceId, spanId, traceFlags } = span.spanContext()
      return {
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
    async close() {
      await provider.shutdown().catch(() => {})
    },
  }
}

function contextOf(text: string | undefined): SpanContext | undefined {
  if (validTraceparent(text) === undefined) return undefined
  const [, traceId, spanId, flags] = text!.split('-') as [string, string, string, string]
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
}

/** One of each trace. */
function contextsOf(links: Iterable<string | undefined>): ReadonlyMap<string, SpanContext> {
  const found = new Map<string, SpanContext>()
  for (const link of links) {
    if (found.size === MAX_LINKS) break
    const context = contextOf(link)
    if (context) found.set(context.traceId, context)
  }
  return found
}
