import { describe, expect, it } from 'vitest'
import { calendarCommands } from '../../src/domain/calendar/calendar-commands.ts'
import { calendar } from '../../src/domain/calendar/calendar.ts'
import {
  calendarEvents as e,
  shiftPattern,
  type PlannedDownTime,
  type SpecialDay,
} from '../../src/domain/calendar/events.ts'
import { given } from '../spec.ts'
import { threeShifts } from './arbitraries.ts'

/** Specs happen on 2026-03-02 at 07:00 in Berlin. */
const calendarId = 'EQUIPMENT:S1'
const on = { scopeId: 'S1', kind: 'EQUIPMENT' } as const
const DEFINED = e.defined({ calendarId, ...on, name: 'Plant', timeZone: 'Europe/Berlin' })
const PATTERN = e.patternChanged({ calendarId, from: '2026-01-01', pattern: threeShifts })
const HOLIDAY: SpecialDay = { kind: 'HOLIDAY', day: '2026-04-03', name: 'Good Friday' }

const change = (from: string, shifts: unknown[], more = {}) => ({
  ...{ type: 'ChangeShiftPattern' as const, ...on, from },
  pattern: shiftPattern.parse({ shifts, ...more }),
})
const shift = (shiftId: string, start: string, end: string, days = [0]) => ({
  ...{ shiftId, name: shiftId, start, end, days },
})

describe('define', () => {
  const define = {
    type: 'DefineCalendar',
    ...on,
    name: 'Plant',
    timeZone: 'Europe/Berlin',
  } as const
  it('one calendar of each kind for a scope', () => {
    given(calendar).when(define).then(DEFINED)
    given(calendar, DEFINED)
      .when({ ...define, timeZone: 'UTC' })
      .thenRejected('CalendarDiffers')
    expect(calendar.id({ ...define, kind: 'PERSON' }, 'S1')).toBe('PERSON:S1')
  })
  it('nothing changes what was not defined', () =>
    given(calendar).when(change('2026-03-02', [])).thenRejected('CalendarUnknown'))
})

describe('a pattern', () => {
  it('holds from today or later', () => {
    const today = change('2026-03-02', [shift('E', '06:00', '14:00')])
    given(calendar, DEFINED)
      .when(today)
      .then(e.patternChanged({ calendarId, from: today.from, pattern: today.pattern }))
    given(calendar, DEFINED)
      .when(change('2026-03-01', [shift('E', '06:00', '14:00')]))
      .thenRejected('TouchesThePast')
  })
  it('today is that of the plant, not of UTC', () =>
    given(calendar, DEFINED)
      .when(change('2026-03-02', []), { at: '2026-03-02T23:30:00.000Z' })
      .thenRejected('TouchesThePast'))
  it.each([
    ['on one day', [shift('A', '06:00', '14:00'), shift('B', '13:59', '20:00')], {}],
    ['over midnight', [shift('N', '22:00', '06:00', [0]), shift('E', '05:00', '10:00', [1])], {}],
    [
      'from the last day of the cycle to the first',
      [shift('N', '22:00', '06:00', [2]), shift('E', '05:00', '10:00', [0])],
      { cycleDays: 3 },
    ],
    ['with itself', [shift('X', '06:00', '14:00'), shift('X', '07:00', '15:00')], {}],
  ])('never overlaps %s', (_, shifts, more) =>
    given(calendar, DEFINED)
      .when(change('2026-03-02', shifts, more))
      .thenRejected('ShiftsOverlap'),
  )
  it('does not begin while the last night of the pattern before is on', () =>
    given(calendar, DEFINED, PATTERN)
      .when(change('2026-03-09', [shift('E', '05:00', '13:00')]))
      .thenRejected('ShiftsOverlap'))
  it('knows only days of its cycle', () =>
    given(calendar, DEFINED)
      .when(change('2026-03-02', [shift('E', '06:00', '14:00', [3])], { cycleDays: 3 }))
      .thenRejected('DayOutsideCycle'))
  it.each([
    ['05:00', '05:30'],
    ['13:30', '14:30'],
    ['09:00', '09:00'],
  ])('a break from %s to %s lies outside of its shift', (start, end) =>
    given(calendar, DEFINED)
      .when(change('2026-03-02', [{ ...shift('E', '06:00', '14:00'), breaks: [{ start, end }] }]))
      .thenRejected('BreakOutsideShift'),
  )
})

