import { z } from 'zod'

/**
 * Days and clock times of a plant, and the instants they are. A shift boundary is said in local time
 * and happens once; the two nights a year when the clocks change make shifts shorter or longer.
 */

/** A half-open stretch of time [from, to): ISO-8601 UTC with milliseconds. */
export interface Span {
  readonly from: string
  readonly to: string
}

/** A calendar day of the plant, YYYY-MM-DD. */
export const localDay = z.iso.date()
/** A clock time of the plant, HH:MM. */
export const localTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a clock time as HH:MM')

export const MINUTE = 60_000
export const DAY_MINUTES = 24 * 60

/** Minutes since midnight. @param time HH:MM */
export const minutesOf = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Days since 1970-01-01; days are counted, never multiplied out of milliseconds. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00Z`) / 86_400_000
export const dayOfNumber = (n: number): string =>
  new Date(n * 86_400_000).toISOString().slice(0, 10)
/** @param day YYYY-MM-DD */
export const addDays = (day: string, days: number): string => dayOfNumber(dayNumber(day) + days)

export const iso = (epochMs: number): string => new Date(epochMs).toISOString()

/**
 * The instant of a local time. Later local times never come out earlier, so shifts that do not overlap
 * on paper never overlap: a time in the hour that is skipped in spring is the moment of the change, a
 * time in the hour that comes twice in autumn is its first pass.
 */
function instantOf(day: string, minutes: number, zone: string): number {
  const local = Temporal.PlainDate.from(day).toPlainDateTime().add({ minutes })
  const first = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const skipped = !first.toPlainDateTime().equals(local)
  return (skipped ? first.getTimeZoneTransition('next')! : first).epochMilliseconds
}

/** Epoch milliseconds of a midnight, and whether the day is an ordinary one of 24 hours. */
interface Midnight {
  readonly at: number
  readonly ordinary: boolean
}

/** Days of 100 zones for some years: what a month of 500 machines asks for again and again. */
const MAX_MIDNIGHTS = 100_000
const midnights = new Map<string, Midnight>()

function midnight(day: string, zone: string): Midnight {
  const key = `${day}${zone}`
  const known = midnights.get(key)
  if (known) return known
  const at = instantOf(day, 0, zone)
  const made = { at, ordinary: instantOf(day, DAY_MINUTES, zone) - at === DAY_MINUTES * MINUTE }
  if (midnights.size >= MAX_MIDNIGHTS) midnights.clear()
  midnights.set(key, made)
  return made
}

/**
 * Epoch milliseconds of a local time, said as minutes after a midnight; it may be days later.
 * @param day YYYY-MM-DD @param zone IANA time zone
 */
export function localMs(day: string, minutes: number, zone: string): number {
  const days = Math.floor(minutes / DAY_MINUTES)
  const on = days === 0 ? day : addDays(day, days)
  const rest = minutes - days * DAY_MINUTES
  const { at, ordinary } = midnight(on, zone)
  return rest === 0 || ordinary ? at + rest * MINUTE : instantOf(on, rest, zone)
}

/** The local day of an instant, YYYY-MM-DD. @param zone IANA time zone */
export const localDayOf = (instant: string, zone: string): string =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString()

/**
 * The plant day an instant belongs to, YYYY-MM-DD: a day that starts at 06:00 holds 01:30 of the next
 * calendar day.
 * @param instant ISO-8601 @param zone IANA time zone @param dayStart HH:MM at which the plant's day begins
 */
export function plantDayOf(instant: string, zone: string, dayStart: string): string {
  const at = Date.parse(instant)
  const day = localDayOf(instant, zone)
  const minutes = minutesOf(dayStart)
  if (at < localMs(day, minutes, zone)) return addDays(day, -1)
  const next = addDays(day, 1)
  return at < localMs(next, minutes, zone) ? day : next
}

/** From the start of a plant day to the start of the next: 23 or 25 hours when the clocks change. */
export const plantDaySpan = (day: string, zone: string, dayStart: string): Span => ({
  from: iso(localMs(day, minutesOf(dayStart), zone)),
  to: iso(localMs(addDays(day, 1), minutesOf(dayStart), zone)),
})
