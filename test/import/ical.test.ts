import { describe, expect, test } from 'vitest'
import { importIcal, type IcalOptions } from '../../src/adapters/import/ical.ts'
import { icalOccurrences } from '../../src/adapters/import/ical-events.ts'
import { calendarIcs } from '../../src/api/calendar-ics.ts'
import { evolveCalendar, type CalendarState } from '../../src/domain/calendar/calendar-state.ts'
import { calendarEvents as e, type CalendarEvent } from '../../src/domain/calendar/events.ts'
import { workingTime } from '../../src/domain/calendar/working-time.ts'
import { threeShifts } from '../calendar/arbitraries.ts'
import { files, memorySystem } from './system.ts'

const vcalendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR'].join('\r\n')
const vevent = (uid: string, ...lines: readonly string[]): string =>
  ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT'].join('\r\n')
/** As Outlook writes it: a name of its own, and rules since 1601. */
const OUTLOOK = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16011028T030000',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010325T020000',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
].join('\r\n')

const occurrences = (text: string, zone = 'Europe/Berlin') =>
  [...icalOccurrences('x.ics', text, { zone, from: '2026-03-01', until: '2026-05-01' })].map(
    (o) => [
      o.summary,
      new Date(o.from.epochMilliseconds).toISOString().slice(0, 16),
      new Date(o.to.epochMilliseconds).toISOString().slice(0, 16),
    ],
  )

describe('occurrences', () => {
  test('a rule with days left out, moved and cancelled, across the change of the clocks', () => {
    const weekly = vevent(
      'w1',
      'SUMMARY:Oil',
      'DTSTART;TZID=W. Europe Standard Time:20260302T100000',
      'DTEND;TZID=W. Europe Standard Time:20260302T110000',
      'RRULE:FREQ=WEEKLY;COUNT=7',
      'EXDATE;TZID=W. Europe Standard Time:20260309T100000',
    )
    const moved = vevent(
      'w1',
      'SUMMARY:Oil and filter',
      'RECURRENCE-ID;TZID=W. Europe Standard Time:20260316T100000',
      'DTSTART;TZID=W. Europe Standard Time:20260317T120000',
      'DTEND;TZID=W. Europe Standard Time:20260317T130000',
    )
    const cancelled = vevent(
      'w1',
      'STATUS:CANCELLED',
      'RECURRENCE-ID;TZID=W. Europe Standard Time:20260323T100000',
      'DTSTART;TZID=W. Europe Standard Time:20260323T100000',
    )
    expect(occurrences(vcalendar(OUTLOOK, weekly, moved, cancelled))).toEqual([
      ['Oil', '2026-03-02T09:00', '2026-03-02T10:00'],
      ['Oil and filter', '2026-03-17T11:00', '2026-03-17T12:00'],
      ['Oil', '2026-03-30T08:00', '2026-03-30T09:00'],
      ['Oil', '2026-04-06T08:00', '2026-04-06T09:00'],
      ['Oil', '2026-04-13T08:00', '2026-04-13T09:00'],
    ])
  })
  test('a night ends at six, also when the clocks change in it', () =>
    expect(
      occurrences(
        vcalendar(
          vevent(
            'n',
            'SUMMARY:N',
            'DTSTART;TZID=Europe/Berlin:20260328T220000',
            'DTEND;TZID=Europe/Berlin:20260329T060000',
            'RRULE:FREQ=DAILY;COUNT=2',
          ),
        ),
      ),
    ).toEqual([
      ['N', '2026-03-28T21:00', '2026-03-29T04:00'],
      ['N', '2026-03-29T20:00', '2026-03-30T04:00'],
    ]))
  test('times without a zone are local, those in UTC are not', () =>
    expect(
      occurrences(
        vcalendar(
          vevent('a', 'SUMMARY:A', 'DTSTART:20260310T080000', 'DURATION:PT1H'),
          vevent('b', 'SUMMARY:B', 'DTSTART:20260310T080000Z', 'DURATION:PT1H'),
        ),
        'America/New_York',
      ),
    ).toEqual([
      ['A', '2026-03-10T12:00', '2026-03-10T13:00'],
      ['B', '2026-03-10T08:00', '2026-03-10T09:00'],
    ]))
  test('what repeats each second, and what is no calendar, is refused', () => {
    const never = vevent('s', 'SUMMARY:S', 'DTSTART:20260301T000000Z', 'RRULE:FREQ=SECONDLY')
    expect(() => occurrences(vcalendar(never))).toThrow('x.ics: has more than')
    expect(() => occurrences('hello')).toThrow('x.ics: is no iCalendar')
    expect(() => occurrences('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD')).toThrow(
      'no VCALENDAR',
    )
  })
})

