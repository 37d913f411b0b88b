import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, reason } from '../types.ts'
import { absenceEvents as e, absenceKind, type AbsenceEvent } from './events.ts'

/** A stretch of time in which a person will not come, or did not. */
export const absenceCommands = {
  RecordAbsence: z
    .object({
      type: z.literal('RecordAbsence'),
      absenceId: id.describe('Chosen by the sender; the same absence counts once.'),
      personId: id.describe('Who is away.'),
      kind: absenceKind,
      startsAt: instant.describe('First moment of it.'),
      endsAt: instant.describe('First moment after it.'),
    })
    .describe('Say that a person is away. Say nothing of the cause: the log cannot forget it.'),
  CancelAbsence: z
    .object({ type: z.literal('CancelAbsence'), absenceId: id, reason })
    .describe('The person is there after all; to change the times, record another one.'),
}
export type AbsenceCommand = CommandOf<typeof absenceCommands>

type Content = Extract<AbsenceEvent, { type: 'AbsenceRecorded' }>['data']
export type Absence =
  | { readonly status: 'unknown' }
  | { readonly status: 'recorded' | 'cancelled'; readonly content: Content }

export type AbsenceRefusal = 'AbsenceUnknown' | 'AbsenceDiffers' | 'EndsBeforeStart'

export const absence: Decider<AbsenceCommand, Absence, AbsenceEvent, AbsenceRefusal> = {
  context: 'personnel',
  category: 'absence',
  commands: absenceCommands,
  events: e,
  id: (command) => command.absenceId,
  initial: { status: 'unknown' },

  decide(command, state) {
    if (command.type === 'CancelAbsence') {
      if (state.status === 'unknown')
        return reject('AbsenceUnknown', `absenceId ${command.absenceId} has not been recorded.`)
      const { personId } = state.content
      return state.status === 'cancelled' ? [] : [e.cancelled({ ...command, personId })]
    }
    if (command.endsAt <= command.startsAt)
      return reject(
        'EndsBeforeStart',
        `endsAt ${command.endsAt} is not after startsAt ${command.startsAt}.`,
      )
    const recorded = e.recorded(command)
    if (state.status === 'unknown') return [recorded]
    return JSON.stringify(state.content) === JSON.stringify(recorded.data)
      ? []
      : reject('AbsenceDiffers', `absenceId ${command.absenceId} has other content.`)
  },

  evolve(state, event) {
    if (event.type === 'AbsenceRecorded') return { status: 'recorded', content: event.data }
    return state.status === 'unknown' ? state : { ...state, status: 'cancelled' }
  },
}
