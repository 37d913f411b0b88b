import type { Compiled } from './compile.ts'
import type { Span } from './problem.ts'
import type { Schedule } from './schedule.ts'
import { workedSeconds, type WorkingTime } from './working-time.ts'

/** Machines that can do each other's work, or all people with a qualification. */
export type ResourceGroup = {
  readonly id: string
  /** Price of a second too much against that of other groups; absent: 1. */
  readonly weight?: number
} & ({ readonly equipment: readonly string[] } | { readonly qualification: string })

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

/** What an operation takes of a stretch of time, for its changeover or its run. */
export interface Piece {
  /** Index of the operation. */
  readonly operation: number
  readonly part: 'setup' | 'run'
  /** Index of the stretch. */
  readonly bucket: number
  readonly seconds: number
}

/**
 * Load against capacity, by group and bucket; the buckets as the caller's calendar has them.
 * @param buckets by time, without overlap
 */
export function capacityLoad(
  compiled: Compiled,
  schedule: Schedule,
  groups: readonly ResourceGroup[],
  buckets: readonly Span[],
): Load[] {
  const { problem, operations } = compiled
  const pieces = piecesOf(compiled, schedule, buckets)
  return groups.flatMap((group) => {
    const capacity = capacityOf(compiled, group)
    const takes = takenOf(compiled, group)
    const byOrder = buckets.map(() => new Map<string, number>())
    for (const { operation, part, bucket, seconds } of pieces) {
      if (!takes(operation, schedule.mode[operation]!, part)) continue
      const { id } = problem.orders[operations[operation]!.order]!
      byOrder[bucket]!.set(id, (byOrder[bucket]!.get(id) ?? 0) + seconds)
    }
    return buckets.map(({ from, to }, bucket): Load => {
      const orders = [...byOrder[bucket]!].map(([order, seconds]) => ({ order, seconds }))
      const load = orders.reduce((sum, { seconds }) => sum + seconds, 0)
      const total = capacity.reduce((sum, time) => sum + workedSeconds(time, from, to), 0)
      return {
        ...{ group: group.id, from, to, load },
        capacity: total,
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

/** Whether a part of an operation takes time of a group, were it done in this mode. */
export function takenOf(
  { problem, operations, firstOfOrder }: Compiled,
  group: ResourceGroup,
): (operation: number, mode: number, part: Piece['part']) => boolean {
  if ('equipment' in group) {
    const own = new Set(group.equipment)
    const isOwn = problem.equipment.map(({ id }) => own.has(id))
    return (at, mode) => isOwn[operations[at]!.modes[mode]!.equipment]!
  }
  return (at, number, part) => {
    const { order, modes } = operations[at]!
    const given = problem.orders[order]!.operations[at - firstOfOrder[order]!]!.modes[number]!
    const mode = modes[number]!
    const attends = part === 'setup' ? mode.attendsSetup : mode.attendsRun
    return attends && given.qualification === group.qualification
  }
}

/** All that is scheduled, cut where one stretch ends and the next begins. */
export function piecesOf(
  compiled: Compiled,
  schedule: Schedule,
  buckets: readonly Span[],
): Piece[] {
  return compiled.operations.flatMap((_, operation) => {
    if (!schedule.scheduled[operation]) return []
    return usesOf(compiled, schedule, operation).flatMap(({ part, from, to, time }) => {
      const found: Piece[] = []
      for (
        let at = firstAfter(buckets, from);
        at < buckets.length && buckets[at]!.from < to;
        at++
      ) {
        const bucket = buckets[at]!
        const seconds = workedSeconds(time, Math.max(from, bucket.from), Math.min(to, bucket.to))
        if (seconds > 0) found.push({ operation, part, bucket: at, seconds })
      }
      return found
    })
  })
}

/** The first bucket that ends after a moment. */
function firstAfter(buckets: readonly Span[], moment: number): number {
  let [low, high] = [0, buckets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (buckets[middle]!.to > moment) high = middle
    else low = middle + 1
  }
  return low
}

interface Use extends Span {
  readonly part: Piece['part']
  /** In which of its time it works. */
  readonly time: WorkingTime
}

/** Changeover and run of an operation that is scheduled. */
export function usesOf(
  { operations, equipment }: Compiled,
  schedule: Schedule,
  at: number,
): readonly Use[] {
  const mode = operations[at]!.modes[schedule.mode[at]!]!
  const person = schedule.person[at]!
  const one = Math.max(0, mode.persons?.indexOf(person) ?? 0)
  // Nobody is named in a rough cut: the machine's time counts.
  const { open } = equipment[mode.equipment]!
  const [setup, run] = person >= 0 ? [mode.setupTimes[one]!, mode.runTimes[one]!] : [open, open]
  const start = schedule.start[at]!
  return [
    { part: 'setup', from: schedule.setupStart[at]!, to: start, time: setup },
    { part: 'run', from: start, to: schedule.end[at]!, time: run },
  ]
}
