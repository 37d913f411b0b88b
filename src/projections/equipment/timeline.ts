import type { EquipmentEvent, EquipmentState } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { byFact, projection } from '../projection.ts'

/** One fact that can change what a timeline shows from `at` on. */
export interface TimelineRow {
  equipmentId: string
  at: string
  kind: 'STATE' | 'GAP_STARTED' | 'GAP_ENDED' | 'PROGRAM'
  /** Of a STATE only. */
  state: EquipmentState | null
  nativeState: string | null
  reason: string | null
  /** Of a PROGRAM only; null there: none is loaded. */
  program: string | null
}

const NOTHING = { state: null, nativeState: null, reason: null, program: null }
const about = ({ data, metadata }: Recorded<EquipmentEvent>) => ({
  ...NOTHING,
  equipmentId: data.equipmentId,
  at: metadata.occurredAt,
})

/**
 * One row per state, gap and program fact: each falls in its place by when it happened, however late
 * it arrives. Intervals are computed when asked, by `intervals.ts`.
 */
export const equipmentTimeline = projection<TimelineRow>()<EquipmentEvent>({
  name: 'equipment_timeline',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    at: 'timestamptz',
    kind: 'text',
    state: 'text',
    nativeState: 'text',
    reason: 'text',
    program: 'text',
  },
  indexes: [['equipmentId', 'kind', 'at']],
  on: {
    EquipmentStateChanged: {
      key: byFact,
      evolve: (_, fact) => ({
        ...about(fact),
        kind: 'STATE',
        state: fact.data.state,
        nativeState: fact.data.nativeState,
        reason: fact.data.reason,
      }),
    },
    DataGapStarted: {
      key: byFact,
      evolve: (_, fact) => ({ ...about(fact), kind: 'GAP_STARTED', reason: fact.data.reason }),
    },
    DataGapEnded: {
      key: byFact,
      evolve: (_, fact) => ({ ...about(fact), kind: 'GAP_ENDED' }),
    },
    ProgramChanged: {
      key: byFact,
      evolve: (_, fact) => ({ ...about(fact), kind: 'PROGRAM', program: fact.data.program }),
    },
  },
})
