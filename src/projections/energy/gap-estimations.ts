import type { GapMethod, MeterQualityEvent } from '../../domain/energy/events.ts'
import { projection } from '../projection.ts'

export interface GapEstimationRow {
  method: GapMethod
  longestGapMinutes: number
  since: string
}

/** One row per meter for which somebody said how its gaps are filled. */
export const gapEstimations = projection<GapEstimationRow>()<MeterQualityEvent>({
  name: 'gap_estimations',
  context: 'energy',
  version: 1,
  columns: { method: 'text', longestGapMinutes: 'bigint', since: 'timestamptz' },
  indexes: [],
  on: {
    GapEstimationSet: {
      key: (d) => d.meterId,
      evolve: (_, { data: { method, longestGapMinutes }, metadata: { occurredAt: since } }) => ({
        ...{ method, longestGapMinutes, since },
      }),
    },
  },
})
