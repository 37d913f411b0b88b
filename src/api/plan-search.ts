import type { Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import type { PlanProgress } from '../commands/planning/progress.ts'
import type { FoundPlan, Scheduler } from '../commands/planning/scheduler.ts'
import { isRejection } from '../domain/decider.ts'
import type { PlanVariant } from '../domain/planning/events.ts'
import { planDecider } from '../domain/planning/plan-decider.ts'
import { partsOf } from '../domain/planning/plan-text.ts'
import { scheduleDecider } from '../domain/planning/schedule-decider.ts'
import type { PlanningProblem } from '../projections/planning/build-problem.ts'

export interface PlanRun extends Pick<PlanningProblem, 'problem' | 'horizon' | 'findings'> {
  readonly basePlanId: string | null
  readonly planId: string
  readonly site: string
  readonly seed: number
  readonly iterations: number
  readonly workers: number
}
interface SearchDeps {
  readonly execute: Execute
  readonly scheduler: Scheduler
  readonly tell: (progress: PlanProgress) => void
  readonly signal: AbortSignal
}

/** Searches until its budget is spent, and writes down what it found. Never rejects: failure is a fact. */
export async function search(run: PlanRun, deps: SearchDeps): Promise<void> {
  const { planId, problem, seed, iterations, workers } = run
  const { tell, signal } = deps
  // It may have waited for its turn until the process was told to end.
  if (signal.aborted) return
  try {
    let first: FoundPlan | null = null
    let best: FoundPlan | null = null
    const options = { seed, budget: { iterations }, workers, signal }
    for await (const found of deps.scheduler(problem, options)) {
      first ??= found
      best = found
      const { iteration, bound, parts } = found
      tell({ planId, status: 'SEARCHING', iteration, bound, costs: parts })
    }
    if (signal.aborted) return
    if (!first || !best || best.best.length === 0) throw new Error('there is nothing to plan')
    if (run.basePlanId !== null) await propose('REPAIRED', first, run, deps)
    await propose('IMPROVED', best, run, deps)
    const { iteration, bound, parts } = best
    tell({ planId, status: 'PROPOSED', iteration, bound, costs: parts })
  } catch (error) {
    if (signal.aborted) return
    const reason = (error as Error).message || 'it failed'
    await send(deps, run, `fail`, { type: 'FailPlan', planId, reason: reason.slice(0, 2_000) })
    tell({ planId, status: 'FAILED', iteration: 0, bound: null, costs: {} })
  }
}

async function propose(
  variant: PlanVariant,
  found: FoundPlan,
  run: PlanRun,
  deps: SearchDeps,
): Promise<void> {
  const { planId, problem } = run
  const planned = Map.groupBy(found.best, ({ order }) => order)
  const omitted = new Set(
    run.findings.flatMap(({ omitted: isOut, orderId }) => (isOut && orderId ? [orderId] : [])),
  )
  const whole = problem.orders.filter(
    ({ id, operations }) => !omitted.has(id) && planned.get(id)?.length === operations.length,
  )
  const parts = partsOf(found.best, new Set(whole.map(({ id }) => id)))
  for (const [part, orders] of parts.entries())
    await send(deps, run, `${variant}/${part}`, {
      ...{ type: 'ListPlannedOperations', planId, variant, part, orders },
    })
  await send(deps, run, `${variant}/proposed`, {
    ...{ type: 'ProposePlan', planId, variant, partCount: parts.length },
    operationCount: found.best.length,
    ...{ costs: found.parts, bound: found.bound, iteration: found.iteration },
  })
  if (variant === 'REPAIRED') return
  const due = problem.orders.flatMap(({ id, due: seconds }) =>
    seconds === undefined ? [] : [{ orderId: id, dueAt: run.horizon.instant(seconds) }],
  )
  const outcome = await deps.execute(
    scheduleDecider,
    { type: 'AssessPromises', planId, variant, due },
    { commandId: uuid5(`assess/${planId}`), actor: 'system', site: run.site, source: 'planner' },
  )
  if (isRejection(outcome)) throw new Error(outcome.why)
}

async function send(
  { execute }: SearchDeps,
  { planId, site }: PlanRun,
  name: string,
  command: Readonly<Record<string, unknown>>,
): Promise<void> {
  const outcome = await execute(planDecider, command, {
    commandId: uuid5(`${planId}/${name}`),
    ...{ actor: 'system', site, source: 'planner' },
  })
  if (isRejection(outcome)) throw new Error(outcome.why)
}
