import ICAL from 'ical.js'
import { ImportError } from './errors.ts'

/** One thing that happens once: a recurring event of the file makes many. */
export interface Occurrence {
  /** Of its event; with the start it names the occurrence. */
  readonly uid: string
  readonly summary: string
  /** In capitals, with underscores. */
  readonly categories: readonly string[]
  readonly recurring: boolean
  readonly allDay: boolean
  /** In the time zone asked for; an all-day event ends at the midnight after its last day. */
  readonly from: Temporal.ZonedDateTime
  readonly to: Temporal.ZonedDateTime
  /** Properties that are nobody's standard, by name in lower case. */
  readonly extra: (name: string) => string | null
}

/** Occurrences looked at in one file: a rule that repeats each second would never end. */
const MAX_OCCURRENCES = 100_000

/**
 * The occurrences of an iCalendar file (RFC 5545) that begin in [from, until), with RRULE, RDATE, EXDATE
 * and changed occurrences. Times are those of their TZID: an IANA name, else what the file's own VTIMEZONE
 * says; without one they are local. An occurrence ends at the clock time its event ends at, so that a
 * night shift ends at six also when the clocks change.
 * @param zone IANA time zone of local times, and of what comes out
 * @throws ImportError for what is no iCalendar, or repeats without end
 */
export function* icalOccurrences(
  file: string,
  text: string,
  { zone, from, until }: { readonly zone: string; readonly from: string; readonly until: string },
): Generator<Occurrence> {
  const events = parse(file, text).getAllSubcomponents('vevent')
  const isChange = (event: ICAL.Component) => event.hasProperty('recurrence-id')
  let seen = 0
  for (const component of events.filter((event) => !isChange(event))) {
    if (isCancelled(component) || !component.hasProperty('dtstart')) continue
    const uid = uidOf(component)
    const exceptions = events.filter((other) => isChange(other) && uidOf(other) === uid)
    const event = new ICAL.Event(component, { exceptions })
    for (const { item, startDate, endDate } of timesOf(event, until)) {
      if (++seen > MAX_OCCURRENCES)
        throw new ImportError(file, `has more than ${MAX_OCCURRENCES} occurrences`)
      if (isCancelled(item.component)) continue
      const occurrence = {
        ...{ uid, summary: item.summary?.trim() ?? '', categories: categoriesOf(item.component) },
        ...{ recurring: event.isRecurring(), allDay: startDate.isDate },
        from: zoned(item.component, 'dtstart', startDate, zone),
        to: zoned(item.component, 'dtend', endDate, zone),
        extra: (name: string) => textOf(item.component, name),
      }
      const day = occurrence.from.toPlainDate().toString()
      if (day >= from && day < until) yield occurrence
    }
  }
}

function parse(file: string, text: string): ICAL.Component {
  try {
    const parsed: unknown[] = ICAL.parse(text)
    // A file may hold several calendars; then what it says is what all of them say.
    const calendars = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][])
    const [first, ...others] = calendars.map((jcal) => new ICAL.Component(jcal))
    if (first?.name !== 'vcalendar') throw new Error('there is no VCALENDAR in it')
    for (const other of others)
      for (const part of other.getAllSubcomponents()) first.addSubcomponent(part)
    return first
  } catch (error) {
    throw new ImportError(file, `is no iCalendar: ${(error as Error).message}`, error)
  }
}

interface Times {
  readonly item: ICAL.Event
  readonly startDate: ICAL.Time
  readonly endDate: ICAL.Time
}

function* timesOf(event: ICAL.Event, until: string): Generator<Times> {
  if (!event.isRecurring()) {
    yield { item: event, startDate: event.startDate, endDate: event.endDate }
    return
  }
  const iterator = event.iterator()
  for (let next = iterator.next(); next; next = iterator.next()) {
    if (next.toString().slice(0, 10) > until) return
    yield event.getOccurrenceDetails(next)
  }
}

const textOf = (component: ICAL.Component, name: string): string | null => {
  const value = component.getFirstPropertyValue(name)
  return value === null ? null : String(value)
}
const uidOf = (component: ICAL.Component): string => textOf(component, 'uid') ?? ''
const isCancelled = (component: ICAL.Component): boolean =>
  textOf(component, 'status')?.toUpperCase() === 'CANCELLED'
const categoriesOf = (component: ICAL.Component): readonly string[] =>
  component
    .getAllProperties('categories')
    .flatMap((property) => property.getValues().map(String))
    .map((name) =>
      name
        .trim()
        .toUpperCase()
        .replaceAll(/[\s-]+/g, '_'),
    )

/** A time of the file in the zone asked for. */
function zoned(
  component: ICAL.Component,
  property: 'dtstart' | 'dtend',
  time: ICAL.Time,
  zone: string,
): Temporal.ZonedDateTime {
  const { year, month, day } = time
  if (time.isDate) return Temporal.PlainDate.from({ year, month, day }).toZonedDateTime(zone)
  const { hour, minute, second } = time
  const local = Temporal.PlainDateTime.from({ year, month, day, hour, minute, second })
  if (time.zone === ICAL.Timezone.utcTimezone)
    return local.toZonedDateTime('UTC').withTimeZone(zone)
  const name = (component.getFirstProperty(property) ?? component.getFirstProperty('dtstart'))
    ?.getFirstParameter('tzid')
    ?.replace(/^\//, '')
  if (name === undefined) return local.toZonedDateTime(zone)
  if (isIana(name)) return local.toZonedDateTime(name).withTimeZone(zone)
  if (time.zone === ICAL.Timezone.localTimezone) return local.toZonedDateTime(zone)
  return Temporal.Instant.fromEpochMilliseconds(time.toUnixTime() * 1_000).toZonedDateTimeISO(zone)
}

const isIana = (name: string): boolean => {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}
