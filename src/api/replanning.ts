import { setTimeout as delay } from 'node:timers/promises'
import type { EventStore } from '../commands/event-store.ts'
import type { Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import type { Clock } from '../commands/ports.ts'
import type { Checkpoints } from '../commands/policy.ts'
import { isRejection } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import type { PlanContent } from '../projections/planning/plan-content.ts'
import { planningRulesTable } from '../projections/planning/planning-rules.ts'
import type { ReadModels } from '../projections/read-models.ts'
import { createOverruns, downNow } from './overruns.ts'
import type { Planner } from './planner.ts'
import { CONCERNS, createRelevance } from './replanning-facts.ts'

/** Facts come in bursts: it is planned when none came for a while, or the first has waited long. */
const QUIET_MS = 5_000
const LONGEST_MS = 60_000
const LOOK_MS = 500
/** Between two looks at machines that are down. */
const STOPS_MS = 30_000
/** Read models are waited for less long before a plan is made. */
const UNSURE_MS = 10_000
const NAME = 'replanning'

export interface ReplanningDeps {
  readonly store: EventStore
  readonly checkpoints: Checkpoints
  readonly reads: ReadModels
  readonly planner: Planner
  /** In the name of Taktlog itself. */
  readonly execute: Execute
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly quietMs?: number
  readonly stopsMs?: number
}

interface Pending {
  readonly since: number
  last: number
  /** What came first, and how it is told to people. */
  readonly id: string
  readonly cause: string
  /** What came last; null: something that no plan in force has. */
  latest: Recorded | null
  /** How many in all. */
  facts: number
}

/**
 * When shifts, absences, stops, orders, material or prices of energy change at a site that wants it and has a plan in
 * force, or a machine is down longer than the plan takes it to be, then plan anew, repaired first. People accept; a promise that flips is told at once. The
 * checkpoint moves when the request is recorded, so a crash costs one plan more and loses none.
 */
export async function runReplanning(deps: ReplanningDeps): Promise<void> {
  const { store, checkpoints, signal } = deps
  const pending = new Map<string, Pending>()
  let position = await checkpoints.load(NAME)
  let saved = position
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])
  const relevance = createRelevance(deps.reads, await downNow(deps.reads))
  const overruns = createOverruns(deps)
  const follow = async (): Promise<void> => {
    const types = CONCERNS
    for await (const batch of store.subscribe({ after: position, types, signal: until })) {
      for (const fact of await relevance.relevant(batch.facts)) note(pending, fact)
      position = batch.position
    }
  }
  const plan = async (): Promise<void> => {
    while (!until.aborted) {
      const upTo = position
      const due = [...pending].filter(([, one]) => isDue(one, deps.quietMs ?? QUIET_MS))
      for (const [site, one] of due) {
        pending.delete(site)
        const again = await replan(site, one, deps)
        if (again && !pending.has(site)) pending.set(site, { ...one, last: performance.now() })
      }
      if (pending.size === 0 && upTo > saved) {
        await checkpoints.save(NAME, upTo)
        saved = upTo
      }
      await delay(LOOK_MS, undefined, { signal: until, ref: false }).catch(() => {})
    }
  }
  const watchStops = async (): Promise<void> => {
    for (;;) {
      // First of all what was recorded meanwhile is read: some may be back.
      await delay(deps.stopsMs ?? STOPS_MS, undefined, { signal: until, ref: false }).catch(
        () => {},
      )
      if (until.aborted) return
      for (const { site, id, cause } of await overruns(relevance.down())) {
        const now = performance.now()
        const one = { since: now, last: now, id, cause, latest: null, facts: 1 }
        if (!pending.has(site)) pending.set(site, one)
      }
    }
  }
  try {
    await Promise.all([follow(), plan(), watchStops()])
  } finally {
    ending.abort()
  }
}

function note(pending: Map<string, Pending>, fact: Recorded): void {
  const now = performance.now()
  const { site } = fact.metadata
  const known = pending.get(site)
  if (known) {
    known.last = now
    known.facts++
    known.latest = fact
  } else {
    const cause = `${fact.type} at ${fact.metadata.occurredAt}`
    pending.set(site, { since: now, last: now, id: fact.id, cause, latest: fact, facts: 1 })
  }
}

function isDue({ since, last }: Pending, quietMs: number): boolean {
  const now = performance.now()
  return now - last >= quietMs || now - since >= LONGEST_MS
}

/** Whether the plan was made with a fact; where nobody can say exactly, only if the fact is clearly older. */
const isIn = (
  { position, startsAt }: Pick<PlanContent, 'position' | 'startsAt'>,
  fact: Recorded,
): boolean =>
  position === null
    ? Date.parse(fact.recordedAt) < Date.parse(startsAt) - UNSURE_MS
    : fact.position <= position

/** @returns true where it has to be asked for again, for there is no place for another search now */
async function replan(site: string, pending: Pending, deps: ReplanningDeps): Promise<boolean> {
  const { reads, planner, execute } = deps
  const { id, cause, facts, latest } = pending
  const [rules] = await reads.byKey(planningRulesTable, [site], [site])
  const { plan } = await planner.contents.inForce(site)
  // What was recorded before the plan in force was made is in it.
  if (!rules?.rules?.automatic || !plan || (latest && isIn(plan, latest))) return false
  const more = facts > 1 ? `, and ${facts - 1} more` : ''
  const wish = {
    ...{ site, actor: 'system', source: 'policy' },
    commandId: uuid5(`${NAME}/${id}/${facts}`),
    reason: `${cause}${more}`,
  }
  const outcome = await planner.request(wish, execute)
  if (!isRejection(outcome)) return false
  if (outcome.rejected === 'TooManySearches') return true
  throw new Error(outcome.why)
}
