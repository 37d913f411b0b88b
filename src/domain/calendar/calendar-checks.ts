import { reject, type Rejection } from '../decider.ts'
import { patternOn, specialOn, type DefinedCalendar } from './calendar-state.ts'
import type { CalendarChange, ShiftPattern, ShiftTimes } from './events.ts'
import { DAY_MINUTES, addDays, dayNumber, localDayOf, type Span } from './local-time.ts'
import { minutesOfShift, ownShifts, patternShifts, type PlannedShift } from './shift-times.ts'

export type CalendarFault =
  | 'BreakOutsideShift'
  | 'DayOutsideCycle'
  | 'ShiftsOverlap'
  | 'DayRepeated'
  | 'EndsBeforeStart'
type Fault = Rejection<CalendarFault>

/** Why a change is no calendar at all, whatever is in it so far; null when it is sound. */
export function faultOf(change: CalendarChange): Fault | null {
  switch (change.change) {
    case 'PATTERN':
      return change.pattern && patternFault(change.pattern)
    case 'SET_DAYS':
      return (
        repeatedDay(change.days.map((d) => `${d.day} ${'shiftId' in d ? d.shiftId : ''}`)) ??
        firstFault(change.days, (d) => (d.kind === 'SHIFT' ? breakFault(d) : null))
      )
    case 'PLAN_DOWN_TIME':
      return endsBeforeStart(change.entry)
    case 'CLEAR_DAYS':
    case 'CANCEL_DOWN_TIME':
      return null
  }
}

const firstFault = <T>(all: readonly T[], faultIn: (one: T) => Fault | null): Fault | null => {
  for (const one of all) {
    const fault = faultIn(one)
    if (fault) return fault
  }
  return null
}

const endsBeforeStart = ({ from, to }: Span): Fault | null =>
  from < to ? null : reject('EndsBeforeStart', `to ${to} is not after from ${from}.`)

const repeatedDay = (keys: readonly string[]): Fault | null => {
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  return twice === undefined
    ? null
    : reject('DayRepeated', `days: ${twice.trim()} stands twice in one command.`)
}

function patternFault(pattern: ShiftPattern): Fault | null {
  const { cycleDays, shifts, anchor } = pattern
  for (const { shiftId, days } of shifts) {
    const outside = days.find((day) => day >= cycleDays)
    if (outside !== undefined)
      return reject(
        'DayOutsideCycle',
        `days ${outside} of shift ${shiftId} is not below cycleDays ${cycleDays}.`,
      )
  }
  const wholeCycle = daysFrom(anchor, cycleDays + 1)
  return firstFault(shifts, breakFault) ?? overlap(wholeCycle, (day) => patternShifts(pattern, day))
}

/** Breaks lie within their shift, one after the other. */
function breakFault(shift: ShiftTimes & { readonly shiftId: string }): Fault | null {
  const { start, end, breaks } = minutesOfShift(shift)
  let free = start
  for (const [i, b] of breaks.entries()) {
    if (b.start < free || b.end > end || b.end <= b.start)
      return reject(
        'BreakOutsideShift',
        `break ${shift.breaks[i]!.start}-${shift.breaks[i]!.end} of shift ${shift.shiftId} is not within ${shift.start}-${shift.end} after the break before it.`,
      )
    free = b.end
  }
  return null
}

const daysFrom = (day: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => addDays(day, i))

/**
 * Whether shifts of one calendar would overlap after a change: where a pattern begins and ends, and
 * around each special day it touches. Reckoned in local time, which the clocks cannot disturb.
 */
export function overlapAfter(state: DefinedCalendar, change: CalendarChange): Fault | null {
  const around = (day: string): readonly string[] => daysFrom(addDays(day, -1), 3)
  switch (change.change) {
    case 'PATTERN': {
      const until = nextPattern(state, change.from)
      const within = [...state.days.keys()].filter((day) => day >= change.from)
      const days = [change.from, ...(until === null ? [] : [until]), ...within]
      return overlap(days.flatMap(around), (day) => ownShifts(state, day))
    }
    case 'SET_DAYS':
    case 'CLEAR_DAYS':
      return overlap(
        change.days.flatMap(({ day }) => around(day)),
        (day) => ownShifts(state, day),
      )
    case 'PLAN_DOWN_TIME':
    case 'CANCEL_DOWN_TIME':
      return null
  }
}

