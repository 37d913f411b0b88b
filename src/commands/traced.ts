import { isRejection } from '../domain/decider.ts'
import type { Batch } from './event-store.ts'
import type { Execute } from './execute.ts'
import type { Record } from './record.ts'
import { traced, type Span, type Tracer } from './tracing.ts'

/** A span for each command; the facts it records carry it on. */
export const tracedExecute =
  (execute: Execute, tracer: Tracer): Execute =>
  (decider, command, envelope) => {
    const given = (command as { type?: unknown } | null)?.type
    const type = typeof given === 'string' && Object.hasOwn(decider.commands, given) ? given : null
    const options = {
      parent: envelope.traceparent,
      attributes: { 'taktlog.command': type ?? 'unknown', 'taktlog.category': decider.category },
    }
    return traced(tracer, `execute ${type ?? 'unknown'}`, options, (span) => {
      if (!span) return execute(decider, command, envelope)
      const done = execute(decider, command, { ...envelope, traceparent: span.traceparent })
      return span.recorded ? told(span, done) : done
    })
  }

async function told(span: Span, done: ReturnType<Execute>): ReturnType<Execute> {
  const outcome = await done
  if (isRejection(outcome))
    span.set({ 'taktlog.outcome': 'rejected', 'taktlog.rejection': outcome.rejected })
  else span.set({ 'taktlog.outcome': 'acknowledged', 'taktlog.events': outcome.events.length })
  return outcome
}

/** A span for each call with observations. */
export const tracedRecord =
  (record: Record, tracer: Tracer): Record =>
  (observations, context) => {
    const options = {
      parent: context.traceparent,
      attributes: { 'taktlog.observations': observations.length },
    }
    return traced(tracer, 'record', options, async (span) => {
      if (!span) return record(observations, context)
      const within = { ...context, traceparent: span.traceparent }
      if (!span.recorded) return record(observations, within)
      const done = await record(observations, within)
      span.set({
        'taktlog.recorded': done.recorded,
        'taktlog.duplicates': done.duplicates,
        'taktlog.quarantined': done.quarantined.length,
      })
      return done
    })
  }

/** A span for each live batch of a projector, linked to the traces of its events. */
export const tracedBatch =
  (tracer: Tracer) =>
  <T>({ facts }: Batch, work: () => Promise<T>): Promise<T> => {
    const options = {
      kind: 'consumer' as const,
      links: () => tracesOf(facts),
      attributes: { 'taktlog.events': facts.length },
    }
    return traced(tracer, 'project batch', options, work)
  }

export function* tracesOf(
  events: Iterable<{ readonly metadata: { readonly traceparent?: string } }>,
): Generator<string | undefined> {
  for (const { metadata } of events) yield metadata.traceparent
}
