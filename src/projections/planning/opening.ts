import type { CalendarKind } from '../../domain/calendar/events.ts'
import { workingTime } from '../../domain/calendar/working-time.ts'
import { minus, union } from '../../domain/kpi/pieces.ts'
import type { Span } from '../../domain/planning/problem.ts'
import { calendarOf, type CalendarRow } from '../calendar/calendars.ts'
import type { Keyed } from '../projection.ts'
import type { Horizon } from './seconds.ts'

/** When equipment, or people, are planned to work in the window of a plan. */
export interface Opening {
  /**
   * Working time of a resource: shifts without breaks and planned down time.
   * @param path its scopes, narrowest first
   * @returns by time, without overlap; undefined where no calendar says anything: always
   */
  readonly open: (path: readonly string[]) => readonly Span[] | undefined
  /** Breaks of one shift occurrence that lie in the window. */
  readonly breaksOf: (calendarId: string, shiftId: string, day: string) => readonly Span[]
  readonly has: (scopeId: string) => boolean
}

export function openingOf(
  rows: readonly Keyed<CalendarRow>[],
  kind: CalendarKind,
  horizon: Horizon,
): Opening {
  const own = rows.filter((row) => row.kind === kind)
  const byScope = new Map(own.map((row) => [row.scopeId, calendarOf(row)]))
  const scopeOfCalendar = new Map(own.map((row) => [row.key, row.scopeId]))
  const window = { from: horizon.at, to: horizon.to }
  const known = new Map<string, readonly Span[] | undefined>()
  const shifts = new Map<string, ReturnType<typeof workingTime>['shifts']>()

  const work = (path: readonly string[]): readonly Span[] | undefined => {
    const time = workingTime(byScope, path, window)
    const down = union(time.plannedDown.map(horizon.span))
    if (!time.scheduled)
      return down.length === 0 ? undefined : minus([{ from: 0, to: horizon.seconds }], down)
    const breaks = time.shifts.flatMap((shift) => shift.breaks.map(horizon.span))
    const closed = union([...breaks, ...down])
    return minus(union(time.shifts.map(horizon.span)), closed)
  }

  return {
    has: (scopeId) => byScope.has(scopeId),
    open(path) {
      const held = path.filter((scope) => byScope.has(scope))
      const key = JSON.stringify(held)
      if (!known.has(key)) known.set(key, held.length === 0 ? undefined : work(held))
      return known.get(key)
    },
    breaksOf(calendarId, shiftId, day) {
      const scope = scopeOfCalendar.get(calendarId)
      if (scope === undefined) return []
      if (!shifts.has(scope)) shifts.set(scope, workingTime(byScope, [scope], window).shifts)
      return shifts
        .get(scope)!
        .filter((shift) => shift.shiftId === shiftId && shift.day === day)
        .flatMap((shift) => shift.breaks.map(horizon.span))
    },
  }
}
