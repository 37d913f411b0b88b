import type { Compiled } from './compile.ts'
import type { PlannedOperation } from './problem.ts'
import { emptySchedule, scheduleOf, type Schedule } from './schedule.ts'
import { finish, NEVER, retreat } from './working-time.ts'

/**
 * When everything is wanted: planned operations as planned, others as late as the due date of their order allows
 * (without one, as early as its release does), by their quickest modes and calendars alone, as if nothing stood
 * in their way. What would have to begin before its release or the plan's start begins then.
 */
export function roughCut(compiled: Compiled, rows: readonly PlannedOperation[] = []): Schedule {
  const { operations, topological, equipment, problem } = compiled
  const schedule = rows.length > 0 ? scheduleOf(compiled, rows) : emptySchedule(operations.length)
  const open = operations.filter((_, at) => !schedule.scheduled[at])
  if (open.length === 0) return schedule
  const put = (at: number, start: number, end: number): void => {
    schedule.setupStart[at] = start
    schedule.start[at] = start
    schedule.end[at] = end
    schedule.person[at] = -1
    schedule.tool[at] = -1
  }
  const timeOf = (at: number) => {
    const mode = operations[at]!.modes[schedule.mode[at]!]!
    return { time: equipment[mode.equipment]!.open, seconds: mode.seconds }
  }
  const given = schedule.scheduled.slice()
  for (const at of topological.toReversed()) {
    if (given[at]) continue
    const { modes, order, successors } = operations[at]!
    const seconds = modes.map((mode) => mode.seconds)
    schedule.mode[at] = seconds.indexOf(Math.min(...seconds))
    const due = problem.orders[order]!.due ?? NEVER
    const end = successors.reduce((least, next) => {
      const link = operations[next]!.links.find(({ operation }) => operation === at)!
      return Math.min(least, schedule.start[next]! - link.minLag)
    }, due)
    const { time, seconds: work } = timeOf(at)
    put(at, Math.max(-NEVER + 1, retreat(time, Math.min(end, NEVER - 1), work)), end)
  }
  for (const at of topological) {
    if (given[at]) continue
    const { links, release, order } = operations[at]!
    const { time, seconds } = timeOf(at)
    const ready = links.reduce(
      (most, { operation, minLag }) => Math.max(most, schedule.end[operation]! + minLag),
      Math.max(release, 0),
    )
    const dated = problem.orders[order]!.due !== undefined
    const start = dated ? Math.max(ready, schedule.start[at]!) : ready
    put(at, start, finish(time, start, seconds))
    schedule.scheduled[at] = schedule.end[at]! < NEVER ? 1 : 0
  }
  return schedule
}
