import type { DemandLimitEvent } from '../../domain/energy/events.ts'
import { projection } from '../projection.ts'

export interface DemandLimitRow {
  limitKw: number | null
  windowMinutes: number
  timeZone: string
  since: string
}

/** One row per meter with a limit of power, as last set. */
export const demandLimits = projection<DemandLimitRow>()<DemandLimitEvent>({
  name: 'demand_limits',
  context: 'energy',
  version: 1,
  columns: {
    limitKw: 'double precision',
    windowMinutes: 'bigint',
    timeZone: 'text',
    since: 'timestamptz',
  },
  indexes: [],
  on: {
    DemandLimitSet: {
      key: (d) => d.meterId,
      evolve: (_, { data: { meterId: _id, ...limit }, metadata: { occurredAt: since } }) => ({
        ...{ ...limit, since },
      }),
    },
  },
})
