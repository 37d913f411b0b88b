import { setTimeout as delay } from 'node:timers/promises'
import type { Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import type { Leases } from '../commands/leases.ts'
import { isRejection } from '../domain/decider.ts'
import { planDecider } from '../domain/planning/plan-decider.ts'
import { plans } from '../projections/planning/plans.ts'
import type { ReadModels } from '../projections/read-models.ts'
import type { Planner } from './planner.ts'

/** Far longer than a search takes to get its lease, also again after the database was away. */
const LOOK_MS = 30_000
/** A lease that is not free by then is somebody's. */
const PATIENCE_MS = 2_000
/** Plans looked at in one round; the rest follows in the next. */
const MOST = 100
const AGAIN_MS = 1_000

const leaseOf = (planId: string): string => `plan ${planId}`

/** Works at once, and holds the lease of the plan as far as it can be had: the sign that somebody is at it. */
export async function heldWhile(
  leases: Leases,
  planId: string,
  work: () => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  const holding = hold(leases, planId, over.signal)
  try {
    await work()
  } finally {
    over.abort()
    await holding
  }
}

async function hold(leases: Leases, planId: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await leases.hold(leaseOf(planId), over, ended).catch(() => {})
    await pause(AGAIN_MS, over)
  }
}

const ended = (held: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (held.aborted) resolve()
    else held.addEventListener('abort', () => resolve(), { once: true })
  })

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => {})

export interface AbandonedDeps {
  readonly leases: Leases
  readonly reads: Pick<ReadModels, 'page'>
  readonly planner: Pick<Planner, 'isSearching'>
  /** In the name of Taktlog itself. */
  readonly execute: Execute
  readonly signal: AbortSignal
  readonly lookMs?: number
}

/** Plans whose process ended during the search have failed: known when their lease is free twice in a row. */
export async function failAbandonedPlans(deps: AbandonedDeps): Promise<void> {
  const { reads, planner, signal, lookMs = LOOK_MS } = deps
  let free = new Set<string>()
  while (!signal.aborted) {
    const { rows } = await reads.page(
      plans,
      {
        where: [{ column: 'status', op: '=', value: 'REQUESTED' }],
        orderBy: { column: 'requestedAt', direction: 'asc' },
        first: MOST,
      },
      null,
    )
    const now = new Set<string>()
    for (const { row } of rows)
      if (!planner.isSearching(row.key) && (await isFree(row, free.has(row.key), deps)))
        now.add(row.key)
    free = now
    await pause(lookMs, signal)
  }
}

/** Whether nobody has the lease of the plan; where nobody had it before either, the plan is given up. */
async function isFree(
  { key: planId, site }: { readonly key: string; readonly site: string },
  wasFree: boolean,
  { leases, execute, signal }: AbandonedDeps,
): Promise<boolean> {
  let found = false
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  await leases.hold(leaseOf(planId), patience, async () => {
    found = true
    if (!wasFree) return
    const outcome = await execute(
      planDecider,
      { type: 'AbandonPlan', planId, reason: 'The process that searched for it has ended.' },
      {
        commandId: uuid5(`${planId}/abandon`),
        ...{ actor: 'system', site, source: 'policy' },
      },
    )
    if (isRejection(outcome)) throw new Error(outcome.why)
  })
  return found
}
