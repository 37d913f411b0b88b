import { createHash } from 'node:crypto'
import type { EventStore } from '../commands/event-store.ts'
import type { Ack, Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import {
  SCHEDULER_VERSION,
  type FoundPlan,
  type Scheduler,
} from '../commands/planning/scheduler.ts'
import type { Clock } from '../commands/ports.ts'
import { isRejection, type Rejection } from '../domain/decider.ts'
import type { PlanVariant } from '../domain/planning/events.ts'
import { planDecider } from '../domain/planning/plan-decider.ts'
import { partsOf } from '../domain/planning/plan-text.ts'
import { scheduleDecider } from '../domain/planning/schedule-decider.ts'
import { buildProblem, type PlanningProblem } from '../projections/planning/build-problem.ts'
import { createPlanContents, type PlanContents } from '../projections/planning/plan-content.ts'
import { planningRowsQuery, type ReadPosition } from '../projections/planning/read-rows.ts'
import type { PlanningRows } from '../projections/planning/rows.ts'
import type { ReadModels } from '../projections/read-models.ts'

/** How far a search has come. */
export interface PlanProgress {
  readonly planId: string
  readonly status: 'WAITING' | 'SEARCHING' | 'PROPOSED' | 'FAILED'
  readonly iteration: number
  readonly bound: number | null
  readonly costs: Readonly<Record<string, number>>
}

export interface PlanWish {
  readonly site: string
  readonly commandId: string
  readonly actor: string
  readonly source: string
  readonly seed?: number
  readonly iterations?: number
  readonly reason?: string
}

export interface PlannerDeps {
  readonly store: Pick<EventStore, 'head'>
  readonly reads: ReadModels
  readonly execute: Execute
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly limits: PlannerLimits
}
export interface PlannerLimits {
  /** Searches at one time; others wait. */
  readonly searches: number
  /** Threads of each. */
  readonly workers: number
  /** Iterations of each thread where nobody says how many. */
  readonly iterations: number
}

/** The problem of a site as it is now, and what it was made from. */
export interface CurrentProblem extends PlanningProblem {
  readonly position: number | null
  readonly basePlanId: string | null
}

export interface Planner {
  readonly problemOf: (site: string) => Promise<CurrentProblem>
  /**
   * Records that a plan is wanted, and searches for it in the background. Proposals are facts.
   * @param request sends the request in the name of whoever asked
   */
  readonly request: (wish: PlanWish, request: Execute) => Promise<Ack | Rejection>
  /** Calls back as the search of a plan goes on; answers with the way to stop. */
  readonly onProgress: (listener: (progress: PlanProgress) => void) => () => void
  readonly progress: (planId: string) => PlanProgress | null
  /** Whether this plan is of one of these sites; null opens all. */
  readonly mayRead: (planId: string, sites: readonly string[] | null) => boolean
  readonly contents: PlanContents
  /** Ends all searches; what is under way is given up. */
  readonly close: () => Promise<void>
}

/** Read models that are not there by then are taken as they are. */
const WAIT_MS = 5_000
const PROGRESS_KEPT = 100
const DEFAULT_SEED = 1

export function createPlanner(deps: PlannerDeps): Planner {
  const { reads, store, clock, limits } = deps
  const contents = createPlanContents(reads)
  const listeners = new Set<(progress: PlanProgress) => void>()
  const known = new Map<string, PlanProgress>()
  const siteOfPlan = new Map<string, string>()
  const stop = new AbortController()
  const jobs = new Set<Promise<void>>()
  let free = limits.searches
  const waiting: (() => void)[] = []

  const tell = (progress: PlanProgress): void => {
    known.delete(progress.planId)
    known.set(progress.planId, progress)
    const [oldest] = known.keys()
    if (known.size > PROGRESS_KEPT) {
      known.delete(oldest!)
      siteOfPlan.delete(oldest!)
    }
    for (const listener of listeners) listener(progress)
  }
  const inTurn = async (work: () => Promise<void>): Promise<void> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }

  const problemOf = async (site: string): Promise<CurrentProblem> => {
    await reads.waitFor(await store.head(), WAIT_MS)
    const at = clock.now()
    const [answer] = await reads.query<PlanningRows & ReadPosition>(planningRowsQuery(site, at))
    const { position, isExact, ...rows } = answer!
    const { row, plan } = await contents.inForce(site)
    const built = buildProblem(
      { ...rows, current: plan?.operations ?? [], pins: row?.pins ?? [] },
      site,
      at,
    )
    return {
      ...built,
      position: isExact ? position : null,
      basePlanId: row?.planId ?? null,
    }
  }

  return {
    problemOf,
    contents,
    async request(wish, request) {
      const { site, commandId, seed = DEFAULT_SEED, reason = '' } = wish
      const { problem, horizon, findings, position, basePlanId } = await problemOf(site)
      const iterations = wish.iterations ?? limits.iterations
      const { workers } = limits
      const planId = `PLAN-${uuid5(`plan/${site}/${commandId}`)}`
      const command = {
        ...{
          type: 'RequestPlan',
          planId,
          startsAt: horizon.at,
          position,
          seed,
          iterations,
          workers,
        },
        problemHash: hashOf(problem),
        ...{ schedulerVersion: SCHEDULER_VERSION, basePlanId, reason },
      }
      const ack = await request(planDecider, command, { ...wish })
      if (isRejection(ack) || ack.events.length === 0 || known.has(planId)) return ack
      siteOfPlan.set(planId, site)
      tell({ planId, status: 'WAITING', iteration: 0, bound: null, costs: {} })
      const run = {
        planId,
        site,
        problem,
        horizon,
        findings,
        seed,
        iterations,
        workers,
        basePlanId,
      }
      const job = inTurn(() => search(run, { ...deps, tell, signal: stop.signal }))
      jobs.add(job)
      void job.finally(() => jobs.delete(job))
      return ack
    },
    onProgress(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    progress: (planId) => known.get(planId) ?? null,
    mayRead: (planId, sites) => sites === null || sites.includes(siteOfPlan.get(planId) ?? ''),
    async close() {
      stop.abort()
      for (const next of waiting.splice(0)) next()
      await Promise.allSettled(jobs)
    },
  }
}

/** SHA-256 of the problem as JSON: the same facts make the same. */
export const hashOf = (problem: CurrentProblem['problem']): string =>
  createHash('sha256').update(JSON.stringify(problem)).digest('hex')

interface Run extends Pick<CurrentProblem, 'problem' | 'horizon' | 'findings' | 'basePlanId'> {
  readonly planId: string
  readonly site: string
  readonly seed: number
  readonly iterations: number
  readonly workers: number
}
interface SearchDeps extends PlannerDeps {
  readonly tell: (progress: PlanProgress) => void
  readonly signal: AbortSignal
}

async function search(run: Run, deps: SearchDeps): Promise<void> {
  const { planId, problem, seed, iterations, workers } = run
  const { tell, signal } = deps
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
  run: Run,
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
  { planId, site }: Run,
  name: string,
  command: Readonly<Record<string, unknown>>,
): Promise<void> {
  const outcome = await execute(planDecider, command, {
    commandId: uuid5(`${planId}/${name}`),
    ...{ actor: 'system', site, source: 'planner' },
  })
  if (isRejection(outcome)) throw new Error(outcome.why)
}
