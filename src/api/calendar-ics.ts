import ICAL from 'ical.js'
import type { CalendarState } from '../domain/calendar/calendar-state.ts'
import type { PlannedDownTime, SpecialDay } from '../domain/calendar/events.ts'
import { addDays } from '../domain/calendar/local-time.ts'
import { workingTime, type ShiftSpan, type Span } from '../domain/calendar/working-time.ts'

export interface IcsSource {
  readonly scopeId: string
  /** Scopes of the resource, narrowest first. */
  readonly path: readonly string[]
  readonly calendars: ReadonlyMap<string, CalendarState>
  readonly window: Span
  /** When it is made, ISO-8601: the DTSTAMP that RFC 5545 demands. */
  readonly now: string
}

/**
 * Shifts, holidays and planned down time of a scope as iCalendar (RFC 5545): one event for each shift
 * that begins in the window, wider scopes considered, as any calendar program shows it. Times are UTC,
 * which is unambiguous also when the clocks change. `X-TAKTLOG-` properties and the categories let an
 * import read back what no standard property can say.
 */
export function calendarIcs({ scopeId, path, calendars, window, now }: IcsSource): string {
  const root = new ICAL.Component('vcalendar')
  const held = path.flatMap((scope) => calendars.get(scope) ?? [])
  const zone = held.flatMap((c) => (c.status === 'defined' ? [c.timeZone] : [])).at(-1) ?? 'UTC'
  for (const [name, value] of [
    ['version', '2.0'],
    ['prodid', '-//Taktlog//Calendar//EN'],
    ['x-wr-calname', scopeId],
    ['x-wr-timezone', zone],
  ] as const)
    root.addPropertyWithValue(name, value)
  const stamp = utc(now)
  const add = (event: IcsEvent): void => {
    const component = new ICAL.Component('vevent')
    component.addPropertyWithValue('uid', `${event.uid}@taktlog`)
    component.addPropertyWithValue('dtstamp', stamp)
    component.addPropertyWithValue('dtstart', event.start)
    component.addPropertyWithValue('dtend', event.end)
    component.addPropertyWithValue('summary', event.summary)
    component.addPropertyWithValue('categories', event.category)
    for (const [name, value] of Object.entries(event.extra ?? {}))
      component.addPropertyWithValue(name, value)
    root.addSubcomponent(component)
  }
  // The last shift runs on after the window, with its breaks.
  const { shifts } = workingTime(calendars, path, { ...window, to: addDay(window.to) })
  const begins = ({ from }: Span): boolean => from >= window.from && from < window.to
  for (const shift of shifts) if (begins(shift.whole)) add(shiftEvent(shift, zone))
  for (const state of held)
    if (state.status === 'defined')
      for (const down of [...state.plannedDown.values()].filter(begins)) add(downEvent(down))
  for (const day of daysOff(held, window)) add(dayEvent(day))
  return `${root.toString()}\r\n`
}

interface IcsEvent {
  readonly uid: string
  readonly start: ICAL.Time
  readonly end: ICAL.Time
  readonly summary: string
  readonly category: string
  readonly extra?: Readonly<Record<string, string>>
}

/** No shift is longer. */
const addDay = (instant: string): string =>
  Temporal.Instant.from(instant).add({ hours: 25 }).toString({ smallestUnit: 'millisecond' })
const utc = (instant: string): ICAL.Time => ICAL.Time.fromDateTimeString(`${instant.slice(0, 19)}Z`)
const date = (day: string): ICAL.Time => ICAL.Time.fromDateString(day)

function shiftEvent(
  { shiftId, name, whole, breaks, calendarId }: ShiftSpan,
  zone: string,
): IcsEvent {
  const clock = (instant: string): string =>
    Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5)
  const times = breaks.map(({ from, to }) => `${clock(from)}-${clock(to)}`)
  return {
    uid: `${calendarId}/${shiftId}/${whole.from}`,
    start: utc(whole.from),
    end: utc(whole.to),
    summary: name || shiftId,
    category: 'SHIFT',
    extra: {
      'x-taktlog-shift': shiftId,
      ...(times.length > 0 ? { 'x-taktlog-breaks': times.join(' ') } : {}),
    },
  }
}

const downEvent = ({ entryId, from, to, purpose, cause }: PlannedDownTime): IcsEvent => ({
  uid: `${entryId}/${from}`,
  start: utc(from),
  end: utc(to),
  summary: cause,
  category: purpose,
  extra: { 'x-taktlog-entry': entryId },
})

const dayEvent = ({ day, kind, name }: SpecialDay): IcsEvent => ({
  uid: `${kind}/${day}`,
  start: date(day),
  end: date(addDays(day, 1)),
  summary: name || kind,
  category: kind.replace('_', '-'),
})

/** Holidays, each once: the narrowest calendar that says something of a day decides. */
function daysOff(held: readonly CalendarState[], { from, to }: Span): readonly SpecialDay[] {
  const days = new Map<string, SpecialDay>()
  for (const state of held)
    for (const special of state.status === 'defined' ? [...state.days.values()].flat() : [])
      if ((special.kind === 'HOLIDAY' || special.kind === 'WORKING_DAY') && !days.has(special.day))
        days.set(special.day, special)
  return [...days.values()]
    .filter(({ kind, day }) => kind === 'HOLIDAY' && day >= from.slice(0, 10) && day < to)
    .sort((a, b) => (a.day < b.day ? -1 : 1))
}
