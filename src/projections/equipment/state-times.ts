import type { EquipmentEvent, EquipmentState } from '../../domain/equipment/events.ts'
import { byFact, projection } from '../projection.ts'

export interface StateTimeRow {
  equipmentId: string
  state: EquipmentState
  nativeState: string | null
  /** The window the source summed up: from <= time < to. */
  from: string
  to: string
  durationMs: number
}

/** One row per window and state of sources that say how long a state lasted, but not when. */
export const equipmentStateTimes = projection<StateTimeRow>()<EquipmentEvent>({
  name: 'equipment_state_times',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    state: 'text',
    nativeState: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    durationMs: 'bigint',
  },
  indexes: [['equipmentId', 'from']],
  on: {
    StateTimeObserved: {
      key: byFact,
      evolve: (_, { data }) => ({ ...data }),
    },
  },
})
