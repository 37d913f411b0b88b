import { Worker } from 'node:worker_threads'
import { violations } from '../../domain/planning/checker.ts'
import { compile, type Compiled } from '../../domain/planning/compile.ts'
import { pricesMatter } from '../../domain/planning/cheaper-hours.ts'
import { createDecoder, type Hold } from '../../domain/planning/decoder.ts'
import { dispatch, dispatchRules, type Sequence } from '../../domain/planning/dispatch.ts'
import {
  compare,
  costs,
  parts,
  usualObjective,
  type Part,
} from '../../domain/planning/objective.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import { copyOf, plannedOperations, type Schedule } from '../../domain/planning/schedule.ts'
import { repaired } from '../../domain/planning/repair.ts'
import { startPlans } from '../../domain/planning/starts.ts'
import { ask } from './ask.ts'
import type { Budget, PlanOptions, PlanProgress } from './plan-options.ts'

/** Parts a budget is spent in; after each the workers take over the best of all. */
const ROUNDS = 10

export interface Round {
  readonly budget: Budget
  readonly adopt: Sequence | null
}
/** What a worker is asked to do: search on, or have operations of a plan wait for cheaper energy. */
export type Asked = Round | { readonly cheaper: Sequence }
export interface Found extends Sequence {
  readonly iterations: number
}

/** What `plan` says, where it is said: compiles, decodes and checks on the calling thread. */
export async function* coordinate(
  problem: Problem,
  options: PlanOptions,
): AsyncGenerator<PlanProgress> {
  const { seed, budget, objective = usualObjective, signal } = options
  const compiled = compile(problem)
  const value = evaluator(compiled)
  // A repaired plan comes first even where a rule would do better: that is the price of stability.
  const repair = repaired(compiled)
  let best = repair
    ? { ...repair, cost: costs(compiled, repair.schedule) }
    : value(dispatch(compiled, dispatchRules.atcs))
  yield progress(compiled, best, 0)
  if (signal?.aborted) return
  const first = best
  if (!repair)
    for (const one of startPlans(compiled).map((start) => value(start)))
      if (compare(objective, one.cost, best.cost) < 0) best = one
  if (best !== first) yield progress(compiled, best, 0)
  const workers = Array.from(
    { length: options.workers ?? 1 },
    (_, number) =>
      new Worker(new URL('./plan-worker.ts', import.meta.url), {
        workerData: { problem, objective, seed: seed + number * 7_919 },
      }),
  )
  const share = (total: number) => Math.ceil(total / ROUNDS)
  const limit: Budget =
    'iterations' in budget
      ? { iterations: share(budget.iterations) }
      : 'ms' in budget
        ? { ms: share(budget.ms) }
        : { cpuMs: share(budget.cpuMs) }
  const aborted = new Promise<null>((resolve) => {
    if (signal?.aborted) resolve(null)
    signal?.addEventListener('abort', () => resolve(null), { once: true })
  })
  try {
    let finder: number | null = -1
    let spent = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { order, modes } = best
      const answers = workers.map((worker, number) =>
        ask<Found>(worker, {
          budget: limit,
          adopt: finder === null || finder === number ? null : { order, modes },
        }),
      )
      const found = await Promise.race([Promise.all(answers), aborted])
      if (found === null) return
      finder = null
      for (const [number, one] of found.map((one) => value(one)).entries())
        if (compare(objective, one.cost, best.cost) < 0) {
          best = one
          finder = number
        }
      const iterations = found.reduce((sum, one) => sum + one.iterations, 0)
      if (finder !== null || round === ROUNDS - 1) yield progress(compiled, best, iterations)
      spent = iterations
    }
    if (!pricesMatter(compiled)) return
    const { order, modes } = best
    const asked = ask<Hold | null>(workers[0]!, { cheaper: { order, modes } })
    const hold = await Promise.race([asked, aborted])
    if (hold === null) return
    const cheaper = value(best, hold)
    if (compare(objective, cheaper.cost, best.cost) < 0) yield progress(compiled, cheaper, spent)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

interface Valued extends Sequence {
  readonly schedule: Schedule
  readonly cost: Float64Array
}

function evaluator(compiled: Compiled): (sequence: Sequence, hold?: Hold) => Valued {
  const decode = createDecoder(compiled)
  return ({ order, modes }, hold) => {
    const schedule = copyOf(decode(order, modes, hold))
    return { order, modes, schedule, cost: costs(compiled, schedule) }
  }
}

function progress(compiled: Compiled, { schedule, cost }: Valued, iteration: number): PlanProgress {
  const best = plannedOperations(compiled, schedule)
  const broken = violations(compiled.problem, best)
  if (broken.length > 0) throw new Error(`a plan breaks rules: ${broken.slice(0, 5).join('; ')}`)
  const named = Object.fromEntries(parts.map((part, at) => [part, cost[at]!]))
  return { best, parts: named as Record<Part, number>, bound: makespanBound(compiled), iteration }
}

/** Seconds; calendars, people and changeovers can only add to it. */
function makespanBound({ operations, topological, equipment }: Compiled): number {
  const load = new Float64Array(equipment.length)
  const done = new Float64Array(operations.length)
  for (const at of topological) {
    const { modes, links, release, fixed } = operations[at]!
    if (fixed) continue
    const quickest = Math.min(...modes.map(({ seconds }) => seconds))
    const ready = links.reduce(
      (most, { operation, transferQuantity }) =>
        Math.max(most, transferQuantity > 0 ? 0 : done[operation]!),
      Math.max(release, 0),
    )
    done[at] = ready + quickest
    const [machine, ...others] = new Set(modes.map((mode) => mode.equipment))
    if (others.length === 0 && equipment[machine!]!.batchCapacity === 0) load[machine!]! += quickest
  }
  return Math.max(0, ...done, ...load)
}
