import { availableParallelism } from 'node:os'
import { Repeater } from 'graphql-yoga'
import type { Policy, RuleName } from '../domain/planning/simulation/policy.ts'
import { dispatchRules } from '../domain/planning/dispatch.ts'
import { measures } from '../domain/planning/simulation/measure.ts'
import type { Estimate } from '../domain/planning/simulation/intervals.ts'
import { calibrate, type Calibration } from '../projections/planning/backtest.ts'
import {
  compareScenarios,
  forecasts,
  type Compared,
  type ComparedKpi,
  type ComparedOrder,
  type Forecast,
  type MovedOperation,
} from '../projections/planning/compare-scenarios.ts'
import type { Fork } from '../projections/planning/fork.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { assumedFork, forkAt } from './fork-at.ts'
import { visible } from './whatif.ts'

/** Intervals of 1,000 are narrow enough for any decision; more keep the processors busy for nothing. */
const MAX_REPLICATIONS = 1_000
/** Re-planning searches anew in every replication. */
const MAX_REPLANNED = 50
const MAX_HORIZON_DAYS = 60
const DAY_SECONDS = 86_400
/** How far back forecasts are held against what happened. */
const BACKTEST_DAYS = 7
const BACKTEST_REPLICATIONS = 200
/** Answers hold so many operations that moved; `movedCount` tells all. */
const MAX_MOVED = 500

const MeasureRef = builder.enumType('SimulatedMeasure', {
  description: 'What a simulation tells of each replication.',
  values: Object.fromEntries(
    measures.map((name) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      { value: name, description: 'Within the horizon; hours and kWh as named, shares of 1.' },
    ]),
  ),
})

export const EstimateRef = builder.objectRef<Estimate>('SimulatedEstimate').implement({
  description: 'Mean over the replications, with the half width of its 95 % interval.',
  fields: (t) => ({
    mean: t.exposeFloat('mean', { nullable: true, description: 'Null: nothing to tell.' }),
    halfWidth: t.exposeFloat('halfWidth', { nullable: true, description: 'Null: one value only.' }),
  }),
})

const KpiRef = builder.objectRef<ComparedKpi>('ComparedKpi').implement({
  description: 'One measure in the base and in the scenario.',
  fields: (t) => ({
    measure: t.field({ type: MeasureRef, description: 'Which.', resolve: (k) => k.measure }),
    base: t.expose('base', { type: EstimateRef, description: 'History going on as it is.' }),
    scenario: t.expose('scenario', { type: EstimateRef, description: 'With what is assumed.' }),
    difference: t.expose('difference', {
      type: EstimateRef,
      description: 'Scenario less base, by pairs with the same chance: narrower than either.',
    }),
  }),
})

const ForecastRef = builder.objectRef<Forecast>('CompletionForecast').implement({
  description: 'When an order is done, in 10, 50 and 90 % of the replications. Null: in fewer.',
  fields: (t) => ({
    p10: t.expose('p10', { type: 'DateTime', nullable: true, description: 'In 10 % by then.' }),
    p50: t.expose('p50', { type: 'DateTime', nullable: true, description: 'In 50 % by then.' }),
    p90: t.expose('p90', { type: 'DateTime', nullable: true, description: 'In 90 % by then.' }),
    onTime: t.exposeFloat('onTime', {
      nullable: true,
      description: 'Share in which it is in time; null without a due date.',
    }),
  }),
})

const OrderRef = builder.objectRef<ComparedOrder>('ComparedOrder').implement({
  description: 'An order in the base and in the scenario; null where it is in one of both only.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Order.' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: 'When it is due.' }),
    base: t.expose('base', { type: ForecastRef, nullable: true, description: 'As it is.' }),
    scenario: t.expose('scenario', { type: ForecastRef, nullable: true, description: 'Assumed.' }),
    flips: t.exposeBoolean('flips', {
      description: 'Rather in time in one, rather late in the other.',
    }),
  }),
})

const MovedRef = builder.objectRef<MovedOperation>('MovedByScenario').implement({
  description: 'An operation that starts at another time, where nothing varies.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Order.' }),
    operationId: t.exposeID('operationId', { description: 'Operation of it.' }),
    baseStart: t.expose('baseStart', { type: 'DateTime', description: 'As it is.' }),
    scenarioStart: t.expose('scenarioStart', { type: 'DateTime', description: 'Assumed.' }),
  }),
})

const CalibrationRef = builder.objectRef<Calibration>('ForecastCalibration').implement({
  description:
    'How good forecasts were: made as of seven days ago, knowing nothing later, and held against what happened.',
  fields: (t) => ({
    orders: t.exposeInt('orders', { description: 'Orders open then that can be judged now.' }),
    coverage80: t.exposeFloat('coverage80', {
      nullable: true,
      description: 'Share that was done between p10 and p90; 0.8 where forecasts are right.',
    }),
    biasHours: t.exposeFloat('biasHours', {
      nullable: true,
      description: 'Mean of actual less p50: above 0, things come later than forecast.',
    }),
    meanError: t.exposeFloat('meanError', {
      nullable: true,
      description: 'Mean error of the time to completion, as a share of it.',
    }),
    nullReason: t.exposeString('nullReason', { nullable: true, description: 'Why not.' }),
  }),
})

interface Progress {
  readonly done: number
  readonly total: number
  readonly result: (Compared & { readonly calibration: Calibration; readonly fork: Fork }) | null
}

