import { compile, type Compiled } from '../compile.ts'
import { createSearch } from '../create-search.ts'
import { cheaperHours, pricesMatter } from '../cheaper-hours.ts'
import { createDecoder, heldBack } from '../decoder.ts'
import type { Sequence } from '../dispatch.ts'
import { usualObjective } from '../objective.ts'
import type { Problem } from '../problem.ts'
import { seededRandom } from '../random.ts'
import { workedSeconds } from '../working-time.ts'
import type { Chance } from './chance.ts'
import { graphOfPlan, keepSequence, type Play } from './keep-sequence.ts'
import { planGraph } from './plan-graph.ts'
import { rankOf, type Run } from './run.ts'

export interface Replanning {
  readonly everySeconds: number
  /** Of the search, each time. */
  readonly iterations: number
  readonly seed: number
}

/**
 * Plans anew every so often: what has begun stays, the rest is searched with the durations planned, for nobody
 * knows the others. What chance does to an operation does not depend on the plan, so each time the past comes
 * out as it was.
 */
export function replanning(
  compiled: Compiled,
  start: Sequence,
  chance: Chance,
  { everySeconds, iterations, seed }: Replanning,
): Play {
  const held = heldBack(compiled)
  const asPlanned = createDecoder(compiled)(start.order, start.modes, held)
  const first = graphOfPlan(compiled, asPlanned, rankOf(start.order), held.from)
  const playFirst = keepSequence(compiled, first, chance)
  return (replication) => {
    let run = playFirst(replication)
    for (let now = everySeconds; now < lastEnd(run); now += everySeconds) {
      const then = compile(asOf(compiled, run, now))
      const search = createSearch(then, usualObjective, seededRandom(seed))
      search.step(iterations)
      const best = search.best()
      const cheap = pricesMatter(then) ? cheaperHours(then, usualObjective, best, iterations) : null
      const notBefore = run.start.map((at, i) =>
        at < now ? at : Math.max(now, cheap?.from[i] ?? 0),
      )
      const schedule = createDecoder(then)(best.order, best.modes, cheap ?? undefined)
      const graph = planGraph(compiled, schedule, rankOf(best.order), notBefore)
      run = keepSequence(compiled, graph, chance)(replication)
    }
    return run
  }
}

const lastEnd = ({ end }: Run): number =>
  end.reduce((last, at) => (at < Infinity ? Math.max(last, at) : last), 0)

/** The problem as it stands at a moment of the run. */
function asOf(compiled: Compiled, run: Run, now: number): Problem {
  const { problem, equipment, operations } = compiled
  const used = new Map<string, number>()
  let at = 0
  const orders = problem.orders.map((order) => ({
    ...order,
    release: Math.max(order.release ?? 0, now),
    operations: order.operations.map((operation) => {
      const one = at++
      if (run.start[one]! >= now || operation.fixed) return operation
      for (const { material, quantity } of operation.consumes ?? [])
        used.set(material, (used.get(material) ?? 0) + quantity)
      const mode = run.mode[one]!
      const { open } = equipment[operations[one]!.modes[mode]!.equipment]!
      const start = run.start[one]!
      return {
        ...operation,
        fixed: { mode, start, remaining: workedSeconds(open, start, run.end[one]!) },
      }
    }),
  }))
  // What has begun took its material.
  const materials = (problem.materials ?? []).map((one) => ({
    ...one,
    stock: one.stock - (used.get(one.id) ?? 0),
  }))
  return { ...problem, orders, materials }
}
