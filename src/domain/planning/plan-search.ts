import type { Compiled } from './compile.ts'
import { createDecoder } from './decoder.ts'
import type { Sequence } from './dispatch.ts'
import { createNeighbour } from './neighbour.ts'
import { compare, costs, type Objective } from './objective.ts'
import type { Random } from './random.ts'
import { copyOf, type Schedule } from './schedule.ts'
import type { Search } from './search.ts'
import { inTime } from './starts.ts'

/** A worse plan is taken as long as it is no worse than the one so many iterations ago (late acceptance,
 * Burke and Bykov 2017). */
const MEMORY = 60
/** Iterations without a better plan after which the search goes on from the best, this many moves away. */
const PATIENCE = 3_000
const KICKS = 8

/** Share of neighbours taken from the order that was decoded: it may keep somebody for what starts later. */
const DECODED_SHARE = 0.1

interface Valued extends Sequence {
  readonly cost: Float64Array
}

/**
 * Local search for problems of any kind and objective: every neighbour is settled by the decoder, so whatever
 * the decoder knows of calendars, people, tools and material counts.
 */
export function createPlanSearch(
  compiled: Compiled,
  objective: Objective,
  random: Random,
  starts: readonly Sequence[],
): Search {
  const decode = createDecoder(compiled)
  const neighbour = createNeighbour(compiled, random)
  const valued = ({ order, modes }: Sequence): Valued => {
    const schedule = decode(order, modes)
    return { order: order.slice(), modes: modes.slice(), cost: costs(compiled, schedule) }
  }
  const better = (a: Valued, b: Valued) => (compare(objective, b.cost, a.cost) < 0 ? b : a)
  let current = starts.map(valued).reduce(better)
  let best = current
  let schedule = copyOf(decode(current.order, current.modes))
  // Neighbours are near in time, so they are taken from the order of the starts. That order itself may mean
  // another plan (who is free takes what comes first), so what is kept is the order that was decoded.
  let timed = { order: inTime(schedule, current.order), modes: current.modes }
  let memory = Array.from({ length: MEMORY }, () => current.cost)
  let [iterations, idle] = [0, 0]

  const move = (to: Valued, settled: Schedule): void => {
    current = to
    schedule = copyOf(settled)
    timed = { order: inTime(schedule, to.order), modes: to.modes }
  }
  const goOn = (from: Valued): void => {
    move(from, decode(from.order, from.modes))
    memory = memory.fill(from.cost)
    idle = 0
  }
  /** Leaves the best plan, whatever it costs. */
  const kick = (): void => {
    goOn(best)
    for (let i = 0; i < KICKS; i++) {
      const { order, modes } = neighbour(random() < 0.5 ? current : timed, schedule, urgent())
      const settled = decode(order, modes)
      const cost = costs(compiled, settled)
      move({ order: order.slice(), modes: modes.slice(), cost }, settled)
    }
    memory = memory.fill(current.cost)
  }
  /** The order to help: of three any, the one that costs most. */
  const urgent = (): number => {
    const { orders } = compiled.problem
    let [worst, most] = [0, -Infinity]
    for (let i = 0; i < 3; i++) {
      const number = Math.floor(random() * orders.length)
      const harm = lateness(compiled, schedule, number)
      if (harm > most) [worst, most] = [number, harm]
    }
    return worst
  }
  const once = (): void => {
    const base = random() < DECODED_SHARE ? current : timed
    const next = neighbour(base, schedule, random() < 0.1 ? latest(schedule, compiled) : urgent())
    const settled = decode(next.order, next.modes)
    const cost = costs(compiled, settled)
    const slot = iterations++ % MEMORY
    const taken =
      compare(objective, cost, current.cost) <= 0 || compare(objective, cost, memory[slot]!) <= 0
    if (taken) move({ order: next.order.slice(), modes: next.modes.slice(), cost }, settled)
    memory[slot] = current.cost
    idle++
    if (compare(objective, current.cost, best.cost) < 0) {
      best = current
      idle = 0
    } else if (idle > PATIENCE) kick()
  }

  return {
    step(budget) {
      for (let i = 0; i < budget && compiled.operations.length > 0; i++) once()
    },
    iterations: () => iterations,
    best: () => best,
    adopt(sequence) {
      const other = valued(sequence)
      if (compare(objective, other.cost, best.cost) >= 0) return
      best = other
      goOn(other)
    },
  }
}

function endOf({ firstOfOrder }: Compiled, { end }: Schedule, number: number): number {
  let done = 0
  for (let at = firstOfOrder[number]!; at < firstOfOrder[number + 1]!; at++)
    if (end[at]! > done) done = end[at]!
  return done
}

/** Weighted seconds late; where it is not, how little it has left, below 0. */
function lateness(compiled: Compiled, schedule: Schedule, number: number): number {
  const { due, weight } = compiled.problem.orders[number]!
  const late = endOf(compiled, schedule, number) - (due ?? Infinity)
  return late > 0 ? late * (weight ?? 1) : late
}

function latest(schedule: Schedule, compiled: Compiled): number {
  let [last, most] = [0, -1]
  for (const number of compiled.problem.orders.keys()) {
    const end = endOf(compiled, schedule, number)
    if (end > most) [last, most] = [number, end]
  }
  return last
}
