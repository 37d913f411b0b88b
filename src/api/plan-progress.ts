import { planProgress, type Broadcast, type PlanProgress } from '../commands/planning/progress.ts'
import type { Keyed } from '../projections/projection.ts'
import type { PlanRow } from '../projections/planning/plans.ts'

/** How searches go on, here and in other processes. */
export interface Progress {
  /** As it was last heard of here. */
  readonly of: (planId: string) => PlanProgress | null
  /** Site of a plan that is, or was lately, searched for here. */
  readonly siteOf: (planId: string) => string | null
  /** Calls back as searches go on anywhere; answers with the way to stop. */
  readonly onProgress: (listener: (progress: PlanProgress) => void) => () => void
  readonly begin: (site: string, progress: PlanProgress) => void
  readonly tell: (progress: PlanProgress) => void
  readonly close: () => void
}

const KEPT = 100
/** Searches under way are told of again: whoever begins to listen waits no longer. */
const REPEAT_MS = 500

/** @param isSearching whether this process searches for a plan */
export function createProgress(
  broadcast: Broadcast,
  isSearching: (planId: string) => boolean,
): Progress {
  const listeners = new Set<(progress: PlanProgress) => void>()
  const known = new Map<string, { readonly site: string; readonly progress: PlanProgress }>()
  let deaf = (): void => {}
  let repeating: NodeJS.Timeout | undefined

  const toOthers = (progress: PlanProgress): void => broadcast.tell(JSON.stringify(progress))
  const toHere = (progress: PlanProgress): void => {
    for (const listener of listeners) listener(progress)
  }
  const repeat = (): void => {
    const under = [...known.values()].filter(({ progress }) => isSearching(progress.planId))
    for (const { progress } of under) toOthers(progress)
    if (under.length > 0) return
    clearInterval(repeating)
    repeating = undefined
  }
  const keep = (site: string, progress: PlanProgress): void => {
    known.delete(progress.planId)
    known.set(progress.planId, { site, progress })
    const [oldest] = known.keys()
    if (known.size > KEPT) known.delete(oldest!)
    toHere(progress)
  }
  const heard = (text: string): void => {
    const said = planProgress.safeParse(parsed(text))
    if (said.success && !isSearching(said.data.planId)) toHere(said.data)
  }

  return {
    of: (planId) => known.get(planId)?.progress ?? null,
    siteOf: (planId) => known.get(planId)?.site ?? null,
    onProgress(listener) {
      listeners.add(listener)
      if (listeners.size === 1) deaf = broadcast.hear(heard)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) deaf()
      }
    },
    begin(site, progress) {
      keep(site, progress)
      repeating ??= setInterval(repeat, REPEAT_MS).unref()
    },
    tell(progress) {
      const { site } = known.get(progress.planId) ?? {}
      if (site !== undefined) keep(site, progress)
    },
    close() {
      clearInterval(repeating)
      deaf()
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What the read model says of a search that is over; null while it goes on. */
export function endOf({ key, status, proposals }: Keyed<PlanRow>): PlanProgress | null {
  const improved = proposals.IMPROVED
  if (improved) {
    const { iteration, bound, costs } = improved
    return { planId: key, status: 'PROPOSED', iteration, bound, costs }
  }
  // A rejected one may have been rejected while it was searched for.
  return status === 'FAILED' || status === 'REJECTED'
    ? { planId: key, status: 'FAILED', iteration: 0, bound: null, costs: {} }
    : null
}
