import { localDayOf, plantDaySpan } from '../../domain/calendar/local-time.ts'
import type { WorkingTime } from '../../domain/calendar/working-time.ts'
import { intersect, minus, union, type Slot, type Stretch } from '../../domain/kpi/pieces.ts'

/** A stretch that belongs to one shift and day of the plant; null: to no shift. */
export interface Range extends Stretch {
  readonly shift: { readonly key: string; readonly name: string } | null
  /** Plant day, YYYY-MM-DD. */
  readonly day: string
}

/** What was planned for one machine, by shift and day. */
export interface Plan {
  /** By time, without overlap; together the whole window. */
  readonly slots: readonly (Range & Pick<Slot, 'kind'>)[]
  /** Shifts, breaks included: what is counted in them belongs to them. Outside nothing counts. */
  readonly ranges: readonly Range[]
}

const stretch = ({ from, to }: { readonly from: string; readonly to: string }): Stretch => ({
  from: Date.parse(from),
  to: Date.parse(to),
})

/** The local days of a window. @param zone IANA time zone */
export function daysIn(window: Stretch, zone: string): readonly Range[] {
  const days: Range[] = []
  for (let at = window.from; at < window.to;) {
    const day = localDayOf(new Date(at).toISOString(), zone)
    const { to } = stretch(plantDaySpan(day, zone, '00:00'))
    days.push({ from: at, to: Math.min(to, window.to), day, shift: null })
    at = to
  }
  return days
}

/**
 * @param working null: no calendar says anything of this machine, so all time counts as planned
 * @param days those of `daysIn`
 */
export function planOf(working: WorkingTime | null, days: readonly Range[]): Plan {
  if (working === null)
    return { slots: days.map((day) => ({ ...day, kind: 'BUSY' as const })), ranges: days }
  const ranges = working.shifts.map((shift): Range => ({
    ...stretch(shift),
    shift: { key: `${shift.calendarId}/${shift.shiftId}/${shift.whole.from}`, name: shift.name },
    day: shift.day,
  }))
  const breaks = union(working.shifts.flatMap((shift) => shift.breaks.map(stretch)))
  const down = union(working.plannedDown.map(stretch))
  const worked = minus(ranges, breaks)
  const slots = [
    ...minus(worked, down).map((slot) => ({ ...slot, kind: 'BUSY' as const })),
    ...intersect(worked, down).map((slot) => ({ ...slot, kind: 'DOWN' as const })),
    ...minus(days, union(worked)).map((slot) => ({ ...slot, kind: 'UNPLANNED' as const })),
  ].sort((a, b) => a.from - b.from)
  return { slots, ranges }
}

/** The range a moment falls in; null outside of all. @param ranges by time, without overlap */
export function rangeAt(ranges: readonly Range[], at: number): Range | null {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[middle]!.to <= at) low = middle + 1
    else high = middle
  }
  const found = ranges[low]
  return found && found.from <= at ? found : null
}
