import type { Policy, Study } from '../domain/planning/simulation/policy.ts'
import { pairedEstimate, estimate, type Estimate } from '../domain/planning/simulation/intervals.ts'
import { measures } from '../domain/planning/simulation/measure.ts'
import { columnOf, type Simulated } from '../domain/planning/simulation/simulated.ts'
import {
  bottleneckWarnings,
  type StretchForecast,
} from '../projections/planning/bottleneck-forecast.ts'
import type { Calibration } from '../projections/planning/backtest.ts'
import { faster } from '../projections/planning/sensitivity.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { forkAt } from './fork-at.ts'
import { calibrationOf } from './forecast-calibration.ts'
import { CalibrationRef, EstimateRef } from './whatif-result.ts'
import { takePlace } from './simulation-places.ts'
import { within } from './whatif-run.ts'

/** A week of hours; further ahead orders are not known. */
const MAX_HOURS = 168
const MAX_REPLICATIONS = 500
const HOUR = 3_600

const ChanceRef = builder
  .objectRef<StretchForecast['machines'][number]>('BottleneckChance')
  .implement({
    description: 'How likely a machine is the bottleneck of an hour.',
    fields: (t) => ({
      equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
      probability: t.exposeFloat('probability', { description: 'Share of the replications.' }),
    }),
  })

const StretchRef = builder.objectRef<StretchForecast>('BottleneckHour').implement({
  description: 'An hour to come, by the active-period method on simulated states.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    machines: t.expose('machines', { type: [ChanceRef], description: 'Most likely first.' }),
    warning: t.exposeID('warning', {
      nullable: true,
      description: 'Machine that becomes the bottleneck with more than 60 %, and was not before.',
    }),
    leadTimeHours: t.exposeFloat('leadTimeHours', { description: 'From now to this hour.' }),
  }),
})

interface Forecast {
  readonly hours: readonly StretchForecast[]
  readonly sensitivity: Estimate | null
  readonly calibration: () => Promise<Calibration>
}

const ForecastRef = builder.objectRef<Forecast>('BottleneckForecast').implement({
  description: 'Bottlenecks of the hours to come, of what is known now.',
  fields: (t) => ({
    hours: t.expose('hours', { type: [StretchRef], description: 'By time.' }),
    sensitivity: t.expose('sensitivity', {
      type: EstimateRef,
      nullable: true,
      description:
        'What the machine of `faster`, ten percent faster, adds to the output: 0.06 are six percent more an ' +
        'hour, as the same orders are done in less time. By pairs. Null where none was named.',
    }),
    calibration: t.field({
      type: CalibrationRef,
      description:
        'How far such forecasts were right in the last seven days; simulated where asked for.',
      complexity: { field: 1_000, multiplier: 1 },
      resolve: ({ calibration }) => calibration(),
    }),
  }),
})

builder.queryField('bottleneckForecast', (t) =>
  t.field({
    type: ForecastRef,
    description:
      'Warns of bottlenecks: the open orders are simulated many times, with durations and failures as they were ' +
      'in the last 90 days. On threads of their own.',
    complexity: { field: 1_000, multiplier: 1 },
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      hours: t.arg.int({ defaultValue: 16, description: `Up to ${MAX_HOURS}.` }),
      replications: t.arg.int({ defaultValue: 100, description: `Up to ${MAX_REPLICATIONS}.` }),
      faster: t.arg.id({ description: 'What if this machine were ten percent faster?' }),
    },
    resolve: async (_, args, context): Promise<Forecast> => {
      const { site } = args
      await context.access.demand({ kind: 'read', context: 'planning', site })
      const { simulate } = context
      if (!simulate) throw apiError('InvalidInput', 'nothing is simulated here.')
      const count = within('hours', args.hours ?? 16, MAX_HOURS)
      const replications = within('replications', args.replications ?? 100, MAX_REPLICATIONS)
      const leave = takePlace(context)
      try {
        return await forecast(context, simulate, { site, count, replications, faster: args.faster })
      } finally {
        leave()
      }
    },
  }),
)

interface Question {
  readonly site: string
  readonly count: number
  readonly replications: number
  readonly faster: string | null | undefined
}

/** Given up when the client goes away. */
async function forecast(
  context: Context,
  simulate: NonNullable<Context['simulate']>,
  { site, count, replications, faster: machine }: Question,
): Promise<Forecast> {
  const signal = context.errand?.gone?.() ?? new AbortController().signal
  const play = async (study: Study, more: object): Promise<Simulated> => {
    const found = await simulate(study, {
      ...{ replications, horizonSeconds: count * HOUR, signal },
      ...more,
    })
    if (!found) throw apiError('PlanningBusy', 'the simulation was given up.')
    return found
  }
  const at = context.clock.now()
  const fork = await forkAt(context, { site, at, position: await context.log.head() })
  const policy: Policy = { kind: 'keep' }
  const calibration = async (): Promise<Calibration> => {
    const leave = takePlace(context)
    try {
      return await calibrationOf(context, fork, { site, at, policy, simulate, signal })
    } finally {
      leave()
    }
  }
  const study = { problem: fork.problem, variation: fork.variation, policy, seed: 1 }
  const stretches = { count, seconds: HOUR }
  const found = await play(study, { bottlenecks: stretches })
  const hours = bottleneckWarnings(fork, found, stretches)
  if (machine == null) return { hours, sensitivity: null, calibration }
  const other = await play({ ...study, problem: faster(fork.problem, machine) }, {})
  const makespan = measures.indexOf('makespanHours')
  const [own, quicker] = [columnOf(found, makespan), columnOf(other, makespan)]
  // Of the same orders, output an hour goes with one over the time: own / quicker - 1, as a ratio of sums.
  const mean = estimate(quicker).mean ?? 0
  const { halfWidth, ...saved } = pairedEstimate(quicker, own)
  const share = (value: number | null) => (value === null || mean === 0 ? null : value / mean)
  return {
    hours,
    sensitivity: { ...saved, mean: share(saved.mean), halfWidth: share(halfWidth) },
    calibration,
  }
}
