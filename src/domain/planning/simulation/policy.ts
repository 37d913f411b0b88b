import { compile } from '../compile.ts'
import { createDecoder, heldBack } from '../decoder.ts'
import { dispatch, dispatchRules, type Sequence } from '../dispatch.ts'
import type { Compiled } from '../compile.ts'
import type { Problem } from '../problem.ts'
import { currentPlan } from '../starts.ts'
import { createChance } from './chance.ts'
import { dispatching } from './dispatching.ts'
import { graphOfPlan, keepSequence, type Play } from './keep-sequence.ts'
import { replanning } from './replanning.ts'
import { rankOf } from './run.ts'
import type { Variation } from './variation.ts'

export type RuleName = keyof typeof dispatchRules

/** How the floor decides what comes next. */
export type Policy =
  /** The plan's order on every machine, whatever happens. */
  | { readonly kind: 'keep' }
  /** The best of those that wait, by a rule. */
  | { readonly kind: 'rule'; readonly rule: RuleName }
  /** A new plan every so often, of so many iterations. */
  | { readonly kind: 'replan'; readonly everySeconds: number; readonly iterations: number }

/** All that one simulation needs; can be handed to another thread. */
export interface Study {
  readonly problem: Problem
  /** Whose plan is played; absent: its own. */
  readonly planOf?: Problem
  readonly variation: Variation
  readonly policy: Policy
  /** Two studies of one seed differ by what they assume, not by chance. */
  readonly seed: number
}

export function playOf(
  compiled: Compiled,
  { variation, policy, seed }: Pick<Study, 'variation' | 'policy' | 'seed'>,
): Play {
  const chance = createChance(compiled, variation, seed)
  switch (policy.kind) {
    case 'keep': {
      const { order, modes } = planToKeep(compiled)
      const hold = heldBack(compiled)
      const schedule = createDecoder(compiled)(order, modes, hold)
      const graph = graphOfPlan(compiled, schedule, rankOf(order), hold.from)
      return keepSequence(compiled, graph, chance)
    }
    case 'rule':
      return dispatching(compiled, dispatchRules[policy.rule], chance)
    case 'replan':
      return replanning(compiled, planToKeep(compiled), chance, { ...policy, seed })
  }
}

/** The current plan; where there is none, what the rule of apparent tardiness cost makes of it. */
function planToKeep(compiled: Compiled): Sequence {
  const byRule = dispatch(compiled, dispatchRules.atcs)
  return currentPlan(compiled, byRule) ?? byRule
}

/** What is played: a rule asks for no plan. */
export const problemOf = ({ problem, planOf, policy }: Study): Problem =>
  planOf && policy.kind !== 'rule' ? withPlanOf(problem, planOf) : problem

/**
 * The problem with the plan of another one, so that both are played by the same plan. Operations that only
 * this one has come first where they come to.
 */
export function withPlanOf(problem: Problem, other: Problem): Problem {
  const compiled = compile(other)
  const { order, modes } = planToKeep(compiled)
  const { scheduled, start, mode } = createDecoder(compiled)(order, modes, heldBack(compiled))
  const planned = new Map<string, { start: number; equipment: string; notBefore?: number }>()
  let at = 0
  for (const { id, operations } of other.orders)
    for (const operation of operations) {
      const { equipment } = operation.modes[mode[at]!]!
      const { notBefore } = operation.planned ?? {}
      const held = notBefore === undefined ? {} : { notBefore }
      if (scheduled[at])
        planned.set(`${id}/${operation.id}`, { start: start[at]!, equipment, ...held })
      at++
    }
  return {
    ...problem,
    orders: problem.orders.map((one) => ({
      ...one,
      operations: one.operations.map((operation) => {
        const { equipment = null, ...plan } = planned.get(`${one.id}/${operation.id}`) ?? {
          start: (one.release ?? 0) - 1,
        }
        const same = operation.modes.findIndex((mode) => mode.equipment === equipment)
        return { ...operation, planned: { mode: Math.max(same, 0), ...plan } }
      }),
    })),
  }
}
