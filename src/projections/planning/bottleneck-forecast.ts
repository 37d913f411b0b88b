import { bottlenecks, type Machine } from '../../domain/kpi/active-period.ts'
import { intersect } from '../../domain/kpi/pieces.ts'
import type { Compiled } from '../../domain/planning/compile.ts'
import type { Run } from '../../domain/planning/simulation/run.ts'
import type { Simulated } from '../../domain/planning/simulation/simulated.ts'
import type { Fork } from './fork.ts'

/** So many stretches of this length from the beginning on. */
export interface Stretches {
  readonly count: number
  readonly seconds: number
}

/**
 * The bottleneck of simulated time, by the same active-period method as that of the past: of each stretch, the
 * machine that was the bottleneck for most of it.
 */
export function createForecaster(compiled: Compiled, { count, seconds }: Stretches) {
  const { operations, equipment, problem } = compiled
  const until = count * seconds
  const busy = equipment.map(({ open }) =>
    [...open.from].flatMap((from, i) => {
      const span = { from: Math.max(from, 0), to: Math.min(open.to[i]!, until) }
      return span.from < span.to ? [span] : []
    }),
  )
  const numbers = new Map(problem.equipment.map(({ id }, at) => [id, at]))
  return {
    buckets: count,
    /** By stretch the index of the equipment, -1: none was active. */
    main(run: Run): Int32Array {
      const active: { from: number; to: number }[][] = equipment.map(() => [])
      for (let at = 0; at < operations.length; at++) {
        const [from, to] = [Math.max(run.setupStart[at]!, 0), Math.min(run.end[at]!, until)]
        if (from < to) active[operations[at]!.modes[run.mode[at]!]!.equipment]!.push({ from, to })
      }
      const machines = problem.equipment.map(({ id }, at): Machine => ({
        id,
        active: intersect(
          active[at]!.toSorted((a, b) => a.from - b.from),
          busy[at]!,
        ),
        busy: busy[at]!,
        observed: busy[at]!,
      }))
      const held = new Float64Array(count * equipment.length)
      for (const { id, from, to } of bottlenecks(machines).momentary) {
        const machine = numbers.get(id)!
        for (let i = Math.floor(from / seconds); i < count && i * seconds < to; i++)
          held[i * equipment.length + machine]! +=
            Math.min(to, (i + 1) * seconds) - Math.max(from, i * seconds)
      }
      return Int32Array.from({ length: count }, (_, i) => {
        let best = -1
        for (let machine = 0; machine < equipment.length; machine++) {
          const time = held[i * equipment.length + machine]!
          if (time > 0 && (best < 0 || time > held[i * equipment.length + best]!)) best = machine
        }
        return best
      })
    },
  }
}

/** Share of the replications from which on a machine is warned of. */
const WARNED = 0.6

export interface StretchForecast {
  /** ISO-8601 */
  readonly from: string
  /** Most likely first; those that are never the bottleneck are left out. */
  readonly machines: readonly { readonly equipmentId: string; readonly probability: number }[]
  /** Machine that becomes the bottleneck here and was not in the stretch before; else null. */
  readonly warning: string | null
  /** From the beginning to this stretch. */
  readonly leadTimeHours: number
}

/** What the replications say of each stretch. */
export function bottleneckWarnings(
  { problem, horizon }: Pick<Fork, 'problem' | 'horizon'>,
  { longest, replications }: Simulated,
  { count, seconds }: Stretches,
): StretchForecast[] {
  let last: string | null = null
  return Array.from({ length: count }, (_, stretch) => {
    const hits = new Map<number, number>()
    for (let i = 0; i < replications; i++) {
      const machine = longest![i * count + stretch]!
      if (machine >= 0) hits.set(machine, (hits.get(machine) ?? 0) + 1)
    }
    const machines = [...hits]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .map(([machine, times]) => ({
        equipmentId: problem.equipment[machine]!.id,
        probability: times / replications,
      }))
    const [first] = machines
    const main = first && first.probability > WARNED ? first.equipmentId : null
    const warning = main !== null && main !== last ? main : null
    if (main !== null) last = main
    const from = horizon.instant(stretch * seconds)
    return { from, machines, warning, leadTimeHours: (stretch * seconds) / 3_600 }
  })
}
