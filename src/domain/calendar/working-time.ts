import { patternOn, type CalendarState, type DefinedCalendar } from './calendar-state.ts'
import type { DownTimePurpose, ShiftPattern } from './events.ts'
import { addDays, iso, localDayOf, localMs, plantDayOf, type Span } from './local-time.ts'
import { patternShifts, withSpecials, type PlannedShift } from './shift-times.ts'

export { plantDayOf, plantDaySpan, type Span } from './local-time.ts'

/** A shift as far as it lies in the window asked for. */
export interface ShiftSpan extends Span {
  readonly calendarId: string
  readonly shiftId: string
  readonly name: string
  /** Plant day it counts for, YYYY-MM-DD, by the rule of its calendar. */
  readonly day: string
  /** Breaks within [from, to), earliest first, without overlap. */
  readonly breaks: readonly Span[]
  /** The shift itself, where the window cuts it. */
  readonly whole: Span
}

export interface PlannedDown extends Span {
  readonly entryId: string
  readonly cause: string
  readonly kind: DownTimePurpose
}

export interface WorkingTime {
  /** Earliest first, without overlap, cut to the window. */
  readonly shifts: readonly ShiftSpan[]
  /** Earliest first, without overlap, cut to the window; also outside of shifts. */
  readonly plannedDown: readonly PlannedDown[]
  /** False where no calendar says anything about any day of the window: unknown, not idle. */
  readonly scheduled: boolean
}

/** A shift ends at most 25 hours after it starts, and a narrower one may begin in it and cut it. */
const DAYS_AROUND = 3

/**
 * When a resource is planned to work, and when it is planned to be down.
 *
 * For each day the narrowest scope that has a shift pattern gives the shifts. Holidays come from every
 * scope, and the narrowest that says something of the day decides; what is said of single shifts
 * counts in the calendar of the pattern and in narrower ones, so a work centre with nothing but one
 * extra shift keeps the shifts of its site. A shift named for a day runs, holiday or not. Planned
 * down time of every scope counts. Where two overlap, the narrower scope has the time.
 *
 * @param calendars folded state by scopeId, all of one kind
 * @param path scopes of one resource, narrowest first: work unit, work centre, area, site
 * @param window half-open; shifts are cut to it, so windows that meet add up
 */
export function workingTime(
  calendars: ReadonlyMap<string, CalendarState>,
  path: readonly string[],
  window: Span,
): WorkingTime {
  const held = path.flatMap((scopeId) => {
    const state = calendars.get(scopeId)
    return state?.status === 'defined' ? [state] : []
  })
  const from = Date.parse(window.from)
  const to = Date.parse(window.to)
  if (held.length === 0 || from >= to) return { shifts: [], plannedDown: [], scheduled: false }
  const shifts = shiftsAround(held, window).flatMap((shift) => cutShift(shift, from, to))
  const plannedDown = downTimes(held, from, to)
  const zone = held.at(-1)!.timeZone
  const scheduled =
    shifts.length > 0 || daysOf(window, zone, 0).some((day) => held.some((s) => says(s, day)))
  return { shifts, plannedDown, scheduled }
}

/** Whether a calendar decides about a day: by a pattern, be it an empty one, or by a holiday. */
const says = (state: DefinedCalendar, day: string): boolean =>
  patternOn(state, day) !== null || state.days.has(day)

/** Local days a window touches, and some around. */
function daysOf(window: Span, zone: string, around: number): string[] {
  const first = addDays(localDayOf(window.from, zone), -around)
  const lastMoment = iso(Date.parse(window.to) - 1)
  const last = addDays(localDayOf(lastMoment, zone), around)
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  return days
}

interface Stretch {
  readonly from: number
  readonly to: number
}
interface Occurrence extends Stretch {
  readonly calendarId: string
  readonly shiftId: string
  readonly name: string
  readonly day: string
  readonly breaks: readonly Stretch[]
}

/** Whole shifts that may touch the window, without overlap, earliest first. */
function shiftsAround(held: readonly DefinedCalendar[], window: Span): readonly Occurrence[] {
  const days = daysOf(window, held.at(-1)!.timeZone, DAYS_AROUND)
  const byScope = held.map((): Occurrence[] => [])
  for (const day of days)
    for (const [scope, pattern, shift] of shiftsOf(held, day)) {
      const occurrence = occurrenceOf(held[scope]!, pattern, day, shift)
      if (occurrence.from < occurrence.to) byScope[scope]!.push(occurrence)
    }
  return narrowestFirst(byScope)
}

