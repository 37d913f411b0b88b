import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, instant, reason } from '../types.ts'
import { attendanceEvents as e, type AttendanceEvent } from './events.ts'

/**
 * One stay of one person: clocked in, clocked out. Terminals deliver late and in any order, so clocking
 * out may be known first; what was clocked wrongly is corrected beside the original, with a reason.
 */
const onAttendance = {
  attendanceId: id.describe('One stay, chosen by the sender: the same for clocking in and out.'),
  personId: id.describe('Who came or went.'),
}

export const attendanceCommands = {
  ClockIn: z
    .object({
      type: z.literal('ClockIn'),
      ...onAttendance,
      assignmentId: id
        .nullable()
        .default(null)
        .describe('Shift assignment it is for; its shift and day then are those of the stay.'),
      scopeId: id.nullable().default(null).describe('Where; the whole site by default.'),
    })
    .describe('A person has come; `occurredAt` is when.'),
  ClockOut: z
    .object({ type: z.literal('ClockOut'), ...onAttendance })
    .describe('A person has gone; `occurredAt` is when.'),
  CorrectAttendance: z
    .object({
      type: z.literal('CorrectAttendance'),
      attendanceId: id,
      correctionId: id,
      correctedBy: id.describe('Who corrects it.'),
      clockedInAt: instant.nullable(),
      clockedOutAt: instant.nullable().describe('Null: has not gone yet.'),
      reason,
    })
    .describe('Replace the moments of a stay, with a reason. The original stays visible.'),
  CancelAttendance: z
    .object({ type: z.literal('CancelAttendance'), attendanceId: id, reason })
    .describe('The stay never was, for example because somebody used a wrong badge.'),
}
export type AttendanceCommand = CommandOf<typeof attendanceCommands>

interface Times {
  readonly clockedInAt: string | null
  readonly clockedOutAt: string | null
}
export type Attendance =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'known' | 'cancelled'
      readonly personId: string
      /** As clocked, to tell a repeated wish from a different one. */
      readonly clocked: Times & { readonly place: string | null }
      /** As last corrected. */
      readonly times: Times
      readonly corrections: ReadonlySet<string>
    }
type Known = Exclude<Attendance, { status: 'unknown' }>

export type AttendanceRefusal =
  | 'AttendanceUnknown'
  | 'AttendanceDiffers'
  | 'AttendanceCancelled'
  | 'OutBeforeIn'
type Decision = readonly AttendanceEvent[] | Rejection<AttendanceRefusal>

export const attendance: Decider<
  AttendanceCommand,
  Attendance,
  AttendanceEvent,
  AttendanceRefusal
> = {
  context: 'personnel',
  category: 'attendance',
  commands: attendanceCommands,
  events: e,
  id: (command) => command.attendanceId,
  initial: { status: 'unknown' },

  decide(command, state, { at }) {
    switch (command.type) {
      case 'ClockIn':
      case 'ClockOut':
        return clock(command, state, at)
      case 'CorrectAttendance':
        return state.status === 'unknown' ? unknown(command) : correct(command, state)
      case 'CancelAttendance':
        if (state.status === 'unknown') return unknown(command)
        return state.status === 'cancelled'
          ? []
          : [e.cancelled({ ...command, personId: state.personId })]
    }
  },

  evolve(state, event, at) {
    const known: Known =
      state.status === 'unknown' ? { ...NOTHING, personId: event.data.personId } : state
    const { clocked, times, corrections } = known
    switch (event.type) {
      case 'ClockedIn':
        return {
          ...known,
          clocked: { ...clocked, clockedInAt: at, place: placeOf(event.data) },
          times: { ...times, clockedInAt: at },
        }
      case 'ClockedOut':
        return {
          ...known,
          clocked: { ...clocked, clockedOutAt: at },
          times: { ...times, clockedOutAt: at },
        }
      case 'AttendanceCorrected': {
        const { correctionId, after } = event.data
        return { ...known, times: after, corrections: new Set(corrections).add(correctionId) }
      }
      case 'AttendanceCancelled':
        return { ...known, status: 'cancelled' }
    }
  },
}

const NO_TIMES: Times = { clockedInAt: null, clockedOutAt: null }
const NOTHING = {
  status: 'known' as const,
  clocked: { ...NO_TIMES, place: null },
  times: NO_TIMES,
  corrections: new Set<string>(),
}

const placeOf = (d: { readonly assignmentId: string | null; readonly scopeId: string | null }) =>
  JSON.stringify([d.assignmentId, d.scopeId])

function clock(
  command: Extract<AttendanceCommand, { type: 'ClockIn' | 'ClockOut' }>,
  state: Attendance,
  at: string,
): Decision {
  const comes = command.type === 'ClockIn'
  const event = comes ? e.clockedIn(command) : e.clockedOut(command)
  if (state.status === 'unknown') return [event]
  const { clocked, times } = state
  if (state.personId !== command.personId) return differs(command)
  if (comes && clocked.clockedInAt !== null)
    return clocked.clockedInAt === at && clocked.place === placeOf(command) ? [] : differs(command)
  if (!comes && clocked.clockedOutAt !== null)
    return clocked.clockedOutAt === at ? [] : differs(command)
  if (state.status === 'cancelled')
    return reject('AttendanceCancelled', `attendanceId ${command.attendanceId} was cancelled.`)
  // Somebody who corrected the stay knew better than the terminal that only now delivers.
  if ((comes ? times.clockedInAt : times.clockedOutAt) !== null) return differs(command)
  return (
    outBeforeIn(comes ? { ...times, clockedInAt: at } : { ...times, clockedOutAt: at }) ?? [event]
  )
}

function correct(
  command: Extract<AttendanceCommand, { type: 'CorrectAttendance' }>,
  state: Known,
): Decision {
  if (state.corrections.has(command.correctionId)) return []
  if (state.status === 'cancelled')
    return reject('AttendanceCancelled', `attendanceId ${command.attendanceId} was cancelled.`)
  const { clockedInAt, clockedOutAt } = command
  const { personId, times: before } = state
  const after = { clockedInAt, clockedOutAt }
  return outBeforeIn(after) ?? [e.corrected({ ...command, personId, before, after })]
}

const outBeforeIn = ({ clockedInAt, clockedOutAt }: Times) =>
  clockedInAt !== null && clockedOutAt !== null && clockedOutAt < clockedInAt
    ? reject('OutBeforeIn', `clocked out at ${clockedOutAt}, before clocking in at ${clockedInAt}.`)
    : null
const unknown = ({ attendanceId }: { readonly attendanceId: string }) =>
  reject('AttendanceUnknown', `attendanceId ${attendanceId} has not been recorded.`)
const differs = ({ attendanceId }: { readonly attendanceId: string }) =>
  reject('AttendanceDiffers', `attendanceId ${attendanceId} was recorded with other content.`)
