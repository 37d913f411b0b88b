/**
 * Traces: who did what for which request, from the API to the read models. A trace is handed on as a W3C
 * `traceparent`, through envelopes into the metadata of events, so it needs no state of the process and
 * goes on where another process, or a consumer of the log, takes the event up.
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** A piece of work under way. Attributes are types, counts and outcomes: never payloads, never persons. */
export interface Span {
  /** Otherwise it is only handed on, and nobody hears what is said of it. */
  readonly recorded: boolean
  /** For whoever goes on with the trace. */
  readonly traceparent: string
  set(attributes: Attributes): void
  fail(error: unknown): void
  end(): void
}

export interface SpanOptions {
  readonly kind?: 'server' | 'consumer'
  /** A new trace where absent or not one. */
  readonly parent?: string | undefined
  /** Traces of the events it is about, asked for where they matter. All of one: it becomes a part of that. */
  readonly links?: () => Iterable<string | undefined>
  readonly attributes?: Attributes
}

export interface Tracer {
  /** Null where nothing is traced. */
  start(name: string, options?: SpanOptions): Span | null
}

export const noTracer: Tracer = { start: () => null }

/** Runs the work within a span, which ends with it and fails where it throws. */
export function traced<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = tracer.start(name, options)
  return span?.recorded ? ended(span, work) : work(span)
}

async function ended<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span)
  } catch (error) {
    span.fail(error)
    throw error
  } finally {
    span.end()
  }
}

/** W3C Trace Context, level 1: version 00, no id of zeros only. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** What came from outside, if it is a traceparent. */
export const validTraceparent = (text: unknown): string | undefined =>
  typeof text === 'string' && TRACEPARENT.test(text) ? text : undefined
