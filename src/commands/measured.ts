import { isRejection } from '../domain/decider.ts'
import type { Batch, EventStore } from './event-store.ts'
import type { Execute } from './execute.ts'
import type { Metrics } from './metrics.ts'
import type { Record } from './record.ts'

const secondsSince = (began: number): number => (performance.now() - began) / 1_000

/** Counts commands and refusals. A command that throws (an outage, a bug) counts as failed. */
export const measuredExecute =
  (execute: Execute, metrics: Metrics): Execute =>
  async (decider, command, envelope) => {
    const began = performance.now()
    const tell = (outcome: 'acknowledged' | 'unchanged' | 'rejected' | 'failed'): void => {
      metrics.observe('taktlog_command_seconds', secondsSince(began), { outcome })
      metrics.count('taktlog_commands_total', { category: decider.category, outcome })
    }
    try {
      const outcome = await execute(decider, command, envelope)
      if (isRejection(outcome)) {
        tell('rejected')
        metrics.count('taktlog_rejections_total', { code: outcome.rejected })
      } else tell(outcome.events.length > 0 ? 'acknowledged' : 'unchanged')
      return outcome
    } catch (error) {
      tell('failed')
      throw error
    }
  }

/** Counts what became of observations. */
export const measuredRecord =
  (record: Record, metrics: Metrics): Record =>
  async (observations, context) => {
    const recording = await record(observations, context)
    const count = (outcome: string, by: number): void => {
      if (by > 0) metrics.count('taktlog_observations_total', { outcome }, by)
    }
    count('recorded', recording.recorded)
    count('duplicate', recording.duplicates)
    count('quarantined', recording.quarantined.length)
    return recording
  }

/** Measures appends and counts what they did. Everything else is the store as it was. */
export const measuredStore = <S extends EventStore>(store: S, metrics: Metrics): S => ({
  ...store,
  async append(appends) {
    const began = performance.now()
    const results = await store.append(appends)
    metrics.observe('taktlog_append_seconds', secondsSince(began))
    let [events, conflicts] = [0, 0]
    for (let i = 0; i < results.length; i++) {
      const result = results[i]!
      if (!result.ok) conflicts++
      else if (!result.repeated) events += appends[i]!.events.length
    }
    if (events > 0) metrics.count('taktlog_appended_events_total', undefined, events)
    if (conflicts > 0) metrics.count('taktlog_append_conflicts_total', undefined, conflicts)
    return results
  },
})

/** Measures the live batches of a projector. */
export const measuredBatch =
  (metrics: Metrics) =>
  async <T>({ facts }: Batch, work: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    const result = await work()
    metrics.observe('taktlog_projection_batch_seconds', secondsSince(began))
    metrics.observe('taktlog_projection_batch_events', facts.length)
    metrics.count('taktlog_projected_events_total', {}, facts.length)
    return result
  }
