import { capacityLoad, type Load, type ResourceGroup } from '../../domain/planning/capacity.ts'
import { compile } from '../../domain/planning/compile.ts'
import { gainsWithout, type Gain } from '../../domain/planning/counterfactual.ts'
import { levelled, type Levelling } from '../../domain/planning/levelling.ts'
import type { SolveLinear } from '../../domain/planning/linear-program.ts'
import type { Order, PlannedOperation, Problem, Span } from '../../domain/planning/problem.ts'
import type { ScheduledOperation } from '../../domain/planning/plan-text.ts'
import { promises, type Promised, type Promises } from '../../domain/planning/promise.ts'
import { repaired } from '../../domain/planning/repair.ts'
import { roughCut } from '../../domain/planning/rough-cut.ts'
import { plannedOperations } from '../../domain/planning/schedule.ts'
import { shortages, type Shortage } from '../../domain/planning/shortages.ts'
import { whyLate, type Explanation } from '../../domain/planning/why-late.ts'
import { checkMove, type CheckedMove, type MoveWish } from './check-move.ts'
import { horizonOf } from './seconds.ts'

/** A problem, and the plan for it that is asked about. */
interface Planned {
  readonly problem: Problem
  readonly rows: readonly PlannedOperation[]
}
export interface CapacityQuestion extends Planned {
  readonly groups: readonly ResourceGroup[]
  /** By time, each after the one before. */
  readonly buckets: readonly Span[]
}

export interface MoveQuestion {
  readonly problem: Problem
  /** Of the horizon of the problem: its first second, ISO-8601, and its length. */
  readonly at: string
  readonly seconds: number
  readonly plan: readonly ScheduledOperation[]
  readonly wish: MoveWish
}

/**
 * What takes too long to be reckoned between two other requests: plain data in, plain data out, so that a
 * thread can do it.
 */
export const answersWith = (solve: SolveLinear) => ({
  /** Of each plan only the rows of the new order. */
  promise({ problem, order }: { readonly problem: Problem; readonly order: Order }): Promises {
    const { inGaps, first, inTime } = promises(problem, asItStands(problem), order)
    const own = (one: Promised | null) =>
      one && { ...one, rows: one.rows.filter((row) => row.order === order.id) }
    return { inGaps: own(inGaps), first: own(first), inTime: own(inTime) }
  },
  capacity({ problem, rows, groups, buckets }: CapacityQuestion): Capacity {
    const compiled = compile(problem)
    const schedule = roughCut(compiled, rows)
    return {
      loads: capacityLoad(compiled, schedule, groups, buckets),
      shortages: shortages(compiled, schedule),
    }
  },
  levelling({ problem, rows, groups, buckets }: CapacityQuestion): Promise<Levelling> {
    const compiled = compile(problem)
    return levelled({ compiled, schedule: roughCut(compiled, rows), groups, buckets }, solve)
  },
  whyLate: ({ problem, rows, order }: Planned & { readonly order: string }): Explanation | null =>
    whyLate(compile(problem), rows, order),
  move: ({ problem, at, seconds, plan, wish }: MoveQuestion): CheckedMove | string =>
    checkMove({ problem, horizon: horizonOf(at, seconds * 1_000) }, plan, wish),
  gains: ({ problem, rows, order }: Planned & { readonly order: string }): readonly Gain[] | null =>
    gainsWithout(problem, rows, order),
})

export interface Capacity {
  readonly loads: readonly Load[]
  readonly shortages: readonly Shortage[]
}

export type Answers = ReturnType<typeof answersWith>
export type QuestionOf<K extends keyof Answers> = Parameters<Answers[K]>[0]
export type AnswerOf<K extends keyof Answers> = Awaited<ReturnType<Answers[K]>>

/**
 * Answers on a thread; the caller's stays free. Some are answered at one time, some wait.
 * @throws TooManyQuestions when too many wait already; QuestionGivenUp when the signal aborts
 */
export type AskPlanning = <K extends keyof Answers>(
  kind: K,
  question: QuestionOf<K>,
  signal?: AbortSignal,
) => Promise<AnswerOf<K>>

export class TooManyQuestions extends Error {}
export class QuestionGivenUp extends Error {}

/** The plan in force moved as little as what happened since asks for: that delay is not the new order's. */
function asItStands(problem: Problem): readonly PlannedOperation[] {
  const compiled = compile(problem)
  const repair = repaired(compiled)
  return repair ? plannedOperations(compiled, repair.schedule) : []
}
