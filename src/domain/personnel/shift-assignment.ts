import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, reason } from '../types.ts'
import { shiftAssignmentEvents as e, type ShiftAssignmentEvent } from './events.ts'

/**
 * Who is to work one shift on one day, and where. It keeps the moments the shift begins and ends: a
 * calendar that is changed later does not change who was to come when, and no day has to be guessed for
 * a night shift or one of 7 or 9 hours when the clocks change.
 */
export const shiftAssignmentCommands = {
  AssignShift: z
    .object({
      type: z.literal('AssignShift'),
      assignmentId: id.describe('Chosen by the sender; the same assignment counts once.'),
      crewId: id.nullable().default(null).describe('A crew, or'),
      personId: id.nullable().default(null).describe('a single person.'),
      calendarId: id.describe('Calendar of the shift.'),
      shiftId: id.describe('Shift of that calendar.'),
      day: z.iso.date().describe('Day the shift belongs to; also for what is after midnight.'),
      startsAt: instant.describe('When the shift begins.'),
      endsAt: instant.describe('When the shift ends.'),
      scopeId: id.nullable().default(null).describe('Where; the whole site by default.'),
    })
    .describe('Have a crew or a person work a shift of one day.'),
  WithdrawShiftAssignment: z
    .object({ type: z.literal('WithdrawShiftAssignment'), assignmentId: id, reason })
    .describe('Take an assignment back.'),
}
export type ShiftAssignmentCommand = CommandOf<typeof shiftAssignmentCommands>

type Assigned = Extract<ShiftAssignmentEvent, { type: 'ShiftAssigned' }>['data']
export type ShiftAssignment =
  | { readonly status: 'unknown' }
  | { readonly status: 'assigned' | 'withdrawn'; readonly assigned: Assigned }

export type ShiftAssignmentRefusal =
  | 'AssignmentUnknown'
  | 'AssignmentDiffers'
  | 'CrewOrPerson'
  | 'EndsBeforeStart'

export const shiftAssignment: Decider<
  ShiftAssignmentCommand,
  ShiftAssignment,
  ShiftAssignmentEvent,
  ShiftAssignmentRefusal
> = {
  context: 'personnel',
  category: 'shiftAssignment',
  commands: shiftAssignmentCommands,
  events: e,
  id: (command) => command.assignmentId,
  initial: { status: 'unknown' },

  decide(command, state) {
    const { assignmentId } = command
    if (command.type === 'WithdrawShiftAssignment')
      return state.status === 'unknown'
        ? reject('AssignmentUnknown', `assignmentId ${assignmentId} has not been recorded.`)
        : state.status === 'withdrawn'
          ? []
          : [e.withdrawn(command)]
    if ((command.crewId === null) === (command.personId === null))
      return reject('CrewOrPerson', 'crewId, personId: give one of the two.')
    if (command.endsAt <= command.startsAt)
      return reject(
        'EndsBeforeStart',
        `endsAt ${command.endsAt} is not after startsAt ${command.startsAt}.`,
      )
    const assigned = e.assigned(command)
    if (state.status === 'unknown') return [assigned]
    return JSON.stringify(state.assigned) === JSON.stringify(assigned.data)
      ? []
      : reject('AssignmentDiffers', `assignmentId ${assignmentId} has other content.`)
  },

  evolve(state, event) {
    if (event.type === 'ShiftAssigned') return { status: 'assigned', assigned: event.data }
    return state.status === 'unknown' ? state : { ...state, status: 'withdrawn' }
  },
}
