import type { WorkingTime } from '../../domain/calendar/working-time.ts'

/** What the calendar means a machine to do. */
export type ScheduleKind = 'SCHEDULED' | 'BREAK' | 'PLANNED_DOWN' | 'NOT_SCHEDULED'

/** from <= time < to, ISO-8601 UTC with milliseconds. */
export interface ScheduleSpan {
  readonly from: string
  readonly to: string
  readonly kind: ScheduleKind
  readonly shiftId: string | null
  /** Plant day the shift counts for, YYYY-MM-DD. */
  readonly day: string | null
  /** Why it is planned down. */
  readonly cause: string | null
}

type Stretch = Pick<ScheduleSpan, 'from' | 'to'>

/**
 * The window cut by shifts, breaks and planned down time, without gap or overlap. Planned down time
 * goes before breaks, and breaks before shifts. Where no calendar says anything all is scheduled: a
 * plant without calendars has stops too.
 */
export function scheduleOf(
  { shifts, plannedDown, scheduled }: WorkingTime,
  { from, to }: Stretch,
): readonly ScheduleSpan[] {
  const moments = new Set([from, to])
  const inside = (all: readonly Stretch[]) => {
    for (const one of all)
      for (const moment of [one.from, one.to]) if (moment > from && moment < to) moments.add(moment)
  }
  inside(shifts)
  inside(plannedDown)
  for (const shift of shifts) inside(shift.breaks)
  const cuts = [...moments].sort()
  const shiftAt = walk(shifts)
  const downAt = walk(plannedDown)
  const breakAt = walk(shifts.flatMap((shift) => shift.breaks))
  return cuts.slice(0, -1).map((start, i) => {
    const shift = shiftAt(start)
    const down = downAt(start)
    const unplanned = scheduled ? 'NOT_SCHEDULED' : 'SCHEDULED'
    const working = breakAt(start) ? 'BREAK' : 'SCHEDULED'
    return {
      from: start,
      to: cuts[i + 1]!,
      kind: down ? 'PLANNED_DOWN' : shift ? working : unplanned,
      shiftId: shift?.shiftId ?? null,
      day: shift?.day ?? null,
      cause: down?.cause ?? null,
    }
  })
}

/** Looks up which of these stretches holds a moment; moments have to be asked for in order. */
function walk<S extends Stretch>(all: readonly S[]): (moment: string) => S | null {
  let i = 0
  return (moment) => {
    while (i < all.length && all[i]!.to <= moment) i++
    const found = all[i]
    return found && found.from <= moment ? found : null
  }
}
