import type { Objective, Part } from '../../domain/planning/objective.ts'
import type { PlannedOperation } from '../../domain/planning/problem.ts'

export interface PlanOptions {
  /** Same seed, iterations and workers: same plan, byte for byte. */
  readonly seed: number
  /** Of each worker; where it is of time, only its iterations can be repeated. */
  readonly budget: Budget
  /** Threads that search; absent: 1. */
  readonly workers?: number
  /** Absent: what is late before what moves before what is set up before what is long. */
  readonly objective?: Objective
  /** Stops the search; what was found counts. */
  readonly signal?: AbortSignal
}

/** `cpuMs`: time on a processor, whatever else the machine does meanwhile. */
export type Budget =
  | { readonly iterations: number }
  | { readonly ms: number }
  | { readonly cpuMs: number }

export interface PlanProgress {
  readonly best: readonly PlannedOperation[]
  readonly parts: Readonly<Record<Part, number>>
  /** No plan is done earlier: the longest order, or the work of a machine that nothing else can do. */
  readonly bound: number
  /** Of all workers. */
  readonly iteration: number
}
