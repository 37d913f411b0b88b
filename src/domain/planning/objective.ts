import type { Compiled } from './compile.ts'
import { priceOfRun, runTime } from './energy-price.ts'
import type { Schedule } from './schedule.ts'

/** What a plan costs, part by part, in the order in which parts usually matter. */
export const parts = [
  'unscheduled',
  'weightedTardiness',
  'firmChanges',
  'setup',
  'otherChanges',
  'makespan',
  'energy',
] as const
export type Part = (typeof parts)[number]

/** Levels, compared one after the other; within one, a weighted sum of parts. */
export type Objective = readonly Readonly<Partial<Record<Part, number>>>[]

export const usualObjective: Objective = parts.map((part) => ({ [part]: 1 }))

/** A move counts for its seconds, up to this; another machine counts as much. */
const CHANGE_CAP_SECONDS = 4 * 3_600

/** Operations without a place; weighted seconds late; seconds of change; setup seconds; seconds to the last
 * end; price of the energy. In the order of `parts`. */
export function costs(compiled: Compiled, schedule: Schedule): Float64Array {
  const cost = new Float64Array(parts.length)
  const { problem, firstOfOrder } = compiled
  for (const [number, order] of problem.orders.entries()) {
    let done = 0
    for (let at = firstOfOrder[number]!; at < firstOfOrder[number + 1]!; at++) {
      if (!schedule.scheduled[at]) {
        cost[0]!++
        continue
      }
      done = Math.max(done, schedule.end[at]!)
      cost[3]! += setupOf(compiled, schedule, at)
      change(compiled, schedule, at, cost)
      cost[6]! += energyPrice(compiled, schedule, at)
    }
    const late = order.due === undefined ? 0 : done - order.due
    if (late > 0) cost[1]! += late * (order.weight ?? 1)
    cost[5] = Math.max(cost[5]!, done)
  }
  return cost
}

/** Who joins a batch shares its changeover. */
const setupOf = (compiled: Compiled, schedule: Schedule, at: number): number =>
  joins(compiled, schedule, at) ? 0 : schedule.start[at]! - schedule.setupStart[at]!

/** Whether another operation is done by the same run of an oven and counts for it. */
function joins({ operations }: Compiled, schedule: Schedule, at: number): boolean {
  const culprit = schedule.culprit[at]!
  return (
    culprit >= 0 &&
    operations[culprit]!.modes[schedule.mode[culprit]!]!.equipment ===
      operations[at]!.modes[schedule.mode[at]!]!.equipment &&
    schedule.start[culprit] === schedule.start[at]
  )
}

/** Price of the energy of its run. */
function energyPrice(compiled: Compiled, schedule: Schedule, at: number): number {
  const { modes, fixed } = compiled.operations[at]!
  const mode = modes[schedule.mode[at]!]!
  if (mode.kilowatts <= 0 || !compiled.problem.energyPrices?.length) return 0
  if (joins(compiled, schedule, at)) return 0
  const time = fixed
    ? compiled.equipment[mode.equipment]!.open
    : runTime(mode, schedule.person[at]!)
  return priceOfRun(compiled.problem, mode, {
    time,
    from: schedule.start[at]!,
    to: schedule.end[at]!,
  })
}

function change(
  { problem, operations }: Compiled,
  schedule: Schedule,
  at: number,
  cost: Float64Array,
): void {
  const { planned, modes } = operations[at]!
  if (!planned) return
  const moved = Math.min(Math.abs(schedule.start[at]! - planned.start), CHANGE_CAP_SECONDS)
  const other = modes[planned.mode]!.equipment !== modes[schedule.mode[at]!]!.equipment
  const firm = problem.zones !== undefined && planned.start < problem.zones.firmUntil
  cost[firm ? 2 : 4]! += moved + (other ? CHANGE_CAP_SECONDS : 0)
}

/** Negative: `a` is better. */
export function compare(objective: Objective, a: Float64Array, b: Float64Array): number {
  for (const level of objective) {
    const difference = sum(level, a) - sum(level, b)
    if (difference !== 0) return difference
  }
  return 0
}

function sum(level: Objective[number], cost: Float64Array): number {
  let total = 0
  for (let i = 0; i < parts.length; i++) {
    const weight = level[parts[i]!]
    if (weight !== undefined) total += weight * cost[i]!
  }
  return total
}
