import { describe, expect, test } from 'vitest'
import { evolveCalendar, type CalendarState } from '../../src/domain/calendar/calendar-state.ts'
import {
  calendarEvents as e,
  calendarIdOf,
  shiftPattern,
  type CalendarEvent,
  type SpecialDay,
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

const siteFacts = (timeZone = 'Europe/Berlin'): CalendarEvent[] => [
  e.defined({ calendarId, scopeId: 'S1', kind: 'EQUIPMENT', name: 'Plant', timeZone }),
  e.patternChanged({ calendarId, from: '2024-01-01', pattern: threeShifts }),
]
const site = (timeZone = 'Europe/Berlin', ...more: CalendarEvent[]) =>
  fold([...siteFacts(timeZone), ...more])
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

describe('whose word counts', () => {
  const centre = calendarIdOf('EQUIPMENT', 'C1')
  const unit = calendarIdOf('EQUIPMENT', 'M1')
  const defined = (scopeId: string, ...facts: CalendarEvent[]): [string, CalendarState] => [
    scopeId,
    fold([
      e.defined({
        ...{ calendarId: calendarIdOf('EQUIPMENT', scopeId), scopeId, kind: 'EQUIPMENT' },
        ...{ name: scopeId, timeZone: 'Europe/Berlin' },
      }),
      ...facts,
    ]),
  ]
  const own = shiftPattern.parse({
    shifts: [{ shiftId: 'D', name: 'Day', start: '08:00', end: '16:00', days: ALL }],
  })
  const HOLIDAY: SpecialDay = { kind: 'HOLIDAY', day: '2026-05-01', name: 'May Day' }
  const free = e.daysSet({ calendarId, days: [HOLIDAY] })
  /** Shifts of the first of May in Berlin as `scope shift`, from the night before on. */
  const mayDay = (...calendars: readonly [string, CalendarState][]) =>
    workingTime(new Map(calendars), ['M1', 'C1', 'S1'], {
      from: '2026-04-30T22:00:00.000Z',
      to: '2026-05-01T22:00:00.000Z',
    }).shifts.map((s) => `${s.calendarId.slice(-2)} ${s.shiftId}`)
  const NIGHT_BEFORE = 'S1 N'

  test('a holiday of the site is one for all, but for the night that has begun', () => {
    expect(mayDay(['S1', site('Europe/Berlin', free)])).toEqual([NIGHT_BEFORE])
    expect(
      mayDay(
        ['S1', site('Europe/Berlin', free)],
        defined('C1', e.patternChanged({ calendarId: centre, from: '2026-05-01', pattern: own })),
      ),
    ).toEqual([NIGHT_BEFORE])
  })
  test('a work centre may work on it', () => {
    const worked = e.daysSet({
      ...{ calendarId: centre },
      days: [{ kind: 'WORKING_DAY', day: '2026-05-01', name: '' }],
    })
    const all = mayDay(['S1', site('Europe/Berlin', free)], defined('C1', worked))
    expect(all).toEqual([NIGHT_BEFORE, 'S1 E', 'S1 L', 'S1 N'])
  })
  test('an own pattern takes the place of that of the site, and gives it back', () => {
    const changed = (from: string, pattern: typeof own | null) =>
      e.patternChanged({ calendarId: centre, from, pattern })
    expect(mayDay(['S1', site()], defined('C1', changed('2026-05-01', own)))).toEqual([
      NIGHT_BEFORE,
      'C1 D',
    ])
    expect(
      mayDay(
        ['S1', site()],
        defined('C1', changed('2026-04-01', own), changed('2026-05-01', null)),
      ),
    ).toEqual(['S1 E', 'S1 L', 'S1 N'])
    expect(
      mayDay(
        ['S1', site()],
        defined('C1', changed('2026-04-01', shiftPattern.parse({ shifts: [] }))),
      ),
    ).toEqual([])
  })
  const set = (of: string, ...days: SpecialDay[]) => e.daysSet({ calendarId: of, days })
  const day = { day: '2026-05-01', name: '' }
  const times = { start: '04:00', end: '08:00', breaks: [] }
  test('single shifts are cancelled, moved and added between the pattern and the machine', () => {
    const cancelled = set(unit, { kind: 'SHIFT_CANCELLED', shiftId: 'L', ...day })
    const moved = set(centre, { kind: 'SHIFT', shiftId: 'E', ...day, ...times })
    expect(mayDay(['S1', site()], defined('C1', moved), defined('M1', cancelled))).toEqual([
      NIGHT_BEFORE,
      'C1 E',
      'S1 N',
    ])
    const inSpite = set(calendarId, HOLIDAY, { kind: 'SHIFT', shiftId: 'X', ...day, ...times })
    expect(mayDay(['S1', fold([...siteFacts(), inSpite])])).toEqual([NIGHT_BEFORE, 'S1 X'])
  })
  test('where two overlap the narrower has the time, the wider keeps the rest', () => {
    const extra = set(unit, { kind: 'SHIFT', shiftId: 'X', ...day, ...times, end: '07:00' })
    const calendars = new Map([['S1', site()] as const, defined('M1', extra)])
    const { shifts } = workingTime(calendars, ['M1', 'S1'], {
      from: '2026-05-01T00:00:00.000Z',
      to: '2026-05-01T12:00:00.000Z',
    })
    expect(shifts.map((s) => `${s.shiftId} ${s.from.slice(11, 16)} ${s.to.slice(11, 16)}`)).toEqual(
      ['N 00:00 02:00', 'X 02:00 05:00', 'E 05:00 12:00'],
    )
  })
})

test.each([
  ['START_DAY', ['2026-03-02', '2026-03-02', '2026-03-02']],
  ['END_DAY', ['2026-03-02', '2026-03-02', '2026-03-03']],
  ['PLANT_DAY', ['2026-03-01', '2026-03-02', '2026-03-02']],
] as const)('shifts over midnight count for the %s', (shiftDay, days) => {
  const pattern = shiftPattern.parse({
    ...{ shiftDay, dayStart: '06:00' },
    shifts: [
      { shiftId: 'A', name: 'A', start: '05:00', end: '14:00', days: [0] },
      { shiftId: 'B', name: 'B', start: '14:00', end: '22:00', days: [0] },
      { shiftId: 'N', name: 'N', start: '23:00', end: '04:00', days: [0] },
    ],
  })
  const calendar = fold([
    ...siteFacts(),
    e.patternChanged({ calendarId, from: '2026-03-02', pattern }),
  ])
  const { shifts } = at('2026-03-02T05:00:00.000Z', '2026-03-03T05:00:00.000Z', calendar)
  expect(shifts.map((s) => [s.shiftId, s.day])).toEqual(
    ['A', 'B', 'N'].map((id, i) => [id, days[i]]),
  )
})

test('a shift that ends at midnight ends on the day it began', () => {
  const pattern = shiftPattern.parse({
    shiftDay: 'END_DAY',
    shifts: [{ shiftId: 'L', name: 'Late', start: '16:00', end: '00:00', days: ALL }],
  })
  const changed = e.patternChanged({ calendarId, from: '2026-03-02', pattern })
  const { shifts } = at(
    '2026-03-02T12:00:00.000Z',
    '2026-03-03T01:00:00.000Z',
    site('Europe/Berlin', changed),
  )
  expect(shifts.map((s) => s.day)).toEqual(['2026-03-02'])
})