describe('special days', () => {
  const set = (...days: SpecialDay[]) => ({ type: 'SetCalendarDays' as const, ...on, days })
  it('only what is new becomes a fact', () => {
    const may: SpecialDay = { kind: 'HOLIDAY', day: '2026-05-01', name: 'May Day' }
    given(calendar, DEFINED, e.daysSet({ calendarId, days: [HOLIDAY] }))
      .when(set(HOLIDAY, may))
      .then(e.daysSet({ calendarId, days: [may] }))
  })
  it('not in the past, nor twice in one command', () => {
    given(calendar, DEFINED)
      .when(set({ ...HOLIDAY, day: '2026-03-01' }))
      .thenRejected('TouchesThePast')
    given(calendar, DEFINED).when(set(HOLIDAY, HOLIDAY)).thenRejected('DayRepeated')
    given(calendar, DEFINED, e.daysSet({ calendarId, days: [HOLIDAY] }))
      .when(set({ ...HOLIDAY, name: 'Another' }, HOLIDAY))
      .thenRejected('DayRepeated')
  })
  const extra: SpecialDay = {
    ...{ kind: 'SHIFT', day: '2026-04-04', shiftId: 'X', name: 'Extra', breaks: [] },
    ...{ start: '08:00', end: '12:00' },
  }
  it('an extra shift finds its place, or none', () => {
    given(calendar, DEFINED, PATTERN).when(set(extra)).thenRejected('ShiftsOverlap')
    given(calendar, DEFINED, PATTERN)
      .when(set(extra, { kind: 'SHIFT_CANCELLED', day: extra.day, shiftId: 'E', name: '' }))
      .then(
        e.daysSet({
          calendarId,
          days: [extra, { kind: 'SHIFT_CANCELLED', day: extra.day, shiftId: 'E', name: '' }],
        }),
      )
  })
  it('clearing one that makes room for another is refused', () => {
    const cancelled = { kind: 'SHIFT_CANCELLED', day: extra.day, shiftId: 'E', name: '' } as const
    const past = [DEFINED, PATTERN, e.daysSet({ calendarId, days: [extra, cancelled] })]
    const clear = { type: 'ClearCalendarDays', ...on } as const
    given(calendar, ...past)
      .when({ ...clear, days: [{ day: extra.day, shiftId: 'E' }] })
      .thenRejected('ShiftsOverlap')
    given(calendar, ...past)
      .when({ ...clear, days: [{ day: extra.day, shiftId: 'X' }] })
      .then(e.daysCleared({ calendarId, days: [{ day: extra.day, shiftId: 'X' }] }))
    given(calendar, ...past)
      .when({ ...clear, days: [{ day: '2026-07-01', shiftId: null }] })
      .thenNothing()
  })
  it('some years of holidays come in one command', () => {
    const days = Array.from({ length: 1_001 }, (_, i) => ({ ...HOLIDAY, name: String(i) }))
    expect(calendarCommands.SetCalendarDays.safeParse(set(...days)).success).toBe(false)
    expect(calendarCommands.SetCalendarDays.safeParse(set(...days.slice(1))).success).toBe(true)
  })
})

describe('planned down time', () => {
  const entry: PlannedDownTime = {
    ...{ entryId: 'd1', purpose: 'MAINTENANCE', cause: 'Oil change' },
    ...{ from: '2026-03-05T06:00:00.000Z', to: '2026-03-05T08:00:00.000Z' },
  }
  const PLANNED = e.downTimePlanned({ calendarId, ...entry })
  const plan = { type: 'PlanDownTime', ...on, ...entry } as const
  const cancel = { type: 'CancelPlannedDownTime', ...on, entryId: 'd1' } as const
  it('is planned, moved and cancelled until its day is over', () => {
    given(calendar, DEFINED).when(plan).then(PLANNED)
    const later = { ...entry, to: '2026-03-05T09:00:00.000Z' }
    given(calendar, DEFINED, PLANNED)
      .when({ ...plan, ...later })
      .then(e.downTimePlanned({ calendarId, ...later }))
    given(calendar, DEFINED, PLANNED)
      .when(cancel)
      .then(e.downTimeCancelled({ calendarId, entryId: 'd1' }))
    given(calendar, DEFINED, PLANNED)
      .when(cancel, { at: '2026-03-06T06:00:00.000Z' })
      .thenRejected('TouchesThePast')
  })
  it('ends after it begins, and is known before it is cancelled', () => {
    given(calendar, DEFINED)
      .when({ ...plan, to: plan.from })
      .thenRejected('EndsBeforeStart')
    given(calendar, DEFINED).when(cancel).thenRejected('EntryUnknown')
  })
})

describe('a correction', () => {
  const correct = {
    ...{ type: 'CorrectCalendar' as const, ...on, correctionId: 'c1', reason: 'strike' },
    change: {
      change: 'SET_DAYS' as const,
      days: [{ kind: 'HOLIDAY' as const, day: '2026-02-26', name: 'Strike' }],
    },
  }
  it('changes the past, and keeps what it replaces and which days it touches', () =>
    given(calendar, DEFINED, PATTERN)
      .when(correct)
      .then(
        e.corrected({
          ...{ calendarId, correctionId: 'c1', reason: 'strike', change: correct.change },
          before: [{ change: 'CLEAR_DAYS', days: [{ day: '2026-02-26', shiftId: null }] }],
          ...{ affectedFrom: '2026-02-26', affectedUntil: '2026-02-28' },
        }),
      ))
  it('of a pattern lasts until the next one', () =>
    given(
      calendar,
      DEFINED,
      PATTERN,
      e.patternChanged({ calendarId, from: '2026-03-02', pattern: null }),
    )
      .when({ ...correct, change: { change: 'PATTERN', from: '2026-02-01', pattern: null } })
      .then(
        e.corrected({
          ...{ calendarId, correctionId: 'c1', reason: 'strike' },
          change: { change: 'PATTERN', from: '2026-02-01', pattern: null },
          before: [{ change: 'PATTERN', from: '2026-02-01', pattern: threeShifts }],
          ...{ affectedFrom: '2026-02-01', affectedUntil: '2026-03-03' },
        }),
      ))
  it('says why', () =>
    expect(calendarCommands.CorrectCalendar.safeParse({ ...correct, reason: ' ' }).success).toBe(
      false,
    ))
})
