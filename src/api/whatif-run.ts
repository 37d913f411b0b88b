import { availableParallelism } from 'node:os'
import { Repeater } from 'graphql-yoga'
import type { Policy, RuleName } from '../domain/planning/simulation/policy.ts'
import { SIMULATION_VERSION } from '../domain/planning/simulation/simulated.ts'
import type { Scenario } from '../commands/whatif/scenario.ts'
import { compareScenarios } from '../projections/planning/compare-scenarios.ts'
import {
  questionKey,
  type RunOf,
  type RunQuestion,
  type RunResult,
} from '../projections/planning/scenario-runs.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { calibrationOf } from './forecast-calibration.ts'
import { forksOf } from './fork-at.ts'
import { PolicyRef, ResultRef, RuleRef } from './whatif-result.ts'
import { MAX_RUNS, takePlace } from './simulation-places.ts'
import { visible } from './whatif.ts'

/** Intervals of 1,000 are narrow enough for any decision; more keep the processors busy for nothing. */
const MAX_REPLICATIONS = 1_000
/** Re-planning searches anew in every replication. */
const MAX_REPLANNED = 50
const MAX_HORIZON_DAYS = 60
const DAY_SECONDS = 86_400

interface Progress {
  readonly done: number
  readonly total: number
  readonly result: RunResult | null
}

const ProgressRef = builder.objectRef<Progress>('ScenarioRun').implement({
  description: 'A simulation as it goes on; the last one has the result.',
  fields: (t) => ({
    done: t.exposeInt('done', { description: 'Replications played.' }),
    total: t.exposeInt('total', { description: 'Of so many, base and scenario together.' }),
    result: t.expose('result', { type: ResultRef, nullable: true, description: 'At the end.' }),
  }),
})

export const within = (name: string, value: number, most: number): number => {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw apiError('InvalidInput', `${name} ${value} is not between 1 and ${most}.`)
}

const policyOf = (kind: Policy['kind'], rule: RuleName): Policy =>
  kind === 'keep'
    ? { kind }
    : kind === 'rule'
      ? { kind, rule }
      : { kind, everySeconds: 8 * 3_600, iterations: 2_000 }

/** @throws GraphQLError where the two do not begin alike */
async function comparable(id: string, scenario: Scenario, context: Context): Promise<Scenario> {
  const other = await visible(id, context)
  if (!other) throw apiError('InvalidInput', `against ${id}: no such scenario.`)
  const { site, position } = scenario
  if (other.site === site && other.position === position) return other
  throw apiError(
    'InvalidInput',
    `against ${id} begins at position ${other.position} of site ${other.site}, not at ${position} of ${site}.`,
  )
}
const runOf = ({ scenarioId, createdAt }: Scenario): RunOf => ({ scenarioId, createdAt })

const ruleOf = (policy: Policy): string | null => (policy.kind === 'rule' ? policy.rule : null)

interface Run {
  readonly context: Context
  readonly simulate: NonNullable<Context['simulate']>
  readonly policy: Policy
  readonly basePolicy: Policy
  readonly against: Scenario | null
  readonly signal: AbortSignal
}

/** Plays both, unless it was played before. Null where the signal aborts. */
async function played(
  scenario: Scenario,
  question: RunQuestion,
  run: Run,
  onProgress: (done: number) => void,
): Promise<RunResult | null> {
  const { context, simulate, policy, basePolicy, against, signal } = run
  const known = await context.scenarioRuns?.list(scenario)
  const same = known?.find((one) => questionKey(one) === questionKey(question))
  if (same?.version === SIMULATION_VERSION) return same
  const { site, at, position } = scenario
  const { base, assumed, power, findings } = await forksOf(context, scenario, against)
  onProgress(0)
  const compared = await compareScenarios(base, assumed, {
    ...{ simulate, policy, basePolicy, signal, onProgress },
    replications: question.replications,
    horizonSeconds: question.horizonDays * DAY_SECONDS,
    workers: Math.max(1, availableParallelism() - 1),
  })
  if (!compared) return null
  const calibration = await calibrationOf(context, base, {
    ...{ site, at, policy: basePolicy, simulate, signal },
  })
  if (signal.aborted) return null
  const result: RunResult = {
    ...{ ...question, ...compared, calibration, position, version: SIMULATION_VERSION },
    ...{ fittedTo: base.samples, failures: base.failures, ranAt: context.clock.now() },
    ...{ power, findings },
  }
  await context.scenarioRuns?.save(scenario, result)
  return result
}

builder.subscriptionField('scenarioRun', (t) =>
  t.field({
    type: ProgressRef,
    description:
      'Simulates a scenario and history going on as it is, replication by replication with the same chance, on ' +
      'threads of their own. Ending the subscription cancels it. What was played before under the same question is ' +
      `answered at once. At most ${MAX_RUNS} run at a time.`,
    args: {
      scenarioId: t.arg.id({ required: true, description: 'Which one.' }),
      replications: t.arg.int({ defaultValue: 200, description: `Up to ${MAX_REPLICATIONS}.` }),
      horizonDays: t.arg.int({ defaultValue: 7, description: `Up to ${MAX_HORIZON_DAYS}.` }),
      policy: t.arg({
        type: PolicyRef,
        defaultValue: 'keep',
        description: 'How the floor of the scenario decides.',
      }),
      rule: t.arg({ type: RuleRef, defaultValue: 'atcs', description: 'For RULE.' }),
      basePolicy: t.arg({
        type: PolicyRef,
        description: 'How the floor of the base decides; as that of the scenario if absent.',
      }),
      against: t.arg.id({
        description:
          'Another scenario of the same site and position, in place of history going on as it is.',
      }),
      baseRule: t.arg({ type: RuleRef, defaultValue: 'atcs', description: 'For RULE.' }),
    },
    subscribe: async (_, args, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site: null })
      const scenario = await visible(args.scenarioId, context)
      if (!scenario) throw apiError('InvalidInput', `scenarioId ${args.scenarioId}: no such one.`)
      const against =
        args.against == null ? null : await comparable(args.against, scenario, context)
      const { simulate } = context
      if (!simulate) throw apiError('InvalidInput', 'nothing is simulated here.')
      const policy = policyOf(args.policy ?? 'keep', args.rule ?? 'atcs')
      const basePolicy =
        args.basePolicy == null ? policy : policyOf(args.basePolicy, args.baseRule ?? 'atcs')
      const replans = policy.kind === 'replan' || basePolicy.kind === 'replan'
      const most = replans ? MAX_REPLANNED : MAX_REPLICATIONS
      const replications = within('replications', args.replications ?? 200, most)
      const days = within('horizonDays', args.horizonDays ?? 7, MAX_HORIZON_DAYS)
      const floor = { policy: policy.kind, rule: ruleOf(policy) }
      const base = { policy: basePolicy.kind, rule: ruleOf(basePolicy) }
      const isOther = base.policy !== floor.policy || base.rule !== floor.rule
      const question: RunQuestion = {
        ...{ replications, horizonDays: days, ...floor },
        ...(isOther ? { base } : {}),
        ...(against ? { against: runOf(against) } : {}),
      }
      const total = 2 * replications
      return new Repeater<Progress>(async (push, stop) => {
        const leave = takePlace(context)
        const ended = new AbortController()
        void stop.then(() => ended.abort())
        try {
          const run = { context, simulate, policy, basePolicy, against, signal: ended.signal }
          const result = await played(scenario, question, run, (done) => {
            void push({ done, total, result: null })
          })
          if (result) await push({ done: total, total, result })
        } finally {
          leave()
        }
        stop()
      })
    },
    resolve: (progress) => progress,
  }),
)
