import type { CounterKind, EquipmentEvent } from '../../domain/equipment/events.ts'
import { byFact, projection } from '../projection.ts'

export interface CounterRow {
  equipmentId: string
  counter: string
  kind: CounterKind
  at: string
  delta: number
  unit: string
  reading: number | null
  wasReset: boolean
}

/** One row per counter fact, so that the sum of deltas is right for any window. */
export const equipmentCounters = projection<CounterRow>()<EquipmentEvent>({
  name: 'equipment_counters',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    counter: 'text',
    kind: 'text',
    at: 'timestamptz',
    delta: 'double precision',
    unit: 'text',
    reading: 'double precision',
    wasReset: 'boolean',
  },
  indexes: [['equipmentId', 'at']],
  on: {
    CounterAdvanced: {
      key: byFact,
      evolve: (_, { data, metadata }) => ({ ...data, at: metadata.occurredAt }),
    },
  },
})
