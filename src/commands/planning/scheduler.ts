import type { PlannedOperation, Problem } from '../../domain/planning/problem.ts'

/** A plan that was found, and how good it is. */
export interface FoundPlan {
  readonly best: readonly PlannedOperation[]
  /** By part of the objective. */
  readonly parts: Readonly<Record<string, number>>
  /** No plan is done earlier, seconds after it begins. */
  readonly bound: number
  readonly iteration: number
}

/**
 * Makes plans without holding up the caller: the first answer at once, then every better one. The same
 * problem, seed, iterations and workers give the same plans.
 */
export type Scheduler = (
  problem: Problem,
  options: {
    readonly seed: number
    readonly budget: { readonly iterations: number }
    readonly workers: number
    readonly signal: AbortSignal
  },
) => AsyncIterable<FoundPlan>

/**
 * What a plan has to be computed again with, beside its problem, seed, iterations and workers. Raised with every
 * change of decoder, search or objective by which the same problem may get another plan, before it is released;
 * a change of how the problem is made shows in its hash instead.
 * 1: before, of which the last plans already have moves to any place. 2: operations wait for cheaper energy.
 */
export const SCHEDULER_VERSION = 2
