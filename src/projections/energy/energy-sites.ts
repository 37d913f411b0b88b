import type { EnergySiteEvent } from '../../domain/energy/events.ts'
import { projection } from '../projection.ts'

/** One row per site that said how long its demand windows are. */
export const energySites = projection<{ windowMinutes: number }>()<EnergySiteEvent>({
  name: 'energy_sites',
  context: 'energy',
  version: 1,
  columns: { windowMinutes: 'bigint' },
  indexes: [],
  on: {
    DemandWindowSet: {
      key: (_, { metadata }) => metadata.site,
      evolve: (_, { data: { windowMinutes } }) => ({ windowMinutes }),
    },
  },
})
