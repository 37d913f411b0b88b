import { bordersOf } from '../domain/energy/buckets.ts'
import { baselineOf, type Baseline } from '../domain/energy/baseline.ts'
import type { Coefficient } from '../domain/energy/regression.ts'
import { exact } from '../domain/types.ts'
import { enpis, type EnpiRow } from '../projections/energy/enpis.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { bucketed, unitOf } from './energy-buckets.ts'
import { spanArgs } from './energy-args.ts'
import type { Window } from './energy-flows.ts'
import { momentOf, select, type EnergyArgs, type Selection } from './energy-selection.ts'
import { valuesOf } from './energy-variables.ts'
import { apiError } from './errors.ts'

/** Energy performance indicators and baselines after ISO 50006, with normalised savings. */

const Variable = builder.objectRef<EnpiRow['variables'][number]>('EnpiVariable').implement({
  description: 'What the energy of an indicator depends on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    source: t.exposeString('source', {
      description: 'SERIES: values that were observed. COUNTED: pieces that machines counted.',
    }),
    seriesId: t.id({
      nullable: true,
      description: 'Of a SERIES: which.',
      resolve: (v) => (v.source === 'SERIES' ? v.seriesId : null),
    }),
    equipmentIds: t.idList({
      description: 'Of COUNTED: machines that count.',
      resolve: (v) => (v.source === 'COUNTED' ? v.equipmentIds : []),
    }),
  }),
})
const EnpiRef = builder.objectRef<Keyed<EnpiRow>>('Enpi').implement({
  description: 'An energy performance indicator and what its baseline is made from.',
  fields: (t) => ({
    enpiId: t.exposeID('key', { description: 'Indicator.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    version: t.exposeInt('version', { description: 'Grows when it is defined anew.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    model: t.exposeString('model', {
      description: 'RATIO: energy per unit of a variable. REGRESSION: linear in several.',
    }),
    period: t.exposeString('period', { description: 'DAY, WEEK or MONTH: one observation.' }),
    meterIds: t.idList({ description: 'Meters.', resolve: (row) => [...row.meterIds] }),
    variables: t.field({
      type: [Variable],
      description: 'Relevant variables.',
      resolve: (row) => [...row.variables],
    }),
    baselineFrom: t.expose('baselineFrom', { type: 'DateTime', description: 'Baseline begins.' }),
    baselineTo: t.expose('baselineTo', { type: 'DateTime', description: 'Baseline ends.' }),
    reason: t.exposeString('reason', { description: 'Why it was defined so.' }),
    definedAt: t.expose('definedAt', { type: 'DateTime', description: 'When it was defined.' }),
  }),
})
connectionField('enpis', {
  projection: enpis,
  node: EnpiRef,
  description: 'Energy performance indicators.',
  filters: {
    name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['key', 'name'],
  defaultOrder: { column: 'key', direction: 'asc' },
})

interface Period {
  readonly from: string
  readonly to: string
  readonly energy: number
  readonly variables: readonly number[]
}
interface Compared extends Period {
  readonly expected: number
}
const PeriodRef = builder.objectRef<Compared>('EnpiPeriod').implement({
  description: 'Energy of one period beside what the baseline makes of its variables.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
    actualKwh: t.float({ description: 'Used, in kWh.', resolve: (p) => exact(p.energy) }),
    expectedKwh: t.float({
      description: 'Normalised baseline, in kWh.',
      resolve: (p) => exact(p.expected),
    }),
    savedKwh: t.float({
      description: 'Expected less used, in kWh; negative where more was used.',
      resolve: (p) => exact(p.expected - p.energy),
    }),
    variables: t.floatList({
      description: 'Values of the variables, in their order.',
      resolve: (p) => [...p.variables],
    }),
  }),
})
type Named = Coefficient & { readonly name: string }
const CoefficientRef = builder.objectRef<Named>('RegressionCoefficient').implement({
  description: 'One coefficient of a regression and how sure it is.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Of which variable; `intercept` is the base load.',
    }),
    value: t.exposeFloat('value', { description: 'kWh per period, or per unit of the variable.' }),
    standardError: t.exposeFloat('standardError', { description: 'Its standard error.' }),
    t: t.exposeFloat('t', { description: 'Value over standard error.' }),
    p: t.exposeFloat('p', { description: 'Probability of so large a t if it were zero.' }),
  }),
})
interface Result {
  readonly definition: Keyed<EnpiRow>
  readonly baseline: Baseline
  readonly observations: number
  readonly periods: readonly Compared[]
  readonly leftOut: number
}
const statistic = (description: string, of: (fit: NonNullable<Baseline['fit']>) => number) => ({
  ...{ type: 'Float' as const, nullable: true, description },
  resolve: ({ baseline }: Result) => (baseline.fit ? of(baseline.fit) : null),
})
const total = ({ periods }: Result, of: (p: Compared) => number): number =>
  exact(periods.reduce((sum, p) => sum + of(p), 0))

