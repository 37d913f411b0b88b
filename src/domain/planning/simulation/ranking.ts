import type { Compiled } from '../compile.ts'
import { workLeft, type Rule, type Waiting } from '../dispatch.ts'
import { setupSeconds } from '../machine-state.ts'
import { NEVER } from '../working-time.ts'
import type { DispatchState } from './dispatch-state.ts'

/** Those that wait at a machine, the best by the rule first, of equal ones who came first. */
export function ranking(
  compiled: Compiled,
  rule: Rule,
  { mode, seconds, readyAt, family }: DispatchState,
) {
  const { operations, equipment, problem } = compiled
  const { left, mean } = workLeft(compiled)
  const values = new Float64Array(operations.length)
  const orderOf = operations.map(({ order }) => problem.orders[order]!)
  const due = Float64Array.from(orderOf, (order) => order.due ?? NEVER)
  const weight = Float64Array.from(orderOf, (order) => order.weight ?? 1)
  const pinned = Uint8Array.from(operations, ({ fixed }) => (fixed ? 1 : 0))
  const waiting: { -readonly [K in keyof Waiting]: Waiting[K] } = {
    ...{ now: 0, since: 0, seconds: 0, setup: 0, due: 0, weight: 1, left: 0, mean },
  }
  let queue: readonly number[] = []
  let [lastValue, lastPlace] = [-Infinity, -1]
  const valueOf = (at: number, machine: number, now: number): number => {
    // What is pinned goes first.
    if (pinned[at] === 1) return -Infinity
    waiting.now = now
    waiting.since = readyAt[at]!
    waiting.seconds = seconds[at]!
    waiting.setup =
      equipment[machine]!.setups === null
        ? 0
        : setupSeconds(compiled, machine, family[machine]!, mode[at]!.family)
    waiting.due = due[at]!
    waiting.weight = weight[at]!
    waiting.left = left[at]!
    return rule(waiting)
  }
  return {
    start(of: readonly number[], machine: number, now: number): void {
      queue = of
      lastValue = -Infinity
      lastPlace = -1
      if (queue.length > 1)
        for (let i = 0; i < queue.length; i++) values[i] = valueOf(queue[i]!, machine, now)
    },
    /** -1 when all were told. */
    next(): number {
      if (queue.length === 1) return lastPlace++ < 0 ? queue[0]! : -1
      let best = -1
      for (let i = 0; i < queue.length; i++) {
        const told = values[i]! < lastValue || (values[i] === lastValue && i <= lastPlace)
        if (!told && (best < 0 || values[i]! < values[best]!)) best = i
      }
      if (best < 0) return -1
      lastValue = values[best]!
      lastPlace = best
      return queue[best]!
    },
  }
}
