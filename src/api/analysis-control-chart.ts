import { controlChart, type ChartPoint, type ControlChart } from '../domain/kpi/control-chart.ts'
import type { RuleSet, Violation } from '../domain/kpi/control-rules.ts'
import { resultsIn, streamsOf, type Result } from './analysis-results.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { EventConnection } from './events.ts'
import { FilterInput, momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsOf } from './kpi-events.ts'
import type { Moment } from './reader.ts'

const Kind = builder.enumType('ControlChartKind', {
  description: 'What the points of a control chart are.',
  values: {
    XBAR_R: { description: 'Means and ranges of subgroups.' },
    I_MR: { description: 'Single values and their moving ranges.' },
  },
})
const Rules = builder.enumType('ControlRules', {
  description: 'Which patterns are signals.',
  values: {
    WESTERN_ELECTRIC: { description: 'The four of the Western Electric handbook (1956).' },
    NELSON: { description: 'The eight of Nelson (1984).' },
  } satisfies Record<RuleSet, object>,
})
const LimitsRef = builder.objectRef<ControlChart['values']>('ControlLimits').implement({
  description: 'Centre and limits, 3 standard deviations away from it.',
  fields: (t) => ({
    centre: t.exposeFloat('centre', { description: 'Centre line.' }),
    lower: t.exposeFloat('lower', { description: 'Lower control limit.' }),
    upper: t.exposeFloat('upper', { description: 'Upper control limit.' }),
  }),
})
const ViolationRef = builder.objectRef<Violation>('ControlSignal').implement({
  description: 'A pattern that a process under control hardly ever shows.',
  fields: (t) => ({
    rule: t.exposeID('rule', { description: 'WE1 to WE4, N1 to N8, or LIMIT.' }),
    name: t.exposeString('name', { description: 'What it says.' }),
  }),
})

type Point = ChartPoint & { readonly results: readonly Result[] }
const PointRef = builder.objectRef<Point>('ControlPoint').implement({
  description: 'A subgroup or single value.',
  fields: (t: any) => ({
    at: t.field({
      type: 'DateTime',
      description: 'When its last value was measured.',
      resolve: ({ results }: Point) => results.at(-1)!.at,
    }),
    value: t.exposeFloat('value', { description: 'Mean of the subgroup, or the value.' }),
    range: t.exposeFloat('range', {
      nullable: true,
      description: 'Its range, or the moving range; null for the first single value.',
    }),
    inspectionIds: t.field({
      type: ['ID'],
      description: 'Inspections it is of.',
      resolve: ({ results }: Point) => [...new Set(results.map((r) => r.inspectionId))],
    }),
    subjectIds: t.field({
      type: ['ID'],
      description: 'Serials or lots it is of.',
      resolve: ({ results }: Point) => [...new Set(results.map((r) => r.subjectId))],
    }),
    signals: t.field({
      type: [ViolationRef],
      description: 'Patterns of the values that it completes.',
      resolve: ({ violations }: Point) => [...violations],
    }),
    rangeSignals: t.field({
      type: [ViolationRef],
      description: 'Its range lies outside of its limits.',
      resolve: ({ rangeViolations }: Point) => [...rangeViolations],
    }),
  }),
})

interface Report {
  readonly chart: ControlChart
  readonly results: readonly Result[]
  readonly moment: Moment | null
}
const ReportRef = builder.objectRef<Report>('ControlChart').implement({
  description: 'Control chart of a characteristic.',
  fields: (t: any) => ({
    kind: t.field({
      type: Kind,
      description: 'What its points are.',
      resolve: ({ chart }: Report) => chart.kind,
    }),
    sigma: t.float({
      description: 'Standard deviation within subgroups: mean range / d2.',
      resolve: ({ chart }: Report) => chart.sigma,
    }),
    values: t.field({
      type: LimitsRef,
      description: 'Of the points.',
      resolve: ({ chart }: Report) => chart.values,
    }),
    ranges: t.field({
      type: LimitsRef,
      description: 'Of their ranges.',
      resolve: ({ chart }: Report) => chart.ranges,
    }),
    lowerLimit: t.float({
      nullable: true,
      description:
        'Lower specification limit by which the last value was judged; no control limit.',
      resolve: ({ results }: Report) => results.at(-1)!.lowerLimit,
    }),
    upperLimit: t.float({
      nullable: true,
      description: 'Upper specification limit by which the last value was judged.',
      resolve: ({ results }: Report) => results.at(-1)!.upperLimit,
    }),
    points: t.field({
      type: [PointRef],
      description: 'Oldest first.',
      args: {
        signalsOnly: t.arg.boolean({ description: 'Only points that complete a pattern.' }),
      },
      resolve: ({ chart, results }: Report, { signalsOnly }: { signalsOnly?: boolean | null }) =>
        chart.points
          .filter((p) => signalsOnly !== true || p.violations.length + p.rangeViolations.length > 0)
          .map((point) => ({ ...point, results: results.slice(point.first, point.last + 1) })),
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: 'The inspections behind it and their corrections, by stream.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: ({ results, moment }: Report, { first, after }: any, context: Context) => {
        const of = { moment, context: 'quality' }
        return factsOf(streamsOf(results), of, { first: pageSize(first), after }, context)
      },
    }),
  }),
})

/** Beyond it the range says little of the deviation. */
const MAX_SUBGROUP = 25

builder.queryField('controlChart', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'Control chart of a characteristic: subgroups of values in the order they were measured, or single ' +
      'values, with the patterns that are signals. Null where there are too few values for limits.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy: their sites.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      filter: t.arg({
        type: FilterInput,
        required: true,
        description: 'Of what: characteristicId.',
      }),
      rules: t.arg({ type: Rules, description: 'Which patterns are signals; WESTERN_ELECTRIC.' }),
      baselinePoints: t.arg.int({
        description: 'How many points at the beginning make the limits; all of them.',
      }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report | null> => {
      const { scope, window, filter, baselinePoints } = args
      const subgroupSize: number = filter.subgroupSize ?? 1
      if (filter.characteristicId == null)
        throw apiError('InvalidInput', 'filter.characteristicId is missing: which one is it about?')
      if (subgroupSize < 1 || subgroupSize > MAX_SUBGROUP)
        throw apiError(
          'InvalidInput',
          `filter.subgroupSize ${subgroupSize} is not between 1 and ${MAX_SUBGROUP}.`,
        )
      if (baselinePoints != null && baselinePoints < 2)
        throw apiError('InvalidInput', `baselinePoints ${baselinePoints} is less than 2.`)
      const moment = await momentOf(args, context)
      const asked = { scope, window, fromFirst: false }
      const results = (await resultsIn(asked, filter, moment, context)).filter(
        ({ value }) => value !== null,
      )
      const rules: RuleSet = args.rules ?? 'WESTERN_ELECTRIC'
      const options = { subgroupSize, rules, baseline: baselinePoints }
      const chart = controlChart(
        results.map(({ value }) => value!),
        options,
      )
      return chart && { chart, results, moment }
    },
  }),
)
