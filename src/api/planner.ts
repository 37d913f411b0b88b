import { createHash } from 'node:crypto'
import type { EventStore } from '../commands/event-store.ts'
import type { Ack, Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import { SCHEDULER_VERSION, type Scheduler } from '../commands/planning/scheduler.ts'
import type { Leases } from '../commands/leases.ts'
import type { Clock } from '../commands/ports.ts'
import type { Broadcast } from '../commands/planning/progress.ts'
import { isRejection, reject, type Rejection } from '../domain/decider.ts'
import { planDecider } from '../domain/planning/plan-decider.ts'
import type { ReleasedOperation } from '../domain/production/events.ts'
import { buildProblem, type PlanningProblem } from '../projections/planning/build-problem.ts'
import { createPlanContents, type PlanContents } from '../projections/planning/plan-content.ts'
import { planningRowsQuery, type ReadPosition } from '../projections/planning/read-rows.ts'
import { routingOf } from '../projections/planning/routing.ts'
import type { PlanningRows } from '../projections/planning/rows.ts'
import type { OrderRow } from '../projections/production/orders.ts'
import type { Keyed } from '../projections/projection.ts'
import type { ReadModels } from '../projections/read-models.ts'
import type { AskPlanning } from '../projections/planning/questions.ts'
import { heldWhile } from './abandoned-plans.ts'
import { createProgress, type Progress } from './plan-progress.ts'
import { search } from './plan-search.ts'

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
  /** Threads that answer, and how to end them. */
  readonly questions: { readonly ask: AskPlanning; readonly close: () => Promise<void> }
  /** Tell other processes that a search is under way. */
  readonly leases: Leases
  /** Tells other processes how searches go on here. */
  readonly broadcast: Broadcast
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
  /** @param wished orders that it is to hold beside those there are */
  readonly problemOf: (site: string, wished?: readonly Keyed<OrderRow>[]) => Promise<CurrentProblem>
  /** Operations that an order of a product has here; a sentence where nothing tells. */
  readonly routingOf: (
    site: string,
    materialId: string,
  ) => Promise<readonly ReleasedOperation[] | string>
  /**
   * Records that a plan is wanted, and searches for it in the background. Proposals are facts.
   * @param request sends the request in the name of whoever asked
   */
  readonly request: (wish: PlanWish, request: Execute) => Promise<Ack | Rejection>
  /** How searches go on, here and in other processes. */
  readonly progress: Pick<Progress, 'of' | 'siteOf' | 'onProgress'>
  /** Whether this process searches for it, or has it wait for its turn. */
  readonly isSearching: (planId: string) => boolean
  readonly contents: PlanContents
  readonly ask: AskPlanning
  /** Ends all searches; what is under way is given up. */
  readonly close: () => Promise<void>
}

/** Read models that are not there by then are taken as they are. */
const WAIT_MS = 5_000
/** Searches that wait for their turn; more would be planned from facts of long ago. */
const MAX_WAITING = 20
const DEFAULT_SEED = 1

export function createPlanner(deps: PlannerDeps): Planner {
  const { reads, store, clock, limits } = deps
  const contents = createPlanContents(reads)
  const stop = new AbortController()
  const jobs = new Map<string, Promise<void>>()
  const progress = createProgress(deps.broadcast, (planId) => jobs.has(planId))
  let free = limits.searches
  /** Requests that are not searched for yet. */
  let asking = 0
  const waiting: (() => void)[] = []

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

  const problemOf: Planner['problemOf'] = async (site, wished = []) => {
    await reads.waitFor(await store.head(), WAIT_MS)
    const at = clock.now()
    const [answer] = await reads.query<PlanningRows & ReadPosition>(planningRowsQuery(site, at))
    const { position, isExact, ...rows } = answer!
    const { row, plan } = await contents.inForce(site)
    const built = buildProblem(
      {
        ...rows,
        orders: [...rows.orders, ...wished],
        ...{ current: plan?.operations ?? [], pins: row?.pins ?? [] },
      },
      site,
      at,
    )
    return {
      ...built,
      position: isExact ? position : null,
      basePlanId: row?.planId ?? null,
    }
  }

  const requested = async (
    planId: string,
    wish: PlanWish,
    request: Execute,
  ): Promise<Ack | Rejection> => {
    const { site, seed = DEFAULT_SEED, reason = '' } = wish
    const { problem, horizon, findings, position, basePlanId } = await problemOf(site)
    const iterations = wish.iterations ?? limits.iterations
    const { workers } = limits
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
    if (isRejection(ack) || ack.events.length === 0 || progress.of(planId)) return ack
    progress.begin(site, { planId, status: 'WAITING', iteration: 0, bound: null, costs: {} })
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
    const work = () =>
      inTurn(() => search(run, { ...deps, tell: progress.tell, signal: stop.signal }))
    const job = heldWhile(deps.leases, planId, work)
    jobs.set(planId, job)
    void job.finally(() => jobs.delete(planId))
    return ack
  }

  return {
    problemOf,
    routingOf: (site, materialId) => routingOf(reads, site, materialId),
    contents,
    ask: deps.questions.ask,
    async request(wish, request) {
      const planId = `PLAN-${uuid5(`plan/${wish.site}/${wish.commandId}`)}`
      const most = limits.searches + MAX_WAITING
      if (jobs.size + asking >= most && !progress.of(planId))
        return reject(
          'TooManySearches',
          `${most} searches are under way or wait for their turn; ask again later.`,
        )
      asking++
      try {
        return await requested(planId, wish, request)
      } finally {
        asking--
      }
    },
    progress,
    isSearching: (planId) => jobs.has(planId),
    async close() {
      stop.abort()
      progress.close()
      for (const next of waiting.splice(0)) next()
      await Promise.allSettled([...jobs.values(), deps.questions.close()])
    },
  }
}

/** SHA-256 of the problem as JSON: the same facts make the same. */
export const hashOf = (problem: CurrentProblem['problem']): string =>
  createHash('sha256').update(JSON.stringify(problem)).digest('hex')
