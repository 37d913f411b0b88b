import type { AttendanceEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

interface Times {
  clockedInAt: string | null
  clockedOutAt: string | null
}
export interface AttendanceCorrection {
  correctionId: string
  at: string
  correctedBy: string
  reason: string
  before: Times
}
export interface AttendanceRow extends Times {
  personId: string
  assignmentId: string | null
  scopeId: string | null
  cancelled: boolean
  /** Why it was cancelled. */
  reason: string | null
  /** Oldest first; `before` of the first is what was clocked. */
  corrections: AttendanceCorrection[]
}

const evolved = (row: AttendanceRow | null, personId: string): AttendanceRow =>
  row ?? {
    personId,
    assignmentId: null,
    scopeId: null,
    clockedInAt: null,
    clockedOutAt: null,
    cancelled: false,
    reason: null,
    corrections: [],
  }

/** One row per stay of a person, as last corrected. */
export const attendance = projection<AttendanceRow>()<AttendanceEvent>({
  name: 'attendance',
  context: 'personnel',
  version: 1,
  columns: {
    personId: 'text',
    assignmentId: 'text',
    scopeId: 'text',
    clockedInAt: 'timestamptz',
    clockedOutAt: 'timestamptz',
    cancelled: 'boolean',
    reason: 'text',
    corrections: 'jsonb',
  },
  indexes: [['clockedInAt'], ['clockedOutAt'], ['personId', 'clockedInAt'], ['assignmentId']],
  on: {
    ClockedIn: {
      key: (d) => d.attendanceId,
      evolve: (row, { data: { personId, assignmentId, scopeId }, metadata }) => ({
        ...evolved(row, personId),
        assignmentId,
        scopeId,
        clockedInAt: metadata.occurredAt,
      }),
    },
    ClockedOut: {
      key: (d) => d.attendanceId,
      evolve: (row, { data, metadata }) => ({
        ...evolved(row, data.personId),
        clockedOutAt: metadata.occurredAt,
      }),
    },
    AttendanceCorrected: {
      key: (d) => d.attendanceId,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { personId, correctionId, correctedBy, reason, before, after } = data
        const known = evolved(row, personId)
        const correction = { correctionId, at, correctedBy, reason, before }
        return { ...known, ...after, corrections: [...known.corrections, correction] }
      },
    },
    AttendanceCancelled: {
      key: (d) => d.attendanceId,
      evolve: (row, { data }) => ({
        ...evolved(row, data.personId),
        cancelled: true,
        reason: data.reason,
      }),
    },
  },
})