const OPTIONS: IcalOptions = {
  ...{ site: 'S1', timeZone: 'Europe/Berlin', calendar: 'EQUIPMENT:S1' },
  now: '2026-03-02T06:00:00.000Z',
}
const imported = async (text: string, options: Partial<IcalOptions> = {}) => {
  const system = memorySystem()
  const load = () =>
    importIcal(files({ 'plant.ics': text }), { ...OPTIONS, ...options }, system.deps)
  const report = await load()
  const again = await load()
  expect(again.recorded).toBe(0)
  const facts = (await system.facts()) as unknown as CalendarEvent[]
  const state = facts.reduce<CalendarState>(evolveCalendar, { status: 'unknown' })
  if (state.status === 'unknown') throw new Error('nothing was imported')
  return { report, state }
}

describe('import', () => {
  const holidays = vcalendar(
    vevent('h1', 'SUMMARY:May Day', 'DTSTART;VALUE=DATE:20200501', 'RRULE:FREQ=YEARLY'),
    vevent('h2', 'SUMMARY:Summer', 'DTSTART;VALUE=DATE:20260803', 'DTEND;VALUE=DATE:20260805'),
    vevent('h3', 'SUMMARY:Epiphany', 'DTSTART;VALUE=DATE:20260106'),
    vevent(
      'm1',
      'SUMMARY:Belt',
      'CATEGORIES:Maintenance',
      'DTSTART;TZID=Europe/Berlin:20260310T080000',
      'DURATION:PT2H',
    ),
  )
  test('all-day events are holidays, others planned down time; the past needs a reason', async () => {
    const { report, state } = await imported(holidays, { from: '2026-01-01', until: '2027-12-31' })
    expect(report.notes).toEqual([
      '1 entries before 2026-03-02 are left out; --reason corrects them.',
    ])
    expect([...state.days.keys()]).toEqual(['2026-05-01', '2026-08-03', '2026-08-04', '2027-05-01'])
    expect([...state.plannedDown.values()]).toEqual([
      {
        ...{ entryId: 'm1', purpose: 'MAINTENANCE', cause: 'Belt' },
        ...{ from: '2026-03-10T07:00:00.000Z', to: '2026-03-10T09:00:00.000Z' },
      },
    ])
  })
  test('with a reason the past is corrected', async () => {
    const { state } = await imported(holidays, { from: '2026-01-01', reason: 'first load' })
    expect(state.days.get('2026-01-06')).toMatchObject([{ kind: 'HOLIDAY', name: 'Epiphany' }])
    expect(state.corrections.size).toBe(1)
  })
  test.each([
    [{ calendar: 'S1' }, '--calendar S1: must be EQUIPMENT'],
    [{ timeZone: 'Berlin' }, '--time-zone Berlin'],
  ])('%j is refused', async (options, why) =>
    expect(imported(holidays, options)).rejects.toThrow(why),
  )
})

test.each(['2026-03-23', '2026-10-19'])(
  'exported in %s and imported, the shifts are the same',
  async (first) => {
    const calendarId = 'EQUIPMENT:S1'
    const day = (n: number) => Temporal.PlainDate.from(first).add({ days: n }).toString()
    const facts = [
      e.defined({
        calendarId,
        scopeId: 'S1',
        kind: 'EQUIPMENT',
        name: 'Plant',
        timeZone: 'Europe/Berlin',
      }),
      e.patternChanged({
        ...{ calendarId, from: '2026-01-01' },
        pattern: {
          ...threeShifts,
          shifts: threeShifts.shifts.map((s) => ({
            ...s,
            breaks: s.shiftId === 'N' ? [{ start: '01:15', end: '01:45' }] : [],
          })),
        },
      }),
      e.daysSet({
        calendarId,
        days: [{ kind: 'HOLIDAY', day: day(2), name: 'Feast, "great"; day' }],
      }),
      e.downTimePlanned({
        ...{ calendarId, entryId: 'd1', purpose: 'TEST', cause: 'Line 1\nLine 2' },
        ...{ from: `${day(3)}T10:00:00.000Z`, to: `${day(3)}T11:00:00.000Z` },
      }),
    ]
    const state = facts.reduce<CalendarState>(evolveCalendar, { status: 'unknown' })
    const window = { from: `${day(0)}T00:00:00.000Z`, to: `${day(10)}T00:00:00.000Z` }
    const text = calendarIcs({
      ...{ scopeId: 'S1', path: ['S1'], window, now: '2026-03-02T06:00:00.000Z' },
      calendars: new Map([['S1', state]]),
    })
    const copy = await imported(text)
    const inner = { from: `${day(0)}T08:00:00.000Z`, to: `${day(9)}T20:00:00.000Z` }
    const of = (calendar: CalendarState) => workingTime(new Map([['S1', calendar]]), ['S1'], inner)
    expect(of(copy.state)).toEqual(of(state))
    expect(copy.state.days.get(day(2))).toContainEqual({
      kind: 'HOLIDAY',
      day: day(2),
      name: 'Feast, "great"; day',
    })
  },
)
