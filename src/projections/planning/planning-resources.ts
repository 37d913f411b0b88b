import type { PlanningResourceEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface PlanningResourceRow {
  changeovers: { fromFamily: string; toFamily: string; durationMs: number }[]
  /** Total size of what is done at once; null: one operation at a time. */
  batchCapacity: number | null
  /** Mean power while it runs; null: nobody said. */
  kilowatts: number | null
}

const NONE: PlanningResourceRow = { changeovers: [], batchCapacity: null, kilowatts: null }
const key = (d: PlanningResourceEvent['data']): string => d.scopeId

/** One row per work unit or work centre of which planning was told something. */
export const planningResources = projection<PlanningResourceRow>()<PlanningResourceEvent>({
  name: 'planning_resources',
  context: 'planning',
  version: 2,
  columns: {
    changeovers: 'jsonb',
    batchCapacity: 'double precision',
    kilowatts: 'double precision',
  },
  indexes: [],
  on: {
    SetupMatrixDefined: {
      key,
      evolve: (row, { data }) => ({ ...(row ?? NONE), changeovers: data.changeovers }),
    },
    BatchCapacitySet: {
      key,
      evolve: (row, { data }) => ({ ...(row ?? NONE), batchCapacity: data.capacity }),
    },
    RunningPowerSet: {
      key,
      evolve: (row, { data }) => ({ ...(row ?? NONE), kilowatts: data.kilowatts }),
    },
  },
})
