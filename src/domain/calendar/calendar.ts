import { reject, type Decider, type Rejection } from '../decider.ts'
import {
  affectedBy,
  downTimesOf,
  faultOf,
  overlapAfter,
  replacedBy,
  type CalendarFault,
} from './calendar-checks.ts'
import { calendarCommands, type CalendarCommand } from './calendar-commands.ts'
import {
  changed,
  evolveCalendar,
  keyOf,
  specialOn,
  type CalendarState,
  type DefinedCalendar,
} from './calendar-state.ts'
import {
  calendarEvents as e,
  calendarIdOf,
  type CalendarChange,
  type CalendarEvent,
} from './events.ts'
import { localDayOf } from './local-time.ts'

/**
 * When a scope of the plant is planned to work: shift patterns from a day on, days that are special,
 * and planned down time. Its stream guards that its shifts never overlap, and that the past changes by
 * corrections only, which say why: figures were reckoned with it.
 */
export type CalendarRefusal =
  | 'CalendarUnknown'
  | 'CalendarDiffers'
  | 'TouchesThePast'
  | 'EntryUnknown'
  | CalendarFault

type Decision = readonly CalendarEvent[] | Rejection<CalendarRefusal>

export const calendar: Decider<CalendarCommand, CalendarState, CalendarEvent, CalendarRefusal> = {
  context: 'calendar',
  category: 'calendar',
  commands: calendarCommands,
  events: e,
  id: ({ kind, scopeId }) => calendarIdOf(kind, scopeId),
  initial: { status: 'unknown' },

  decide(command, state, { at }) {
    if (command.type === 'DefineCalendar') return define(command, state)
    if (state.status === 'unknown')
      return reject(
        'CalendarUnknown',
        `scopeId ${command.scopeId} has no ${command.kind} calendar; define it first.`,
      )
    if (command.type === 'CorrectCalendar') return correct(command, state)
    const wished = changeOf(command)
    // All of it is looked at, also what is so already.
    const fault = faultOf(wished)
    if (fault) return fault
    const change = asNews(state, wished)
    if (change === null) return []
    return (
      refusalOf(state, change) ??
      touchesThePast(state, change, at) ?? [eventOf(state.calendarId, change)]
    )
  },

  evolve: evolveCalendar,
}

type Of<T extends CalendarCommand['type']> = Extract<CalendarCommand, { type: T }>

function define(command: Of<'DefineCalendar'>, state: CalendarState): Decision {
  if (state.status === 'unknown')
    return [e.defined({ ...command, calendarId: calendarIdOf(command.kind, command.scopeId) })]
  return state.name === command.name && state.timeZone === command.timeZone
    ? []
    : reject(
        'CalendarDiffers',
        `scopeId ${command.scopeId} has the ${state.kind} calendar ${state.name} in ${state.timeZone}.`,
      )
}

function correct(command: Of<'CorrectCalendar'>, state: DefinedCalendar): Decision {
  if (state.corrections.has(command.correctionId)) return []
  const fault = faultOf(command.change)
  if (fault) return fault
  const change = asNews(state, command.change)
  if (change === null) return []
  const before = replacedBy(state, change)
  const { calendarId } = state
  return (
    refusalOf(state, change) ?? [
      e.corrected({ ...command, calendarId, change, before, ...affectedBy(state, change) }),
    ]
  )
}

function changeOf(
  command: Exclude<CalendarCommand, { type: 'DefineCalendar' | 'CorrectCalendar' }>,
): CalendarChange {
  switch (command.type) {
    case 'ChangeShiftPattern':
      return { change: 'PATTERN', from: command.from, pattern: command.pattern }
    case 'SetCalendarDays':
      return { change: 'SET_DAYS', days: command.days }
    case 'ClearCalendarDays':
      return { change: 'CLEAR_DAYS', days: command.days }
    case 'PlanDownTime': {
      const { entryId, from, to, purpose, cause } = command
      return {
        change: 'PLAN_DOWN_TIME',
        entry: { entryId, from, to, purpose, cause },
      }
    }
    case 'CancelPlannedDownTime':
      return { change: 'CANCEL_DOWN_TIME', entryId: command.entryId }
  }
}

function eventOf(calendarId: string, change: CalendarChange): CalendarEvent {
  switch (change.change) {
    case 'PATTERN':
      return e.patternChanged({ calendarId, ...change })
    case 'SET_DAYS':
      return e.daysSet({ calendarId, ...change })
    case 'CLEAR_DAYS':
      return e.daysCleared({ calendarId, ...change })
    case 'PLAN_DOWN_TIME':
      return e.downTimePlanned({ calendarId, ...change.entry })
    case 'CANCEL_DOWN_TIME':
      return e.downTimeCancelled({ calendarId, ...change })
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What of a change is not so already; null when all of it is. */
function asNews(state: DefinedCalendar, change: CalendarChange): CalendarChange | null {
  switch (change.change) {
    case 'PATTERN': {
      const known = state.patterns.find((version) => version.from === change.from)
      return known && isSame(known.pattern, change.pattern) ? null : change
    }
    case 'SET_DAYS': {
      const days = change.days.filter((day) => !isSame(specialOn(state, keyOf(day)), day))
      return days.length === 0 ? null : { ...change, days }
    }
    case 'CLEAR_DAYS': {
      const days = change.days.filter((key) => specialOn(state, key))
      return days.length === 0 ? null : { ...change, days }
    }
    case 'PLAN_DOWN_TIME':
      return isSame(state.plannedDown.get(change.entry.entryId), change.entry) ? null : change
    case 'CANCEL_DOWN_TIME':
      return state.cancelled.has(change.entryId) ? null : change
  }
}

function refusalOf(
  state: DefinedCalendar,
  change: CalendarChange,
): Rejection<CalendarRefusal> | null {
  if (change.change === 'CANCEL_DOWN_TIME' && !state.plannedDown.has(change.entryId))
    return reject('EntryUnknown', `entryId ${change.entryId} is not on ${state.calendarId}.`)
  return overlapAfter(changed(state, change), change)
}

/** Reported figures rest on the days that have passed; the day of `at` itself may still be changed. */
function touchesThePast(
  state: DefinedCalendar,
  change: CalendarChange,
  at: string,
): Rejection<CalendarRefusal> | null {
  const today = localDayOf(at, state.timeZone)
  const past = daysTouched(state, change).find(([, day]) => day < today)
  return past
    ? reject(
        'TouchesThePast',
        `${past[0]} ${past[1]} is before ${today}, the day of occurredAt; correct the past with CorrectCalendar and a reason.`,
      )
    : null
}

/** Local days a change reaches back to, each with the field that says so. */
function daysTouched(
  state: DefinedCalendar,
  change: CalendarChange,
): readonly (readonly [string, string])[] {
  switch (change.change) {
    case 'PATTERN':
      return [['from', change.from]]
    case 'SET_DAYS':
    case 'CLEAR_DAYS':
      return change.days.map(({ day }) => ['day', day])
    case 'PLAN_DOWN_TIME':
    case 'CANCEL_DOWN_TIME':
      return downTimesOf(state, change).map(({ from }) => [
        'from',
        localDayOf(from, state.timeZone),
      ])
  }
}
