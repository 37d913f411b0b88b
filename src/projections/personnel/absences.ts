import type { AbsenceEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface AbsenceRow {
  personId: string
  kind: 'PLANNED' | 'UNPLANNED'
  startsAt: string
  endsAt: string
  cancelled: boolean
  /** Why it was cancelled. */
  reason: string | null
}

/** One row per stretch of time in which somebody is away. */
export const absences = projection<AbsenceRow>()<AbsenceEvent>({
  name: 'absences',
  context: 'personnel',
  version: 1,
  columns: {
    personId: 'text',
    kind: 'text',
    startsAt: 'timestamptz',
    endsAt: 'timestamptz',
    cancelled: 'boolean',
    reason: 'text',
  },
  indexes: [['startsAt'], ['endsAt'], ['personId', 'startsAt']],
  on: {
    AbsenceRecorded: {
      key: (d) => d.absenceId,
      evolve: (_, { data: { absenceId: _id, ...absence } }) => ({
        ...absence,
        cancelled: false,
        reason: null,
      }),
    },
    AbsenceCancelled: {
      key: (d) => d.absenceId,
      evolve: (row, { data }) => row && { ...row, cancelled: true, reason: data.reason },
    },
  },
})
