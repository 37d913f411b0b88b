import { compile, type Compiled } from './compile.ts'
import { createDecoder } from './decoder.ts'
import type { Order, PlannedOperation, Problem } from './problem.ts'
import { reinserted } from './repair.ts'
import { withPlan } from './planned.ts'
import { copyOf, orderEnd, plannedOperations, scheduleOf, type Schedule } from './schedule.ts'
import { inTime } from './starts.ts'

/** When a new order could be done, and at whose cost. Seconds. */
export interface Promised {
  readonly end: number
  /** The whole plan with it. */
  readonly rows: readonly PlannedOperation[]
  /** Orders that would be done later, the latest first. */
  readonly pushed: readonly Pushed[]
}

export interface Pushed {
  readonly order: string
  readonly seconds: number
  /** In time before, late then. */
  readonly turnsLate: boolean
}

export interface Promises {
  /** Without moving anything: in the gaps of the plan. Null where the plan itself no longer holds. */
  readonly inGaps: Promised | null
  /** Ahead of everything that is not fixed. */
  readonly first: Promised | null
  /** The one that pushes least among those in time; null where none is, or no due date is given. */
  readonly inTime: Promised | null
}

/** Places in the queue that are tried between first and last. */
const PLACES = 24

/**
 * Capable to promise: what a new order would get from the plan that `rows` are.
 * @throws Error where its id is taken or it names what the problem does not have
 */
export function promises(
  problem: Problem,
  rows: readonly PlannedOperation[],
  order: Order,
): Promises {
  if (problem.orders.some(({ id }) => id === order.id))
    throw new Error(`there is an order ${order.id} already`)
  const whole = withPlan({ ...problem, orders: [...problem.orders, order] }, rows)
  const compiled = compile(whole)
  const before = scheduleOf(compiled, rows)
  const promised = (schedule: Schedule): Promised | null => {
    const end = orderEnd(compiled, schedule, whole.orders.length - 1)
    if (end === null) return null
    return {
      end,
      rows: plannedOperations(compiled, schedule),
      pushed: pushed(compiled, before, schedule),
    }
  }
  const kept = reinserted(compiled)
  const inGaps = kept && promised(kept)
  const moved = queued(compiled, before, kept).flatMap((schedule) => promised(schedule) ?? [])
  const total = ({ pushed: all }: Promised) => all.reduce((sum, { seconds }) => sum + seconds, 0)
  const good = [inGaps, ...moved].filter(
    (one): one is Promised => one !== null && order.due !== undefined && one.end <= order.due,
  )
  return {
    inGaps: inGaps && inGaps.pushed.length === 0 ? inGaps : null,
    first: [...(inGaps ? [inGaps] : []), ...moved].reduce<Promised | null>(
      (a, b) => (a && a.end <= b.end ? a : b),
      null,
    ),
    inTime: good.reduce<Promised | null>((a, b) => (a && total(a) <= total(b) ? a : b), null),
  }
}

/** The plan with the new order at several places of the queue, the first ahead of all. */
function queued(compiled: Compiled, before: Schedule, kept: Schedule | null): Schedule[] {
  const { operations, topological, firstOfOrder, problem } = compiled
  const decode = createDecoder(compiled)
  const added = firstOfOrder[problem.orders.length - 1]!
  const old = inTime(before, topological).filter((at) => at < added)
  const mine = topological.filter((at) => at >= added)
  const quickest = operations.map(({ modes }) => {
    const seconds = modes.map((mode) => mode.seconds)
    return seconds.indexOf(Math.min(...seconds))
  })
  const plans: Schedule[] = []
  for (const chosen of [quickest, ...(kept ? [kept.mode] : [])]) {
    const modes = before.mode.map((mode, at) => (before.scheduled[at] ? mode : chosen[at]!))
    for (let place = 0; place <= PLACES; place++) {
      const cut = Math.round((old.length * place) / PLACES)
      const order = Int32Array.from([...old.subarray(0, cut), ...mine, ...old.subarray(cut)])
      plans.push(copyOf(decode(order, modes)))
    }
  }
  return plans
}

function pushed(compiled: Compiled, before: Schedule, after: Schedule): Pushed[] {
  const found = compiled.problem.orders.slice(0, -1).flatMap(({ id, due }, number): Pushed[] => {
    const was = orderEnd(compiled, before, number)
    const will = orderEnd(compiled, after, number)
    if (was === null || (will !== null && will <= was)) return []
    const seconds = will === null ? Infinity : will - was
    const turnsLate = due !== undefined && was <= due && (will ?? Infinity) > due
    return [{ order: id, seconds, turnsLate }]
  })
  return found.sort((a, b) => b.seconds - a.seconds)
}