const ResultRef = builder
  .objectRef<NonNullable<Progress['result']>>('ScenarioComparison')
  .implement({
    description: 'A scenario against history going on as it is.',
    fields: (t) => ({
      replications: t.exposeInt('replications', { description: 'Of each.' }),
      kpis: t.expose('kpis', { type: [KpiRef], description: 'All measures.' }),
      orders: t.expose('orders', { type: [OrderRef], description: 'All open orders, by id.' }),
      movedCount: t.int({
        description: 'Operations that start at another time.',
        resolve: ({ moved }) => moved.length,
      }),
      moved: t.field({
        type: [MovedRef],
        description: `The first ${MAX_MOVED} of them.`,
        resolve: ({ moved }) => moved.slice(0, MAX_MOVED),
      }),
      calibration: t.expose('calibration', {
        type: CalibrationRef,
        description: 'How far such forecasts were right in the last seven days.',
      }),
      fittedTo: t.int({
        description: 'Operations of the last 90 days that durations are fitted to.',
        resolve: ({ fork }) => fork.samples,
      }),
      failures: t.int({
        description: 'Failures of the last 90 days that breakdowns are fitted to.',
        resolve: ({ fork }) => fork.failures,
      }),
      findings: t.stringList({
        description: 'What had to be left out or assumed for planning.',
        resolve: ({ fork }) => fork.findings.map(({ why }) => why),
      }),
    }),
  })

const ProgressRef = builder.objectRef<Progress>('ScenarioRun').implement({
  description: 'A simulation as it goes on; the last one has the result.',
  fields: (t) => ({
    done: t.exposeInt('done', { description: 'Replications played.' }),
    total: t.exposeInt('total', { description: 'Of so many, base and scenario together.' }),
    result: t.expose('result', { type: ResultRef, nullable: true, description: 'At the end.' }),
  }),
})

const PolicyRef = builder.enumType('FloorPolicy', {
  description: 'How the floor decides what comes next.',
  values: {
    KEEP: { value: 'keep', description: 'The order of the plan, whatever happens.' },
    RULE: { value: 'rule', description: 'A dispatch rule.' },
    REPLAN: { value: 'replan', description: 'A new plan every shift of eight hours.' },
  } as const,
})
const RuleRef = builder.enumType('DispatchRule', {
  description: 'What a machine takes next.',
  values: Object.fromEntries(
    Object.keys(dispatchRules).map((name) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      { value: name, description: `Rule ${name}.` },
    ]),
  ) as Record<string, { value: RuleName; description: string }>,
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

/** Forecasts as of days ago against what happened since. */
async function backtest(now: Fork, at: string, site: string, run: Run): Promise<Calibration> {
  const { context, policy, simulate, signal } = run
  const then = new Date(Date.parse(at) - BACKTEST_DAYS * DAY_SECONDS * 1_000).toISOString()
  const position = await context.reads.positionAt(then)
  const past = await forkAt(context, { site, at: then, position })
  const horizonSeconds = BACKTEST_DAYS * DAY_SECONDS
  const study = { problem: past.problem, variation: past.variation, policy, seed: 1 }
  const found = await simulate(study, {
    ...{ replications: BACKTEST_REPLICATIONS, horizonSeconds, signal },
  })
  const none = new Map<string, Forecast>()
  return calibrate(found ? forecasts(past, found) : none, now.orders, { at: then, now: at })
}

interface Run {
  readonly context: Context
  readonly simulate: NonNullable<Context['simulate']>
  readonly policy: Policy
  readonly signal: AbortSignal
}

builder.subscriptionField('scenarioRun', (t) =>
  t.field({
    type: ProgressRef,
    description:
      'Simulates a scenario and history going on as it is, replication by replication with the same chance, on ' +
      'threads of their own. Ending the subscription cancels it.',
    args: {
      scenarioId: t.arg.id({ required: true, description: 'Which one.' }),
      replications: t.arg.int({ defaultValue: 200, description: `Up to ${MAX_REPLICATIONS}.` }),
      horizonDays: t.arg.int({ defaultValue: 7, description: `Up to ${MAX_HORIZON_DAYS}.` }),
      policy: t.arg({
        type: PolicyRef,
        defaultValue: 'keep',
        description: 'How the floor decides.',
      }),
      rule: t.arg({ type: RuleRef, defaultValue: 'atcs', description: 'For RULE.' }),
    },
    subscribe: async (_, args, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site: null })
      const scenario = await visible(args.scenarioId, context)
      if (!scenario) throw apiError('InvalidInput', `scenarioId ${args.scenarioId}: no such one.`)
      const { simulate } = context
      if (!simulate) throw apiError('InvalidInput', 'nothing is simulated here.')
      const policy = policyOf(args.policy ?? 'keep', args.rule ?? 'atcs')
      const most = policy.kind === 'replan' ? MAX_REPLANNED : MAX_REPLICATIONS
      const replications = within('replications', args.replications ?? 200, most)
      const days = within('horizonDays', args.horizonDays ?? 7, MAX_HORIZON_DAYS)
      const total = 2 * replications
      return new Repeater<Progress>(async (push, stop) => {
        const ended = new AbortController()
        void stop.then(() => ended.abort())
        const { site, at, position } = scenario
        const base = await forkAt(context, { site, at, position })
        const assumed = await assumedFork(context, scenario)
        void push({ done: 0, total, result: null })
        const compared = await compareScenarios(base, assumed, {
          ...{ simulate, policy, replications, signal: ended.signal },
          horizonSeconds: days * DAY_SECONDS,
          workers: Math.max(1, availableParallelism() - 1),
          onProgress: (done) => void push({ done, total, result: null }),
        })
        if (!compared) return
        const calibration = await backtest(base, at, site, {
          ...{ context, simulate, policy, signal: ended.signal },
        })
        await push({ done: total, total, result: { ...compared, calibration, fork: base } })
        stop()
      })
    },
    resolve: (progress) => progress,
  }),
)
