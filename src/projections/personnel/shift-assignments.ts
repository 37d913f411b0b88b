import type { ShiftAssignmentEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface ShiftAssignmentRow {
  crewId: string | null
  personId: string | null
  calendarId: string
  shiftId: string
  /** YYYY-MM-DD, as the calendar counts it. */
  day: string
  startsAt: string
  endsAt: string
  scopeId: string | null
  withdrawn: boolean
  reason: string | null
}

/** One row per crew or person that was to work a shift of one day. */
export const shiftAssignments = projection<ShiftAssignmentRow>()<ShiftAssignmentEvent>({
  name: 'shift_assignments',
  context: 'personnel',
  version: 1,
  columns: {
    crewId: 'text',
    personId: 'text',
    calendarId: 'text',
    shiftId: 'text',
    day: 'text',
    startsAt: 'timestamptz',
    endsAt: 'timestamptz',
    scopeId: 'text',
    withdrawn: 'boolean',
    reason: 'text',
  },
  indexes: [['startsAt'], ['endsAt'], ['personId', 'startsAt'], ['crewId', 'startsAt'], ['day']],
  on: {
    ShiftAssigned: {
      key: (d) => d.assignmentId,
      evolve: (_, { data: { assignmentId: _id, ...assigned } }) => ({
        ...assigned,
        withdrawn: false,
        reason: null,
      }),
    },
    ShiftAssignmentWithdrawn: {
      key: (d) => d.assignmentId,
      evolve: (row, { data }) => row && { ...row, withdrawn: true, reason: data.reason },
    },
  },
})
