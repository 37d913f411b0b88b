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
  /**
   * Traces of the events it is about: it is recorded where one of them is, as a part of it where that is
   * the only one.
   */
  readonly links?: () => Iterable<string | undefined>
  readonly attributes?: Attributes
}

export interface Tracer {
  /** Null where nothing is traced. */
  start(name: string, options?: SpanOptions): Span | null
}

export const noTracer: Tracer = { start: () => null }

/** All that begin here and are not recorded share this one: whoever goes on with it leaves it at that. */
const UNRECORDED = `00-${'f'.repeat(32)}-${'f'.repeat(16)}-00`
const nothing = (): void => {}

/** Is handed on and not recorded: most spans are of this kind, and cost next to nothing. */
const handedOn = (traceparent: string): Span => ({
  recorded: false,
  traceparent,
  set: nothing,
  fail: nothing,
  end: nothing,
})

const UNRECORDED_SPAN = handedOn(UNRECORDED)

/** @param given by a caller who does not record it */
export const unrecorded = (given?: string): Span =>
  given === undefined ? UNRECORDED_SPAN : handedOn(given)

/** What a fact carries of the work that caused it: nothing where the trace began here unrecorded. */
export const traceOf = ({
  traceparent,
}: {
  readonly traceparent?: string | undefined
}): { readonly traceparent?: string } =>
  traceparent === undefined || traceparent === UNRECORDED ? {} : { traceparent }

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
