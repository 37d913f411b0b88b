import type { DemandLimitEvent } from '../../domain/energy/events.ts'
import { byFact, projection } from '../projection.ts'

export interface DemandAlarmRow {
  meterId: string
  kind: 'THREATENED' | 'EXCEEDED'
  windowFrom: string
  windowTo: string
  limitKw: number
  usedKwh: number
  /** Of a THREATENED only. */
  forecastKw: number | null
  observedTo: string
  at: string
}

/** One row per warning that a demand window ends, or has come, above the limit. */
export const demandAlarms = projection<DemandAlarmRow>()<DemandLimitEvent>({
  name: 'demand_alarms',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    kind: 'text',
    windowFrom: 'timestamptz',
    windowTo: 'timestamptz',
    limitKw: 'double precision',
    usedKwh: 'double precision',
    forecastKw: 'double precision',
    observedTo: 'timestamptz',
    at: 'timestamptz',
  },
  indexes: [['meterId', 'at'], ['at']],
  on: {
    DemandLimitThreatened: {
      key: byFact,
      evolve: (_, { data, metadata: { occurredAt: at } }) => ({ ...data, kind: 'THREATENED', at }),
    },
    DemandLimitExceeded: {
      key: byFact,
      evolve: (_, { data, metadata: { occurredAt: at } }) => ({
        ...{ ...data, kind: 'EXCEEDED', forecastKw: null, at },
      }),
    },
  },
})
