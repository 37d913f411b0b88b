import { patternOn, type DefinedCalendar } from './calendar-state.ts'
import type { ShiftPattern, ShiftTimes, SpecialDay } from './events.ts'
import { DAY_MINUTES, dayNumber, minutesOf } from './local-time.ts'

/** A shift on paper: minutes after the midnight its day starts with, breaks too. */
export interface PlannedShift {
  readonly shiftId: string
  readonly name: string
  readonly start: number
  readonly end: number
  readonly breaks: readonly { readonly start: number; readonly end: number }[]
}

/** A shift that does not end after it starts ends on the next day; equal times make 24 hours. */
export function minutesOfShift({ start, end, breaks }: ShiftTimes) {
  const from = minutesOf(start)
  const after = (time: string, than: number): number =>
    minutesOf(time) > than ? minutesOf(time) : minutesOf(time) + DAY_MINUTES
  return {
    start: from,
    end: after(end, from),
    breaks: breaks.map((b) => {
      const begin =
        minutesOf(b.start) < from ? minutesOf(b.start) + DAY_MINUTES : minutesOf(b.start)
      return { start: begin, end: after(b.end, begin) }
    }),
  }
}

const planned = (shift: ShiftTimes & { shiftId: string; name: string }): PlannedShift => ({
  shiftId: shift.shiftId,
  name: shift.name,
  ...minutesOfShift(shift),
})

/** The shifts of a pattern that start on a local day, YYYY-MM-DD. */
export function patternShifts(pattern: ShiftPattern, day: string): readonly PlannedShift[] {
  const since = dayNumber(day) - dayNumber(pattern.anchor)
  const index = ((since % pattern.cycleDays) + pattern.cycleDays) % pattern.cycleDays
  return pattern.shifts.filter((shift) => shift.days.includes(index)).map(planned)
}

/** What a calendar says of single shifts of a day, applied to those it would have without. */
export function withSpecials(
  shifts: readonly PlannedShift[],
  specials: readonly SpecialDay[],
): { readonly kept: readonly PlannedShift[]; readonly own: readonly PlannedShift[] } {
  const named = new Set(
    specials.flatMap((special) => ('shiftId' in special ? [special.shiftId] : [])),
  )
  return {
    kept: shifts.filter((shift) => !named.has(shift.shiftId)),
    own: specials.flatMap((special) => (special.kind === 'SHIFT' ? [planned(special)] : [])),
  }
}

/** The shifts of one calendar that start on a day, as if there were no wider or narrower one. */
export function ownShifts(state: DefinedCalendar, day: string): readonly PlannedShift[] {
  const specials = state.days.get(day) ?? []
  const pattern = patternOn(state, day)
  const holiday = specials.some((special) => special.kind === 'HOLIDAY')
  const { kept, own } = withSpecials(
    pattern && !holiday ? patternShifts(pattern, day) : [],
    specials,
  )
  return [...kept, ...own]
}
