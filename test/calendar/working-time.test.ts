import { describe, expect, test } from 'vitest'
import { evolveCalendar, type CalendarState } from '../../src/domain/calendar/calendar-state.ts'
import {
  calendarEvents as e,
  calendarIdOf,
  shiftPattern,
  type CalendarEvent,
} from '../../src/domain/calendar/events.ts'
import { plantDayOf, plantDaySpan, workingTime } from '../../src/domain/calendar/working-time.ts'

const calendarId = calendarIdOf('EQUIPMENT', 'S1')
const ALL = [0, 1, 2, 3, 4, 5, 6]
const threeShifts = shiftPattern.parse({
  shifts: [
    {
      shiftId: 'E',
      name: 'Early',
      start: '06:00',
      end: '14:00',
      days: ALL,
      breaks: [{ start: '09:00', end: '09:30' }],
    },
    { shiftId: 'L', name: 'Late', start: '14:00', end: '22:00', days: ALL },
    { shiftId: 'N', name: 'Night', start: '22:00', end: '06:00', days: ALL },
  ],
})

const fold = (facts: readonly CalendarEvent[]): CalendarState =>
  facts.reduce<CalendarState>(evolveCalendar, { status: 'unknown' })

const site = (timeZone = 'Europe/Berlin', ...more: CalendarEvent[]) =>
  fold([
    e.defined({ calendarId, scopeId: 'S1', kind: 'EQUIPMENT', name: 'Plant', timeZone }),
    e.patternChanged({ calendarId, from: '2024-01-01', pattern: threeShifts }),
    ...more,
  ])
const at = (from: string, to: string, calendar = site()) =>
  workingTime(new Map([['S1', calendar]]), ['M1', 'S1'], { from, to })

describe('shifts of a site', () => {
  test('a night shift belongs to the day it starts, breaks to their shift', () => {
    const { shifts, scheduled } = at('2026-03-02T00:30:00.000Z', '2026-03-02T12:00:00.000Z')
    expect(scheduled).toBe(true)
    expect(
      shifts.map(({ shiftId, day, from, to, breaks }) => [shiftId, day, from, to, breaks.length]),
    ).toEqual([
      ['N', '2026-03-01', '2026-03-02T00:30:00.000Z', '2026-03-02T05:00:00.000Z', 0],
      ['E', '2026-03-02', '2026-03-02T05:00:00.000Z', '2026-03-02T12:00:00.000Z', 1],
    ])
  })
  test.each([
    ['Europe/Berlin', '2026-03-28', 7],
    ['Europe/Berlin', '2026-10-24', 9],
    ['America/New_York', '2026-03-07', 7],
    ['America/New_York', '2026-10-31', 9],
    ['Australia/Lord_Howe', '2026-10-03', 7.5],
    ['Australia/Lord_Howe', '2026-04-04', 8.5],
  ])('%s: the night of %s has %d hours', (zone, day, hours) => {
    const { from, to } = plantDaySpan(day, zone, '22:00')
    const { shifts } = at(from, to, site(zone))
    const night = shifts.find((shift) => shift.shiftId === 'N')!
    expect((Date.parse(night.to) - Date.parse(night.from)) / 3_600_000).toBe(hours)
    expect(night.day).toBe(day)
  })
  test('without a calendar nothing is scheduled', () =>
    expect(
      workingTime(new Map(), ['S1'], {
        from: '2026-03-02T00:00:00.000Z',
        to: '2026-03-03T00:00:00.000Z',
      }),
    ).toEqual({ shifts: [], plannedDown: [], scheduled: false }))
})

test('01:30 belongs to the plant day before, when days start at 06:00', () => {
  expect(plantDayOf('2026-03-02T00:30:00.000Z', 'Europe/Berlin', '06:00')).toBe('2026-03-01')
  expect(plantDayOf('2026-03-02T05:00:00.000Z', 'Europe/Berlin', '06:00')).toBe('2026-03-02')
})
