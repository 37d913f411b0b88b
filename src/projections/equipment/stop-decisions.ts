import type { StopEvent } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { byFact, projection } from '../projection.ts'

export interface StopDecisionRow {
  equipmentId: string
  /** UTC day on which the stop began, as it was seen: the stream whose version this is. */
  day: string
  kind: 'CLASSIFIED' | 'CLEARED' | 'SPLIT' | 'JOINED' | 'COMMENTED'
  from: string
  /** Null: the stop was open then. */
  to: string | null
  seenTo: string
  /** Of a SPLIT only. */
  at: string | null
  /** Of a CLASSIFIED only. */
  reasonId: string | null
  comment: string | null
  decisionId: string
  version: number
  decidedAt: string
  /** Person named, or the principal that sent it. */
  decidedBy: string
}

const decided =
  (kind: StopDecisionRow['kind']) =>
  (_: unknown, { data, metadata }: Recorded<StopEvent>): StopDecisionRow => ({
    equipmentId: data.equipmentId,
    day: data.startedAt.slice(0, 10),
    kind,
    from: data.from,
    to: data.to,
    seenTo: data.seenTo,
    at: 'at' in data ? data.at : null,
    reasonId: 'reasonId' in data ? data.reasonId : null,
    comment: data.comment,
    decisionId: data.decisionId,
    version: data.version,
    decidedAt: metadata.occurredAt,
    decidedBy: data.personId ?? metadata.actor,
  })

/** One row per decision about a stretch of time in which a machine stood still; none is ever changed. */
export const stopDecisions = projection<StopDecisionRow>()<StopEvent>({
  name: 'stop_decisions',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    day: 'text',
    kind: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    seenTo: 'timestamptz',
    at: 'timestamptz',
    reasonId: 'text',
    comment: 'text',
    decisionId: 'text',
    version: 'bigint',
    decidedAt: 'timestamptz',
    decidedBy: 'text',
  },
  indexes: [['equipmentId', 'from']],
  on: {
    StopClassified: { key: byFact, evolve: decided('CLASSIFIED') },
    StopClassificationCleared: { key: byFact, evolve: decided('CLEARED') },
    StopSplit: { key: byFact, evolve: decided('SPLIT') },
    StopsJoined: { key: byFact, evolve: decided('JOINED') },
    StopCommented: { key: byFact, evolve: decided('COMMENTED') },
  },
})