/** Day on which the next pattern takes over; null for the last one. */
const nextPattern = ({ patterns }: DefinedCalendar, from: string): string | null =>
  patterns.find((version) => version.from > from)?.from ?? null

function overlap(
  days: readonly string[],
  shiftsOn: (day: string) => readonly PlannedShift[],
): Fault | null {
  const shifts = [...new Set(days)]
    .flatMap((day) => {
      const midnight = dayNumber(day) * DAY_MINUTES
      return shiftsOn(day).map((shift) => ({
        day,
        shiftId: shift.shiftId,
        from: midnight + shift.start,
        to: midnight + shift.end,
      }))
    })
    .sort((a, b) => a.from - b.from)
  for (const [i, next] of shifts.entries()) {
    const before = shifts[i - 1]
    if (before && before.to > next.from)
      return reject(
        'ShiftsOverlap',
        `shift ${next.shiftId} of ${next.day} would begin before shift ${before.shiftId} of ${before.day} ends.`,
      )
  }
  return null
}

/** Local days whose working time a change touches: [from, until), `until` null where it goes on. */
export function affectedBy(
  state: DefinedCalendar,
  change: CalendarChange,
): { readonly affectedFrom: string; readonly affectedUntil: string | null } {
  // A shift of the last day may run into the next.
  const days = (all: readonly string[]) => {
    const sorted = all.toSorted()
    return { affectedFrom: sorted[0]!, affectedUntil: addDays(sorted.at(-1)!, 2) }
  }
  switch (change.change) {
    case 'PATTERN': {
      const until = nextPattern(state, change.from)
      return { affectedFrom: change.from, affectedUntil: until && addDays(until, 1) }
    }
    case 'SET_DAYS':
    case 'CLEAR_DAYS':
      return days(change.days.map(({ day }) => day))
    case 'PLAN_DOWN_TIME':
    case 'CANCEL_DOWN_TIME': {
      const spans = downTimesOf(state, change)
      const local = (instant: string) => localDayOf(instant, state.timeZone)
      return days(spans.flatMap(({ from, to }) => [local(from), local(to)]))
    }
  }
}

/** Down times a change is about: the entry as it is, and as it is to be. */
export function downTimesOf(
  { plannedDown }: DefinedCalendar,
  change: Extract<CalendarChange, { change: 'PLAN_DOWN_TIME' | 'CANCEL_DOWN_TIME' }>,
): readonly Span[] {
  const planned = change.change === 'PLAN_DOWN_TIME' ? [change.entry] : []
  const entryId = change.change === 'PLAN_DOWN_TIME' ? change.entry.entryId : change.entryId
  const known = plannedDown.get(entryId)
  return known ? [known, ...planned] : planned
}

/** Changes that would bring back what a change replaces. */
export function replacedBy(state: DefinedCalendar, change: CalendarChange): CalendarChange[] {
  switch (change.change) {
    case 'PATTERN': {
      const { from } = change
      return [{ change: 'PATTERN', from, pattern: patternOn(state, from) }]
    }
    case 'SET_DAYS':
    case 'CLEAR_DAYS': {
      const keys = change.days.map((d) => ({
        day: d.day,
        shiftId: 'shiftId' in d ? d.shiftId : null,
      }))
      const known = keys.flatMap((key) => specialOn(state, key) ?? [])
      const added = keys.filter((key) => !specialOn(state, key))
      return [
        ...(known.length > 0 ? [{ change: 'SET_DAYS' as const, days: known }] : []),
        ...(added.length > 0 ? [{ change: 'CLEAR_DAYS' as const, days: added }] : []),
      ]
    }
    case 'PLAN_DOWN_TIME': {
      const entry = state.plannedDown.get(change.entry.entryId)
      const { entryId } = change.entry
      return [entry ? { change: 'PLAN_DOWN_TIME', entry } : { change: 'CANCEL_DOWN_TIME', entryId }]
    }
    case 'CANCEL_DOWN_TIME': {
      const entry = state.plannedDown.get(change.entryId)
      return entry ? [{ change: 'PLAN_DOWN_TIME', entry }] : []
    }
  }
}
