import type { RatedCapacityEvent } from '../../domain/equipment/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface RatedCapacityRow {
  equipmentId: string
  validFrom: string
  /** Null: not known any more from then on. */
  perHour: number | null
}

/** One row per machine and date from which its rated capacity holds. */
export const ratedCapacities = projection<RatedCapacityRow>()<RatedCapacityEvent>({
  name: 'rated_capacities',
  context: 'equipment',
  version: 1,
  columns: { equipmentId: 'text', validFrom: 'timestamptz', perHour: 'double precision' },
  indexes: [['equipmentId', 'validFrom']],
  on: {
    EquipmentCapacityRated: {
      key: (d) => compositeKey(d.equipmentId, d.validFrom),
      evolve: (_, { data }) => ({ ...data }),
    },
  },
})
