import { isRejection } from '../domain/decider.ts'
import type { AppendResult, Batch, EventStore } from './event-store.ts'
import type { Execute } from './execute.ts'
import type { Metrics } from './metrics.ts'
import type { Record } from './record.ts'
import type { Telemetry } from './telemetry.ts'
import { traced, type Span } from './tracing.ts'

/**
 * Counts and times commands and refusals, with a span for each; the facts of a command carry it on. One
 * that throws (an outage, a bug) counts as failed. The caller gets the promise of the work itself, not one
 * that waits for it.
 */
export const watchedExecute =
  (execute: Execute, { metrics, tracer }: Telemetry): Execute =>
  (decider, command, envelope) => {
    const { category } = decider
    const given = (command as { type?: unknown } | null)?.type
    const type =
      typeof given === 'string' && Object.hasOwn(decider.commands, given) ? given : 'unknown'
    const span = tracer.start(`execute ${type}`, {
      parent: envelope.traceparent,
      attributes: { 'taktlog.category': category },
    })
    const within = span?.recorded ? { ...envelope, traceparent: span.traceparent } : envelope
    const began = performance.now()
    const done = execute(decider, command, within)
    const count = (outcome: 'acknowledged' | 'unchanged' | 'rejected' | 'failed'): void => {
      metrics.observe('taktlog_command_seconds', secondsSince(began), { outcome })
      metrics.count('taktlog_commands_total', { category, outcome })
    }
    done.then(
      (outcome) => {
        if (isRejection(outcome)) {
          count('rejected')
          metrics.count('taktlog_rejections_total', { code: outcome.rejected })
        } else count(outcome.events.length > 0 ? 'acknowledged' : 'unchanged')
        if (span?.recorded) endWith(outcome, span)
      },
      (error: unknown) => {
        count('failed')
        span?.fail(error)
        span?.end()
      },
    )
    return done
  }

function endWith(outcome: Awaited<ReturnType<Execute>>, span: Span): void {
  if (isRejection(outcome))
    span.set({ 'taktlog.outcome': 'rejected', 'taktlog.rejection': outcome.rejected })
  else span.set({ 'taktlog.outcome': 'acknowledged', 'taktlog.events': outcome.events.length })
  span.end()
}

/** Counts what became of observations, with a span for each call. */
export const watchedRecord =
  (record: Record, { metrics, tracer }: Telemetry): Record =>
  (observations, context) => {
    const options = {
      parent: context.traceparent,
      attributes: { 'taktlog.observations': observations.length },
    }
    return traced(tracer, 'record', options, async (span) => {
      const within = span?.recorded ? { ...context, traceparent: span.traceparent } : context
      const done = await record(observations, within)
      const { recorded, duplicates } = done
      const quarantined = done.quarantined.length
      for (const [outcome, by] of Object.entries({ recorded, duplicate: duplicates, quarantined }))
        if (by > 0) metrics.count('taktlog_observations_total', { outcome }, by)
      span?.set({
        'taktlog.recorded': recorded,
        'taktlog.duplicates': duplicates,
        'taktlog.quarantined': quarantined,
      })
      return done
    })
  }

/** Times the appends of a store that does not do it itself. Everything else is the store as it was. */
export const watchedStore = <S extends EventStore>(store: S, metrics: Metrics): S => ({
  ...store,
  async append(appends) {
    const began = performance.now()
    const results = await store.append(appends)
    countAppends(
      metrics,
      appends.map(({ events }) => ({ events, began })),
      results,
    )
    return results
  },
})

/** Times appends that end together, and counts what they did. */
export function countAppends(
  metrics: Metrics,
  appends: readonly { readonly events: readonly unknown[]; readonly began: number }[],
  results: readonly AppendResult[],
): void {
  const now = performance.now()
  let [events, conflicts] = [0, 0]
  for (const [i, result] of results.entries()) {
    const append = appends[i]!
    metrics.observe('taktlog_append_seconds', (now - append.began) / 1_000)
    if (!result.ok) conflicts++
    else if (!result.repeated) events += append.events.length
  }
  if (events > 0) metrics.count('taktlog_appended_events_total', undefined, events)
  if (conflicts > 0) metrics.count('taktlog_append_conflicts_total', undefined, conflicts)
}

/** Times the live batches of a projector, with a span for each that is linked to the traces of its events. */
export const watchedBatch =
  ({ metrics, tracer }: Telemetry) =>
  <T>({ facts }: Batch, work: () => Promise<T>): Promise<T> => {
    const options = {
      kind: 'consumer' as const,
      links: () => facts.map(({ metadata }) => metadata.traceparent),
      attributes: { 'taktlog.events': facts.length },
    }
    return traced(tracer, 'project batch', options, async () => {
      const began = performance.now()
      const result = await work()
      metrics.observe('taktlog_projection_batch_seconds', secondsSince(began))
      metrics.observe('taktlog_projection_batch_events', facts.length)
      metrics.count('taktlog_projected_events_total', {}, facts.length)
      return result
    })
  }

const secondsSince = (began: number): number => (performance.now() - began) / 1_000