const ResultRef = builder.objectRef<Result>('EnpiResult').implement({
  description: 'An indicator in a window, its baseline, and what was saved against it.',
  fields: (t: any) => ({
    definition: t.expose('definition', { type: EnpiRef, description: 'What was computed.' }),
    observations: t.exposeInt('observations', {
      description: 'Periods the baseline is made from.',
    }),
    leftOut: t.exposeInt('leftOut', {
      description:
        'Periods of baseline and window that lack readings or values of a variable; they do not count.',
    }),
    ratio: t.float({
      nullable: true,
      description: 'Of a RATIO: kWh per unit in the baseline.',
      resolve: ({ baseline }: Result) => baseline.ratio,
    }),
    actualRatio: t.float({
      nullable: true,
      description: 'Of a RATIO: kWh per unit in the window; null where nothing was made.',
      resolve: (r: Result) => {
        const made = total(r, (p) => p.variables[0]!)
        return r.baseline.ratio === null || made === 0 ? null : total(r, (p) => p.energy) / made
      },
    }),
    coefficients: t.field({
      type: [CoefficientRef],
      description: 'Of a REGRESSION: intercept first, then the variables.',
      resolve: ({ baseline, definition }: Result) =>
        (baseline.fit?.coefficients ?? []).map((c, i) => ({
          ...{ ...c, name: i === 0 ? 'intercept' : definition.variables[i - 1]!.name },
        })),
    }),
    rSquared: t.field(statistic('Share of the variance explained.', (f) => f.rSquared)),
    adjustedRSquared: t.field(
      statistic('The same, adjusted for the number of variables.', (f) => f.adjustedRSquared),
    ),
    cvRmse: t.field(
      statistic('Residual standard error over mean energy; 0.25 is 25 %.', (f) => f.cvRmse),
    ),
    f: t.field(statistic('F of the whole model.', (f) => f.f)),
    fp: t.field(statistic('Probability of so large an F by chance.', (f) => f.fp)),
    actualKwh: t.float({
      description: 'Used in the window, in kWh.',
      resolve: (r: Result) => total(r, (p) => p.energy),
    }),
    expectedKwh: t.float({
      description: 'Normalised baseline of the window, in kWh.',
      resolve: (r: Result) => total(r, (p) => p.expected),
    }),
    savedKwh: t.float({
      description: 'Normalised savings: expected less used, in kWh.',
      resolve: (r: Result) => total(r, (p) => p.expected - p.energy),
    }),
    improvement: t.float({
      nullable: true,
      description: 'Savings over expected, 0.1 is 10 %; null where nothing was expected.',
      resolve: (r: Result) => {
        const expected = total(r, (p) => p.expected)
        return expected === 0 ? null : exact(1 - total(r, (p) => p.energy) / expected)
      },
    }),
    periods: t.field({
      type: [PeriodRef],
      description: 'Period by period, oldest first.',
      complexity: { field: 20, multiplier: 20 },
      resolve: ({ periods }: Result) => [...periods],
    }),
  }),
})

interface Args extends Window, Pick<EnergyArgs, 'asKnownAt' | 'atLeast'> {
  readonly enpiId: string
}
builder.queryField('enpi', (t: any) =>
  t.field({
    type: ResultRef,
    nullable: true,
    description:
      'An energy performance indicator in a window against its baseline. Only whole periods of the ' +
      'plant count, with readings and variables for all of their time. asKnownAt computes with the ' +
      'definition, readings and values known then.',
    args: {
      enpiId: t.arg.id({ required: true, description: 'Indicator.' }),
      ...spanArgs(t),
    },
    complexity: 200,
    resolve: (_: unknown, args: Args, context: Context) => compute(args, context),
  }),
)

async function compute(args: Args, context: Context): Promise<Result | null> {
  const { enpiId, from, to, asKnownAt } = args
  const { reads } = context
  const moment = momentOf(asKnownAt)
  await reads.waitFor(args.atLeast)
  const definition = moment
    ? await reads.asOf(enpis, enpiId, [`enpi-${enpiId}`], moment)
    : await reads.load(enpis, enpiId)
  if (!definition) return null
  const { baselineFrom, baselineTo, model, meterIds } = definition
  const before = await select(
    { meterIds, from: baselineFrom, to: baselineTo, asKnownAt: asKnownAt ?? null },
    context,
  )
  const after = await select({ meterIds, from, to, asKnownAt: asKnownAt ?? null }, context)
  const base = await periodsOf(definition, before, context)
  const window = await periodsOf(definition, after, context)
  const baseline = baselineOf(model, base.periods)
  if (!baseline)
    throw apiError(
      'InvalidInput',
      `enpiId ${enpiId}: ${base.periods.length} whole periods of its baseline do not tell a ${model}.`,
    )
  return {
    ...{ definition, baseline, observations: base.periods.length },
    leftOut: base.leftOut + window.leftOut,
    periods: window.periods.map((p) => ({ ...p, expected: baseline.expected(p.variables) })),
  }
}

async function periodsOf(
  { period, variables }: EnpiRow,
  selection: Selection,
  { reads }: Context,
): Promise<{ readonly periods: readonly Period[]; readonly leftOut: number }> {
  const { window, timeZone, moment } = selection
  const measured = await selection.flows()
  if (unitOf(measured, 'KWH') !== 'KWH')
    throw apiError('InvalidInput', 'meterIds of an indicator have to measure energy.')
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)]
  const borders = bordersOf({ from, to, timeZone }, period).filter((at) => at >= from && at <= to)
  if (borders.length < 2) return { periods: [], leftOut: 0 }
  const energy = new Map((await bucketed(selection, period)).map((b) => [b.from, b]))
  const values = await Promise.all(variables.map((v) => valuesOf(v, borders, moment, reads)))
  const periods = borders.slice(0, -1).flatMap((at, i): Period[] => {
    const bucket = energy.get(at)
    const x = values.map((of) => of[i]!)
    const isWhole = bucket && bucket.coveredMs >= (bucket.to - bucket.from) * measured.length
    if (!isWhole || x.includes(null as never)) return []
    const span = { from: new Date(at).toISOString(), to: new Date(bucket.to).toISOString() }
    return [{ ...span, energy: bucket.quantity, variables: x }]
  })
  return { periods, leftOut: borders.length - 1 - periods.length }
}
