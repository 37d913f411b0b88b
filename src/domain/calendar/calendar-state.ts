import type {
  CalendarChange,
  CalendarEvent,
  CalendarKind,
  PlannedDownTime,
  ShiftPattern,
  SpecialDay,
  SpecialDayKey,
} from './events.ts'

/** Holds from its day on until the next one; a null pattern leaves the shifts to the wider scope. */
export interface PatternVersion {
  /** Local day, YYYY-MM-DD. */
  readonly from: string
  readonly pattern: ShiftPattern | null
}

/** A calendar with all its past: what held on any day can be read off it. */
export type CalendarState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'defined'
      readonly calendarId: string
      readonly scopeId: string
      readonly kind: CalendarKind
      readonly name: string
      readonly timeZone: string
      /** By day, earliest first; each day once. */
      readonly patterns: readonly PatternVersion[]
      /** By local day; a day has at most one entry for itself and one for each shift. */
      readonly days: ReadonlyMap<string, readonly SpecialDay[]>
      readonly plannedDown: ReadonlyMap<string, PlannedDownTime>
      /** Entries taken off it: cancelling one again is nothing new. */
      readonly cancelled: ReadonlySet<string>
      readonly corrections: ReadonlySet<string>
    }
export type DefinedCalendar = Exclude<CalendarState, { status: 'unknown' }>

/** The pattern that held on a local day; null where this calendar leaves it to a wider one. */
export function patternOn({ patterns }: DefinedCalendar, day: string): ShiftPattern | null {
  for (let i = patterns.length - 1; i >= 0; i--)
    if (patterns[i]!.from <= day) return patterns[i]!.pattern
  return null
}

export const shiftIdOf = (special: SpecialDay): string | null =>
  'shiftId' in special ? special.shiftId : null
export const keyOf = (special: SpecialDay): SpecialDayKey => ({
  day: special.day,
  shiftId: shiftIdOf(special),
})
/** What is said of a day or of one of its shifts. */
export const specialOn = (
  state: DefinedCalendar,
  { day, shiftId }: SpecialDayKey,
): SpecialDay | undefined => state.days.get(day)?.find((special) => shiftIdOf(special) === shiftId)

export function evolveCalendar(state: CalendarState, event: CalendarEvent): CalendarState {
  if (event.type === 'CalendarDefined')
    return {
      status: 'defined',
      ...event.data,
      patterns: [],
      days: new Map(),
      plannedDown: new Map(),
      cancelled: new Set(),
      corrections: new Set(),
    }
  if (state.status === 'unknown') return state
  if (event.type !== 'CalendarCorrected') return changed(state, changeOf(event))
  const corrections = new Set(state.corrections).add(event.data.correctionId)
  return { ...changed(state, event.data.change), corrections }
}

type PlainChange = Exclude<CalendarEvent, { type: 'CalendarDefined' | 'CalendarCorrected' }>

function changeOf({ type, data }: PlainChange): CalendarChange {
  switch (type) {
    case 'ShiftPatternChanged':
      return { change: 'PATTERN', from: data.from, pattern: data.pattern }
    case 'CalendarDaysSet':
      return { change: 'SET_DAYS', days: data.days }
    case 'CalendarDaysCleared':
      return { change: 'CLEAR_DAYS', days: data.days }
    case 'DownTimePlanned': {
      const { calendarId: _, ...entry } = data
      return { change: 'PLAN_DOWN_TIME', entry }
    }
    case 'PlannedDownTimeCancelled':
      return { change: 'CANCEL_DOWN_TIME', entryId: data.entryId }
  }
}

/** The calendar after a change. */
export function changed(state: DefinedCalendar, change: CalendarChange): DefinedCalendar {
  switch (change.change) {
    case 'PATTERN': {
      const { from, pattern } = change
      const others = state.patterns.filter((version) => version.from !== from)
      const patterns = [...others, { from, pattern }].sort((a, b) => (a.from < b.from ? -1 : 1))
      return { ...state, patterns }
    }
    case 'SET_DAYS':
      return { ...state, days: withDays(state.days, change.days.map(keyOf), change.days) }
    case 'CLEAR_DAYS':
      return { ...state, days: withDays(state.days, change.days, []) }
    case 'PLAN_DOWN_TIME': {
      const { entryId } = change.entry
      const cancelled = new Set(state.cancelled)
      cancelled.delete(entryId)
      return {
        ...state,
        plannedDown: new Map(state.plannedDown).set(entryId, change.entry),
        cancelled,
      }
    }
    case 'CANCEL_DOWN_TIME': {
      const plannedDown = new Map(state.plannedDown)
      plannedDown.delete(change.entryId)
      return { ...state, plannedDown, cancelled: new Set(state.cancelled).add(change.entryId) }
    }
  }
}

function withDays(
  before: DefinedCalendar['days'],
  without: readonly SpecialDayKey[],
  and: readonly SpecialDay[],
): DefinedCalendar['days'] {
  const days = new Map(before)
  for (const { day, shiftId } of without)
    days.set(
      day,
      (days.get(day) ?? []).filter((special) => shiftIdOf(special) !== shiftId),
    )
  for (const special of and) days.set(special.day, [...(days.get(special.day) ?? []), special])
  for (const { day } of without) if (days.get(day)?.length === 0) days.delete(day)
  return days
}
