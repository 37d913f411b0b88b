import fc from 'fast-check'
import type { CalendarCommand } from '../../src/domain/calendar/calendar-commands.ts'
import { shiftPattern, type CalendarChange } from '../../src/domain/calendar/events.ts'

const at = {
  scopeId: fc.constantFrom('M1', 'S1'),
  kind: fc.constantFrom('EQUIPMENT' as const, 'EQUIPMENT' as const, 'PERSON' as const),
}
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
/** Some days before and after the day on which specs happen. */
const day = fc.integer({ min: 1, max: 9 }).map((n) => `2026-03-0${n}`)
const name = fc.constantFrom('', 'Carnival')

const hour = fc.integer({ min: 0, max: 23 }).map((h) => `${String(h).padStart(2, '0')}:00`)
const shift = {
  shiftId: fc.constantFrom('E', 'L', 'N'),
  name: fc.constant('shift'),
  start: hour,
  end: hour,
  breaks: fc.array(fc.constant({ start: '09:00', end: '09:30' }), { maxLength: 1 }),
}
const ALL = [0, 1, 2, 3, 4, 5, 6]
const times = { name: 'shift', breaks: [] }
export const threeShifts = shiftPattern.parse({
  shifts: [
    { ...times, shiftId: 'E', start: '06:00', end: '14:00', days: ALL },
    { ...times, shiftId: 'L', start: '14:00', end: '22:00', days: ALL },
    { ...times, shiftId: 'N', start: '22:00', end: '06:00', days: ALL },
  ],
})
const twoByTwo = shiftPattern.parse({
  cycleDays: 4,
  anchor: '2026-02-28',
  shiftDay: 'PLANT_DAY',
  dayStart: '06:00',
  shifts: [{ ...times, shiftId: 'N', start: '22:00', end: '06:00', days: [0, 1] }],
})
const anyPattern = fc
  .record({
    cycleDays: fc.integer({ min: 1, max: 5 }),
    shiftDay: fc.constantFrom('START_DAY', 'END_DAY', 'PLANT_DAY'),
    shifts: fc.array(
      fc.record({ ...shift, days: fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }) }),
      { maxLength: 3 },
    ),
  })
  .map((pattern) => shiftPattern.parse(pattern))
const pattern = fc.oneof(fc.constantFrom(threeShifts, twoByTwo, null), anyPattern)

const specialDay = fc.oneof(
  fc.record({ kind: fc.constantFrom('HOLIDAY' as const, 'WORKING_DAY' as const), day, name }),
  fc.record({
    ...{ kind: fc.constant('SHIFT_CANCELLED' as const), day },
    ...{ shiftId: shift.shiftId, name },
  }),
  fc.record({ kind: fc.constant('SHIFT' as const), day, ...shift }),
)
const days = fc.array(specialDay, { minLength: 1, maxLength: 3 })
const keys = fc.array(fc.record({ day, shiftId: fc.option(shift.shiftId) }), {
  ...{ minLength: 1, maxLength: 3 },
})
const entryId = fc.constantFrom('d1', 'd2')
const moment = fc.tuple(day, hour).map(([d, h]) => `${d}T${h}:00.000Z`)
const entry = fc.record({
  entryId,
  from: moment,
  to: moment,
  purpose: fc.constantFrom('MAINTENANCE' as const, 'TEST' as const),
  cause: fc.constantFrom('oil', 'belt'),
})

const change: fc.Arbitrary<CalendarChange> = fc.oneof(
  fc.record({ change: fc.constant('PATTERN' as const), from: day, pattern }),
  fc.record({ change: fc.constant('SET_DAYS' as const), days }),
  fc.record({ change: fc.constant('CLEAR_DAYS' as const), days: keys }),
  fc.record({ change: fc.constant('PLAN_DOWN_TIME' as const), entry }),
  fc.record({ change: fc.constant('CANCEL_DOWN_TIME' as const), entryId }),
)

const define = fc.record({
  ...type('DefineCalendar'),
  ...at,
  name: fc.constant('Hall'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Europe/Berlin', 'UTC'),
})

/** Wishes about the calendars of a machine and its site. */
export const calendarCommand: fc.Arbitrary<CalendarCommand> = fc.oneof(
  { arbitrary: define, weight: 3 },
  { arbitrary: fc.record({ ...type('ChangeShiftPattern'), ...at, from: day, pattern }), weight: 3 },
  { arbitrary: fc.record({ ...type('SetCalendarDays'), ...at, days }), weight: 2 },
  { arbitrary: fc.record({ ...type('ClearCalendarDays'), ...at, days: keys }), weight: 2 },
  {
    arbitrary: fc
      .record({ ...type('PlanDownTime'), ...at, entry })
      .map(({ entry: planned, ...rest }) => ({ ...rest, ...planned })),
    weight: 2,
  },
  { arbitrary: fc.record({ ...type('CancelPlannedDownTime'), ...at, entryId }), weight: 2 },
  {
    arbitrary: fc.record({
      ...type('CorrectCalendar'),
      ...at,
      correctionId: fc.constantFrom('c1', 'c2', 'c3'),
      reason: fc.constant('forgotten'),
      change,
    }),
    weight: 2,
  },
)
