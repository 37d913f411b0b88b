import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason, text } from '../types.ts'
import { localDay, localTime } from './local-time.ts'

/** EQUIPMENT: when machines are planned to run. PERSON: when people are planned to work. */
export const calendarKind = z.enum(['EQUIPMENT', 'PERSON'])
export type CalendarKind = z.output<typeof calendarKind>

/**
 * Which day a shift counts for. START_DAY: the local day it starts on. END_DAY: the one it ends on.
 * PLANT_DAY: the plant's day, which begins at `dayStart`, that its start falls in.
 */
export const shiftDay = z.enum(['START_DAY', 'END_DAY', 'PLANT_DAY'])

/** A year of weekly repeats is 7 days; the longest rotations in use have some months. */
const MAX_CYCLE_DAYS = 366
const MAX_SHIFTS = 50
const MAX_BREAKS = 20
/** A Monday, so that day 0 of a weekly pattern is Monday and day 6 Sunday. */
const A_MONDAY = '2024-01-01'

const shiftBreak = z.object({ start: localTime, end: localTime }).meta({ id: 'ShiftBreak' })

const shiftTimes = {
  start: localTime.describe('Local time at which it starts, HH:MM.'),
  end: localTime.describe('Local time at which it ends, HH:MM; not after start: on the next day.'),
  breaks: z
    .array(shiftBreak)
    .max(MAX_BREAKS)
    .default([])
    .describe('Paid or unpaid breaks, in local time within the shift.'),
}

/** Clock times of one shift; one that does not end after it starts ends on the next day. */
export interface ShiftTimes {
  readonly start: string
  readonly end: string
  readonly breaks: readonly { readonly start: string; readonly end: string }[]
}

const patternShift = z
  .object({
    shiftId: id.describe('Id of the shift, such as NIGHT.'),
    name: text.describe('What people call it.'),
    ...shiftTimes,
    days: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(MAX_CYCLE_DAYS - 1),
      )
      .min(1)
      .max(MAX_CYCLE_DAYS)
      .describe('Days of the cycle it starts on, from 0; of a weekly one 0 is Monday.'),
  })
  .meta({ id: 'PatternShift' })

/** Shifts that repeat every `cycleDays` days, counted from `anchor`. No shifts: never worked. */
export const shiftPattern = z
  .object({
    cycleDays: z
      .number()
      .int()
      .min(1)
      .max(MAX_CYCLE_DAYS)
      .default(7)
      .describe('Days after which it repeats: 7 is weekly.'),
    anchor: localDay.default(A_MONDAY).describe('A day that is day 0 of the cycle; a Monday.'),
    shifts: z.array(patternShift).max(MAX_SHIFTS).describe('The shifts of one cycle.'),
    shiftDay: shiftDay
      .default('START_DAY')
      .describe('Which day a shift counts for that runs over midnight.'),
    dayStart: localTime
      .default('00:00')
      .describe("Local time at which the plant's day begins, for PLANT_DAY and daily figures."),
  })
  .meta({ id: 'ShiftPattern' })
export type ShiftPattern = z.output<typeof shiftPattern>

const onDay = { day: localDay.describe('Local day, YYYY-MM-DD.') }
const dayName = text.default('').describe('What people call it, such as New Year.')

/** What is special about a day, or about one shift that starts on it. */
export const specialDay = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('HOLIDAY'), ...onDay, name: dayName }),
    /** Worked although a calendar of a wider scope has a holiday. */
    z.object({ kind: z.literal('WORKING_DAY'), ...onDay, name: dayName }),
    z.object({ kind: z.literal('SHIFT_CANCELLED'), ...onDay, shiftId: id, name: dayName }),
    /** Runs so on this day: a shift of the pattern at other times, or one that is extra. */
    z.object({ kind: z.literal('SHIFT'), ...onDay, shiftId: id, name: text, ...shiftTimes }),
  ])
  .meta({ id: 'SpecialDay' })
export type SpecialDay = z.output<typeof specialDay>

/** Names a special day: without a shift what is said of the whole day. */
export const specialDayKey = z
  .object({ ...onDay, shiftId: id.nullable().default(null) })
  .meta({ id: 'SpecialDayKey' })
export type SpecialDayKey = z.output<typeof specialDayKey>

