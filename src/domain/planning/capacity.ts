import type { Compiled } from './compile.ts'
import type { Span } from './problem.ts'
import type { Schedule } from './schedule.ts'
import { workedSeconds, type WorkingTime } from './working-time.ts'

/** Machines that can do each other's work, or all people with a qualification. */
export type ResourceGroup =
  | { readonly id: string; readonly equipment: readonly string[] }
  | { readonly id: string; readonly qualification: string }

/** Load of a group in a stretch of time. Seconds. */
export interface Load extends Span {
  readonly group: string
  /** A person counts in full for each of their qualifications. */
  readonly capacity: number
  readonly load: number
  /** What is too much; 0: it fits. */
  readonly overload: number
  /** Those that load it, the most first. */
  readonly orders: readonly { readonly order: string; readonly seconds: number }[]
}

/** Load against capacity, by group and bucket; the buckets as the caller's calendar has them. */
export function capacityLoad(
  compiled: Compiled,
  schedule: Schedule,
  groups: readonly ResourceGroup[],
  buckets: readonly Span[],
): Load[] {
  return groups.flatMap((group) => {
    const capacity = capacityOf(compiled, group)
    const uses = usesOf(compiled, schedule, group)
    return buckets.map((bucket): Load => {
      const byOrder = new Map<string, number>()
      for (const { order, from, to, time } of uses) {
        const [start, end] = [Math.max(from, bucket.from), Math.min(to, bucket.to)]
        const seconds = start < end ? workedSeconds(time, start, end) : 0
        if (seconds > 0) byOrder.set(order, (byOrder.get(order) ?? 0) + seconds)
      }
      const orders = [...byOrder].map(([order, seconds]) => ({ order, seconds }))
      const load = orders.reduce((sum, { seconds }) => sum + seconds, 0)
      const total = capacity.reduce(
        (sum, time) => sum + workedSeconds(time, bucket.from, bucket.to),
        0,
      )
      return {
        group: group.id,
        from: bucket.from,
        to: bucket.to,
        capacity: total,
        load,
        overload: Math.max(0, load - total),
        orders: orders.sort((a, b) => b.seconds - a.seconds),
      }
    })
  })
}

function capacityOf({ problem, equipment, units }: Compiled, group: ResourceGroup): WorkingTime[] {
  if ('equipment' in group)
    return problem.equipment.flatMap(({ id }, at) =>
      group.equipment.includes(id) ? [equipment[at]!.open] : [],
    )
  return (problem.persons ?? []).flatMap(({ qualifications }, at) =>
    qualifications.includes(group.qualification) ? [units[at]!] : [],
  )
}

interface Use extends Span {
  readonly order: string
  /** In which of its time it works. */
  readonly time: WorkingTime
}

function usesOf(compiled: Compiled, schedule: Schedule, group: ResourceGroup): Use[] {
  const { problem, operations, firstOfOrder } = compiled
  return operations.flatMap(({ order: number, modes }, at): Use[] => {
    if (!schedule.scheduled[at]) return []
    const order = problem.orders[number]!
    const chosen = schedule.mode[at]!
    const given = order.operations[at - firstOfOrder[number]!]!.modes[chosen]!
    const mode = modes[chosen]!
    const one = Math.max(0, mode.persons?.indexOf(schedule.person[at]!) ?? 0)
    const [setup, start, end] = [schedule.setupStart[at]!, schedule.start[at]!, schedule.end[at]!]
    // Nobody is named in a rough cut: the machine's time counts.
    const named = schedule.person[at]! >= 0
    const { open } = compiled.equipment[mode.equipment]!
    const times = named ? [mode.setupTimes[one]!, mode.runTimes[one]!] : [open, open]
    const both = [
      { order: order.id, from: setup, to: start, time: times[0]! },
      { order: order.id, from: start, to: end, time: times[1]! },
    ]
    if ('equipment' in group) return group.equipment.includes(given.equipment) ? both : []
    if (given.qualification !== group.qualification) return []
    return both.filter((_, run) => (run ? mode.attendsRun : mode.attendsSetup))
  })
}