/** Shifts that start on a day, each with the index of the scope that says so and its day rule. */
function shiftsOf(
  held: readonly DefinedCalendar[],
  day: string,
): readonly (readonly [number, ShiftPattern | null, PlannedShift])[] {
  const owner = held.findIndex((state) => patternOn(state, day) !== null)
  const pattern = owner < 0 ? null : patternOn(held[owner]!, day)
  const fromScope = owner < 0 ? held.length - 1 : owner
  let shifts =
    pattern && !isHoliday(held, day)
      ? patternShifts(pattern, day).map((shift) => [owner, shift] as const)
      : []
  for (let scope = fromScope; scope >= 0; scope--) {
    const specials = held[scope]!.days.get(day)
    if (!specials) continue
    const { kept, own } = withSpecials(
      shifts.map(([, shift]) => shift),
      specials,
    )
    shifts = [
      ...shifts.filter(([, shift]) => kept.includes(shift)),
      ...own.map((shift) => [scope, shift] as const),
    ]
  }
  return shifts.map(([scope, shift]) => [scope, pattern, shift])
}

function isHoliday(held: readonly DefinedCalendar[], day: string): boolean {
  for (const state of held)
    for (const { kind } of state.days.get(day) ?? [])
      if (kind === 'HOLIDAY' || kind === 'WORKING_DAY') return kind === 'HOLIDAY'
  return false
}

function occurrenceOf(
  { calendarId, timeZone }: DefinedCalendar,
  pattern: ShiftPattern | null,
  on: string,
  { shiftId, name, start, end, breaks }: PlannedShift,
): Occurrence {
  const at = (minutes: number): number => localMs(on, minutes, timeZone)
  const [from, to] = [at(start), at(end)]
  return {
    from,
    to,
    calendarId,
    shiftId,
    name,
    day: dayOf(pattern, on, timeZone, { from, to }),
    breaks: breaks.map((b) => ({ from: at(b.start), to: at(b.end) })),
  }
}

function dayOf(pattern: ShiftPattern | null, on: string, zone: string, { from, to }: Stretch) {
  switch (pattern?.shiftDay ?? 'START_DAY') {
    case 'START_DAY':
      return on
    case 'END_DAY':
      // A shift that ends at midnight has ended on the day before.
      return localDayOf(iso(to - 1), zone)
    case 'PLANT_DAY':
      return plantDayOf(iso(from), zone, pattern!.dayStart)
  }
}

const byTime = (a: Stretch, b: Stretch): number => a.from - b.from

/** Gives time that several scopes claim to the narrowest; of a wider shift the rest remains. */
function narrowestFirst<T extends Stretch>(byScope: readonly (readonly T[])[]): readonly T[] {
  const claimed = byScope.filter((all) => all.length > 0)
  if (claimed.length === 1) return [...claimed[0]!].sort(byTime)
  const placed: T[] = []
  for (const all of claimed) for (const one of all) placed.push(...without(one, placed))
  return placed.sort(byTime)
}

/** What is left of a stretch outside of others. */
function without<T extends Stretch>(one: T, others: readonly Stretch[]): readonly T[] {
  let left = [one]
  for (const other of others)
    if (other.from < one.to && one.from < other.to)
      left = left.flatMap((piece) =>
        [
          { ...piece, to: Math.min(piece.to, other.from) },
          { ...piece, from: Math.max(piece.from, other.to) },
        ].filter(({ from, to }) => from < to),
      )
  return left
}

const spanOf = ({ from, to }: Stretch): Span => ({ from: iso(from), to: iso(to) })
const cut = (one: Stretch, from: number, to: number): readonly Stretch[] => {
  const inside = { from: Math.max(one.from, from), to: Math.min(one.to, to) }
  return inside.from < inside.to ? [inside] : []
}

function cutShift(shift: Occurrence, from: number, to: number): readonly ShiftSpan[] {
  const { calendarId, shiftId, name, day, breaks } = shift
  return cut(shift, from, to).map((inside) => ({
    ...spanOf(inside),
    calendarId,
    shiftId,
    name,
    day,
    breaks: breaks.flatMap((b) => cut(b, inside.from, inside.to)).map(spanOf),
    whole: spanOf(shift),
  }))
}

function downTimes(
  held: readonly DefinedCalendar[],
  from: number,
  to: number,
): readonly PlannedDown[] {
  const byScope = held.flatMap(({ plannedDown }) =>
    [...plannedDown.values()]
      .sort((a, b) => (a.from < b.from || (a.from === b.from && a.entryId < b.entryId) ? -1 : 1))
      .map(({ entryId, cause, purpose: kind, ...span }) => ({
        ...{ from: Date.parse(span.from), to: Date.parse(span.to) },
        ...{ entryId, cause, kind },
      }))
      .filter((entry) => entry.from < to && from < entry.to)
      .map((entry) => [entry]),
  )
  return narrowestFirst(byScope).flatMap((entry) =>
    cut(entry, from, to).map((inside) => ({ ...entry, ...spanOf(inside) })),
  )
}
