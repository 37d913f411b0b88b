import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { timeZone } from '../site/events.ts'
import { id, reason, text } from '../types.ts'
import {
  MAX_SPECIAL_DAYS,
  calendarChange,
  calendarKind,
  patternFrom,
  plannedDownTime,
  specialDay,
  specialDayKey,
} from './events.ts'

/** With the kind before it, it makes the id of the calendar. */
const MAX_SCOPE_ID = 110

const onCalendar = {
  scopeId: id
    .max(MAX_SCOPE_ID)
    .describe('Node of the hierarchy, crew or person whose time it is: site, area, work unit ...'),
  kind: calendarKind
    .default('EQUIPMENT')
    .describe('Times of machines (default) or of people; a scope may have one of each.'),
}

export const calendarCommands = {
  DefineCalendar: z
    .object({
      type: z.literal('DefineCalendar'),
      ...onCalendar,
      name: text,
      timeZone: timeZone.describe('IANA time zone in which its days and clock times are reckoned.'),
    })
    .describe(
      'Give a scope a calendar. Without shifts of its own it inherits those of the next wider scope.',
    ),
  ChangeShiftPattern: z
    .object({ type: z.literal('ChangeShiftPattern'), ...onCalendar, ...patternFrom })
    .describe('Let a shift pattern hold from a day on, today at the earliest.'),
  SetCalendarDays: z
    .object({
      type: z.literal('SetCalendarDays'),
      ...onCalendar,
      days: z.array(specialDay).min(1).max(MAX_SPECIAL_DAYS),
    })
    .describe('Holidays, working days, cancelled, extra or moved shifts, from today on; in bulk.'),
  ClearCalendarDays: z
    .object({
      type: z.literal('ClearCalendarDays'),
      ...onCalendar,
      days: z.array(specialDayKey).min(1).max(MAX_SPECIAL_DAYS),
    })
    .describe('Take back what was said of days or of single shifts; the pattern holds again.'),
  PlanDownTime: z
    .object({ type: z.literal('PlanDownTime'), ...onCalendar, ...plannedDownTime.shape })
    .describe('Plan that a resource is down, with the cause. The same entryId again moves it.'),
  CancelPlannedDownTime: z
    .object({ type: z.literal('CancelPlannedDownTime'), ...onCalendar, entryId: id })
    .describe('Take planned down time off the calendar, before the day it begins is over.'),
  CorrectCalendar: z
    .object({
      type: z.literal('CorrectCalendar'),
      ...onCalendar,
      correctionId: id,
      reason,
      change: calendarChange,
    })
    .describe('Change what held on days that have passed, with the reason; figures are restated.'),
}
export type CalendarCommand = CommandOf<typeof calendarCommands>