/** A bulk import of the holidays of some years and countries fits. */
export const MAX_SPECIAL_DAYS = 1_000

export const downTimePurpose = z.enum(['MAINTENANCE', 'TEST', 'CLEANING', 'MEETING', 'OTHER'])
export type DownTimePurpose = z.output<typeof downTimePurpose>

export const plannedDownTime = z
  .object({
    entryId: id.describe('Id of the entry in its calendar.'),
    from: instant.describe('When it begins.'),
    to: instant.describe('When it ends.'),
    purpose: downTimePurpose.default('MAINTENANCE').describe('What it is for.'),
    cause: reason.describe('Why, for people: the work planned.'),
  })
  .meta({ id: 'PlannedDownTime' })
export type PlannedDownTime = z.output<typeof plannedDownTime>

export const patternFrom = {
  from: localDay.describe('First day on which it holds.'),
  pattern: shiftPattern
    .nullable()
    .describe('The shifts; null: from then on those of the next wider scope hold again.'),
}

/** One change of a calendar. A plain change and a correction are the same change, said differently. */
export const calendarChange = z
  .discriminatedUnion('change', [
    z.object({ change: z.literal('PATTERN'), ...patternFrom }),
    z.object({
      change: z.literal('SET_DAYS'),
      days: z.array(specialDay).min(1).max(MAX_SPECIAL_DAYS),
    }),
    z.object({
      change: z.literal('CLEAR_DAYS'),
      days: z.array(specialDayKey).min(1).max(MAX_SPECIAL_DAYS),
    }),
    z.object({ change: z.literal('PLAN_DOWN_TIME'), entry: plannedDownTime }),
    z.object({ change: z.literal('CANCEL_DOWN_TIME'), entryId: id }),
  ])
  .meta({ id: 'CalendarChange' })
export type CalendarChange = z.output<typeof calendarChange>

const onCalendar = { calendarId: id }

export const calendarEvents = {
  defined: event(
    'CalendarDefined',
    z.object({
      ...onCalendar,
      /** Node of the hierarchy, crew or person whose time it is. */
      scopeId: id,
      kind: calendarKind,
      name: text,
      /** IANA name: its days and clock times are reckoned in it. */
      timeZone: text,
    }),
  ),
  patternChanged: event('ShiftPatternChanged', z.object({ ...onCalendar, ...patternFrom })),
  daysSet: event(
    'CalendarDaysSet',
    z.object({ ...onCalendar, days: z.array(specialDay).min(1).max(MAX_SPECIAL_DAYS) }),
  ),
  daysCleared: event(
    'CalendarDaysCleared',
    z.object({ ...onCalendar, days: z.array(specialDayKey).min(1).max(MAX_SPECIAL_DAYS) }),
  ),
  downTimePlanned: event('DownTimePlanned', z.object({ ...onCalendar, ...plannedDownTime.shape })),
  downTimeCancelled: event('PlannedDownTimeCancelled', z.object({ ...onCalendar, entryId: id })),
  /** What held in the past was not so: everything reckoned with these days is restated. */
  corrected: event(
    'CalendarCorrected',
    z.object({
      ...onCalendar,
      correctionId: id,
      reason,
      change: calendarChange,
      /** What it replaces, as the changes that would bring it back. */
      before: z.array(calendarChange),
      /** First local day whose working time may be another, and the day after the last. */
      affectedFrom: localDay,
      affectedUntil: localDay.nullable(),
    }),
  ),
}
export type CalendarEvent = EventOf<typeof calendarEvents>

/** Facts that change when a calendar says work is planned. */
export const WORKING_TIME_FACTS = [
  'ShiftPatternChanged',
  'CalendarDaysSet',
  'CalendarDaysCleared',
  'DownTimePlanned',
  'PlannedDownTimeCancelled',
  'CalendarCorrected',
] as const satisfies readonly CalendarEvent['type'][]

/** One calendar of each kind belongs to a scope, so its id says whose it is. */
export const calendarIdOf = (kind: CalendarKind, scopeId: string): string => `${kind}:${scopeId}`
/** Stream that holds the calendar of a scope, also where none has been defined. */
export const calendarStream = (kind: CalendarKind, scopeId: string): string =>
  `calendar-${calendarIdOf(kind, scopeId)}`
