import { dispatchRules } from '../domain/planning/dispatch.ts'
import type { Estimate } from '../domain/planning/simulation/intervals.ts'
import { measures } from '../domain/planning/simulation/measure.ts'
import type { RuleName } from '../domain/planning/simulation/policy.ts'
import type { Calibration } from '../projections/planning/backtest.ts'
import type {
  ComparedKpi,
  ComparedOrder,
  Forecast,
  MovedOperation,
} from '../projections/planning/compare-scenarios.ts'
import type { MachinePower } from '../projections/planning/running-power.ts'
import { MAX_RUNS_KEPT, type RunResult } from '../projections/planning/scenario-runs.ts'
import { builder } from './builder.ts'
import { ScenarioRef } from './whatif.ts'

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

export const CalibrationRef = builder.objectRef<Calibration>('ForecastCalibration').implement({
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
      description: 'Errors of the times to completion over these times, all orders together.',
    }),
    nullReason: t.exposeString('nullReason', { nullable: true, description: 'Why not.' }),
  }),
})

export const PolicyRef = builder.enumType('FloorPolicy', {
  description: 'How the floor decides what comes next.',
  values: {
    KEEP: { value: 'keep', description: 'The order of the plan, whatever happens.' },
    RULE: { value: 'rule', description: 'A dispatch rule.' },
    REPLAN: { value: 'replan', description: 'A new plan every shift of eight hours.' },
  } as const,
})
export const RuleRef = builder.enumType('DispatchRule', {
  description: 'What a machine takes next.',
  values: Object.fromEntries(
    Object.keys(dispatchRules).map((name) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      { value: name, description: `Rule ${name}.` },
    ]),
  ) as Record<string, { value: RuleName; description: string }>,
})

const BasisRef = builder.enumType('PowerBasis', {
  description: 'Where the power of a machine is known from.',
  values: {
    MEASURED: {
      description:
        'By the electricity meters of the machine, while it ran in the week before the fork.',
    },
    STANDARD: { description: 'As `setRunningPower` says.' },
    UNKNOWN: { description: 'Nobody said, and nothing was measured: its energy does not count.' },
  } satisfies Record<MachinePower['basis'], object>,
})
const PowerRef = builder.objectRef<MachinePower>('MachinePower').implement({
  description: 'What a forecast reckons with for one machine while it runs.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    basis: t.expose('basis', { type: BasisRef, description: 'Where it is known from.' }),
    kilowatts: t.exposeFloat('kilowatts', {
      nullable: true,
      description: 'Mean power of the run.',
    }),
    measuredHours: t.float({
      nullable: true,
      description: 'Of running that it is the mean of; null unless it is MEASURED.',
      resolve: ({ hours }) => hours,
    }),
  }),
})

export const ResultRef = builder.objectRef<RunResult>('ScenarioComparison').implement({
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
    fittedTo: t.exposeInt('fittedTo', {
      description: 'Operations of the last 90 days that durations are fitted to.',
    }),
    failures: t.exposeInt('failures', {
      description: 'Failures of the last 90 days that breakdowns are fitted to.',
    }),
    findings: t.exposeStringList('findings', {
      description: 'What had to be left out or assumed for planning.',
    }),
    position: t.expose('position', {
      type: 'Position',
      description: 'History up to here is real: the fork.',
    }),
    version: t.exposeInt('version', {
      description: 'Of the simulation: under another one the same question may have other figures.',
    }),
    ranAt: t.expose('ranAt', { type: 'DateTime', description: 'When it was played.' }),
    horizonDays: t.exposeInt('horizonDays', { description: 'Days that were simulated.' }),
    policy: t.field({
      type: PolicyRef,
      description: 'How the floor of the scenario decided.',
      resolve: ({ policy }) => policy,
    }),
    rule: t.exposeString('rule', { nullable: true, description: 'The dispatch rule, if one.' }),
    basePolicy: t.field({
      type: PolicyRef,
      description: 'How the floor of the base decided.',
      resolve: ({ base, policy }) => base?.policy ?? policy,
    }),
    baseRule: t.string({
      nullable: true,
      description: 'Its dispatch rule, if one.',
      resolve: ({ base, rule }) => (base ? base.rule : rule),
    }),
    against: t.id({
      nullable: true,
      description: 'The scenario in place of the base; null: history going on as it is.',
      resolve: ({ against }) => against?.scenarioId ?? null,
    }),
    basePower: t.field({
      type: [PowerRef],
      description: 'What power of machines the energy of the base was reckoned with.',
      resolve: ({ power }) => power?.base ?? [],
    }),
    scenarioPower: t.field({
      type: [PowerRef],
      description: 'The same of the scenario; a power that it assumes counts for more than meters.',
      resolve: ({ power }) => power?.assumed ?? [],
    }),
  }),
})

builder.objectField(ScenarioRef, 'results', (t) =>
  t.field({
    type: [ResultRef],
    description: `What its runs found, the newest first, ${MAX_RUNS_KEPT} at most; kept as long as the scenario is.`,
    resolve: async (scenario, _, { scenarioRuns }) => [
      ...((await scenarioRuns?.list(scenario)) ?? []),
    ],
  }),
)
