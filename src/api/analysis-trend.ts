import { changePoints, type ChangePoint } from '../domain/kpi/change-points.ts'
import { bucketsOf, type Bucket } from '../projections/kpi/trend.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { EventConnection } from './events.ts'
import { FilterInput, momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsBehind, type Behind } from './kpi-events.ts'
import { kpiReport, valueOf, type KpiValue } from './kpi-report.ts'

type By = 'DAY' | 'SHIFT' | 'WEEK'
const ByType = builder.enumType('TrendStep', {
  description: 'Length of one step of a trend.',
  values: {
    DAY: { description: 'Plant day.' },
    SHIFT: { description: 'Shift of a day.' },
    WEEK: { description: 'Week from Monday on; the first and last may be cut by the window.' },
  } satisfies Record<By, object>,
})

interface Point extends KpiValue, Pick<Bucket, 'id' | 'name'> {
  readonly change: ChangePoint | null
}
interface Report {
  readonly points: readonly Point[]
  readonly significance: number
  readonly behind: Behind
}

const ChangeRef = builder.objectRef<ChangePoint>('TrendChange').implement({
  description: 'The level of a trend changed here.',
  fields: (t) => ({
    before: t.exposeFloat('before', { description: 'Mean since the change before it.' }),
    after: t.exposeFloat('after', { description: 'Mean up to the next change.' }),
    pValue: t.exposeFloat('pValue', {
      description: 'Chance of as large a change where there is none; 0.001 at least.',
    }),
  }),
})

const figure = (t: any, name: string, description: string) =>
  t.exposeFloat(name, { nullable: true, description })

const PointRef = builder.objectRef<Point>('TrendPoint').implement({
  description: 'A key figure in one step of a trend.',
  fields: (t: any) => ({
    id: t.exposeID('id', { description: 'Day, Monday of the week, or key of the shift.' }),
    name: t.exposeString('name', { description: 'For people to read.' }),
    value: figure(t, 'value', 'The figure; null says why in nullReason.'),
    numerator: figure(t, 'numerator', 'What is divided.'),
    denominator: figure(t, 'denominator', 'What it is divided by.'),
    coverage: figure(t, 'coverage', 'Observed share of the scheduled time.'),
    nullReason: t.exposeString('nullReason', { nullable: true, description: 'Why no value.' }),
    change: t.expose('change', {
      type: ChangeRef,
      nullable: true,
      description: 'The first step of a new level; null for all others.',
    }),
  }),
})

const ReportRef = builder.objectRef<Report>('KpiTrendReport').implement({
  description: 'A key figure over time, with the steps at which its level changed.',
  fields: (t: any) => ({
    points: t.field({
      type: [PointRef],
      description: 'Oldest first.',
      resolve: ({ points }: Report) => [...points],
    }),
    significance: t.exposeFloat('significance', {
      description: 'Chance of a false alarm on a series without any change.',
    }),
    method: t.string({
      description: 'How changes are found.',
      resolve: () =>
        'Binary segmentation by CUSUM; permutation test with 999 shuffles, seed fixed.',
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: 'The facts behind it, by stream.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: ({ behind }: Report, { first, after }: any, context: Context) =>
        factsBehind(behind, { first: pageSize(first), after }, context),
    }),
  }),
})

/** A year of three shifts; a permutation test costs steps x 1,000. */
const MAX_STEPS = 1_200
const [LEAST, DEFAULT, MOST] = [0.001, 0.01, 0.2]

builder.queryField('kpiTrend', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'A key figure by day, shift or week, with the steps at which its level changed. Steps without a ' +
      'value, and those of which too little is known, are shown and not tested.',
    complexity: { field: 100, multiplier: 1 },
    args: {
      name: t.arg.id({ required: true, description: "Of a built-in figure or of a site's own." }),
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      by: t.arg({ type: ByType, description: 'One step; DAY.' }),
      filter: t.arg({ type: FilterInput, description: 'What counts.' }),
      significance: t.arg.float({ description: `${LEAST} to ${MOST}; ${DEFAULT}.` }),
      minCoverage: t.arg.float({ description: 'Steps with less are not tested, 0 to 1; 0.' }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report> => {
      const { name, scope, window } = args
      const by: By = args.by ?? 'DAY'
      const significance: number = args.significance ?? DEFAULT
      if (!(significance >= LEAST && significance <= MOST))
        throw apiError(
          'InvalidInput',
          `significance ${significance} is not between ${LEAST} and ${MOST}.`,
        )
      const moment = await momentOf(args, context)
      const filter = args.filter ?? {}
      const dimension = by === 'SHIFT' ? ('SHIFT' as const) : ('DAY' as const)
      const asked = { name, scope, window, groupBy: [dimension], filter, moment }
      const { definition, inputs, parts } = await kpiReport(asked, context)
      const steps = bucketsOf(parts, by)
      if (steps.length > MAX_STEPS)
        throw apiError('InvalidInput', `the window has more than ${MAX_STEPS} steps.`)
      const values = steps.map(({ id, name: title, elements, unpriced }) => ({
        ...valueOf(definition, { keys: [], elements, unpriced }),
        ...{ id, name: title },
      }))
      const points = marked(values, significance, args.minCoverage ?? 0)
      return { points, significance, behind: { inputs, filter, moment } }
    },
  }),
)

type Value = Omit<Point, 'change'>

function marked(
  values: readonly Value[],
  significance: number,
  minCoverage: number,
): readonly Point[] {
  const tested = values.filter(
    ({ value, coverage }) => value !== null && (coverage ?? 0) >= minCoverage,
  )
  const changes = changePoints(
    tested.map(({ value }) => value!),
    significance,
  )
  const byStep = new Map(changes.map((change) => [tested[change.index]!, change]))
  return values.map((value) => ({ ...value, change: byStep.get(value) ?? null }))
}
