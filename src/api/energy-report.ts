import { baseOf } from '../domain/energy/units.ts'
import { exact } from '../domain/types.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import type { Context } from './context.ts'
import {
  byBucketSql,
  byMeterSql,
  peakSql,
  problemsSql,
  type Bucket,
  type Selection,
} from './energy-sql.ts'
import { metersOf, timeZoneOf, type EnergyArgs } from './energy-selection.ts'
import { Medium } from './energy.ts'
import { apiError } from './errors.ts'
import type { Reader } from './reader.ts'

/**
 * `energy`: what flowed through some meters in a window, in total, by meter or by time. All sums are
 * made by the database; each part of the answer is computed only when asked for.
 */

/** A year of quarters of an hour, and a bit. */
const MAX_BUCKETS = 40_000
/** Enough to see which meter is broken; the rest is more of the same. */
const MAX_PROBLEMS = 1_000

interface MeterSum {
  readonly meterId: string
  readonly unit: string
  readonly quantity: number
  /** Seconds of the window with data. */
  readonly covered: number
}
interface Report {
  readonly selection: Selection
  readonly groupBy: Bucket | 'METER'
  readonly meterIds: readonly string[]
  /** Computed when first asked for, beside whatever else was asked for. */
  readonly sums: () => Promise<Sums>
}
interface Sums {
  /** Of all sums; meters that measure in different ones do not add up. */
  readonly unit: string
  readonly byMeter: readonly MeterSum[]
}

const GroupBy = builder.enumType('EnergyGroupBy', {
  description: 'What one bucket of an energy report is.',
  values: {
    METER: { description: 'One meter over the whole window.' },
    QUARTER_HOUR: { description: '15 minutes, aligned to the clock.' },
    HOUR: { description: 'An hour.' },
    DAY: { description: 'A day of the site, 23 or 25 hours long when its clock is changed.' },
    WEEK: { description: 'A week from Monday on.' },
    MONTH: { description: 'A month.' },
    YEAR: { description: 'A year.' },
  },
})

const windowMs = ({ from, to }: Pick<Selection, 'from' | 'to'>): number =>
  Date.parse(to) - Date.parse(from)
/** Observed share of time; meters that report a span twice do not make it more than whole. */
const coverage = (coveredSeconds: number, ms: number, meters: number): number =>
  meters === 0 ? 0 : Math.min(1, Math.round((coveredSeconds * 1e9) / (ms * meters)) / 1e6)

interface BucketRow {
  readonly meterId: string | null
  readonly from: string
  readonly to: string
  readonly quantity: number
  readonly unit: string
  readonly coverage: number
}
const BucketRef = builder.objectRef<BucketRow>('EnergyBucket').implement({
  description: 'A part of an energy report.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { nullable: true, description: 'Grouped by METER: which.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
    quantity: t.field({
      type: QuantityRef,
      description: 'What flowed.',
      complexity: 0,
      resolve: (b) => quantity(b.quantity, b.unit),
    }),
    coverage: t.exposeFloat('coverage', { description: 'Share of its time with data, 0 to 1.' }),
  }),
})

interface Peak {
  readonly kw: number
  readonly at: string
}
const PeakRef = builder.objectRef<Peak>('PeakDemand').implement({
  description: 'Highest average power over 15 minutes, aligned to the clock.',
  fields: (t) => ({
    kw: t.exposeFloat('kw', { description: 'In kilowatts.' }),
    at: t.expose('at', { type: 'DateTime', description: 'End of the 15 minutes.' }),
  }),
})

interface Problem {
  readonly meterId: string
  readonly from: string
  readonly to: string
  readonly problem: string
}
const ProblemRef = builder.objectRef<Problem>('RegisterProblem').implement({
  description: 'A span in which register readings do not tell what flowed; it counts nowhere.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Reading before.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Reading after.' }),
    problem: t.exposeString('problem', {
      description:
        'FALL: the register went backwards and no roll-over or exchange explains it. ' +
        'UNREAD: exchanged without a last stand. UNIT: two units that do not compare.',
    }),
  }),
})

const ReportRef = builder.objectRef<Report>('EnergyReport').implement({
  description: 'What flowed through some meters in a window.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Begin.', resolve: (r) => r.selection.from }),
    to: t.field({ type: 'DateTime', description: 'End.', resolve: (r) => r.selection.to }),
    timeZone: t.string({
      description: 'IANA zone in which its days begin.',
      resolve: (r) => r.selection.timeZone,
    }),
    meterIds: t.exposeIDList('meterIds', { description: 'Meters that count.' }),
    total: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'Over all meters; null where there is no data at all, which is not zero.',
      resolve: async ({ sums }) => {
        const { byMeter, unit } = await sums()
        const added = exact(byMeter.reduce((sum, s) => sum + s.quantity, 0))
        return byMeter.length === 0 ? null : quantity(added, unit)
      },
    }),
    coverage: t.float({
      description: 'Share of the time of all meters with data, 0 to 1.',
      resolve: async (r) => {
        const { byMeter } = await r.sums()
        const covered = byMeter.reduce((seconds, s) => seconds + s.covered, 0)
        return coverage(covered, windowMs(r.selection), r.meterIds.length)
      },
    }),
    peakDemand: t.field({
      type: PeakRef,
      nullable: true,
      description:
        'Of all meters together; null without energy in intervals of 15 minutes or less.',
      complexity: 50,
      resolve: async ({ selection }, _, { reads }) => {
        const [peak] = await reads.query<Peak>('energy', (sites) => peakSql(selection, sites))
        return peak ?? null
      },
    }),
    buckets: t.field({
      type: [BucketRef],
      description: 'By `groupBy`, oldest first; one without any data is left out.',
      complexity: { field: 50, multiplier: 20 },
      resolve: (report, _, { reads }) => bucketsOf(report, reads),
    }),
    problems: t.field({
      type: [ProblemRef],
      description: `Spans whose readings do not tell what flowed, the first ${MAX_PROBLEMS}.`,
      complexity: { field: 20, multiplier: 5 },
      resolve: ({ selection }, _, { reads }) =>
        reads.query<Problem>('energy', (sites) => problemsSql(selection, MAX_PROBLEMS, sites)),
    }),
  }),
})

async function bucketsOf(report: Report, reads: Reader): Promise<readonly BucketRow[]> {
  const { selection, groupBy, meterIds } = report
  if (groupBy === 'METER') {
    const { from, to } = selection
    const { byMeter, unit } = await report.sums()
    return byMeter.map(({ meterId, quantity: value, covered }) => ({
      ...{ meterId, from, to, quantity: value, unit },
      coverage: coverage(covered, windowMs(selection), 1),
    }))
  }
  type Row = Omit<BucketRow, 'unit'> & { covered: number }
  const [rows, { unit }] = await Promise.all([
    reads.query<Row>('energy', (sites) =>
      byBucketSql(selection, { bucket: groupBy, limit: MAX_BUCKETS + 1 }, sites),
    ),
    report.sums(),
  ])
  if (rows.length > MAX_BUCKETS)
    throw apiError('InvalidInput', `groupBy ${groupBy} makes more than ${MAX_BUCKETS} buckets.`)
  return rows.map(({ covered, ...row }) => ({
    ...{ ...row, meterId: null, unit },
    coverage: coverage(covered, windowMs(row), meterIds.length),
  }))
}

builder.queryField('energy', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'What flowed through meters in a window. Intervals across its edges count by their share of time.',
    args: {
      meterIds: t.arg({ type: ['ID'], description: 'These meters, each counted.' }),
      scopeId: t.arg.id({
        description:
          'Or a node of the plant hierarchy: its topmost meters, so nothing counts twice.',
      }),
      medium: t.arg({ type: Medium, description: 'Of a scope: which; ELECTRICITY by default.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'From this moment on.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Until before this moment.' }),
      groupBy: t.arg({ type: GroupBy, description: 'DAY by default.' }),
      timeZone: t.arg.string({
        description: 'IANA zone in which days and months begin; that of the site by default.',
      }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    complexity: 50,
    resolve: (_: unknown, args: EnergyArgs, context: Context) => report(args, context),
  }),
)

async function report(args: EnergyArgs, { reads }: Context): Promise<Report> {
  const { from, to } = args
  if (from >= to) throw apiError('InvalidInput', `to ${to} is not after from ${from}.`)
  await reads.waitFor(args.atLeast)
  const found = await metersOf(args, reads)
  const ids = (counters: boolean) =>
    found.filter((m) => (m.kind === 'COUNTER') === counters).map((m) => m.meterId)
  const timeZone = await timeZoneOf(args, found, reads)
  const selection = { from, to, timeZone, intervalMeters: ids(false), counterMeters: ids(true) }
  const meterIds = found.map((m) => m.meterId)
  const unit = baseOf(found[0]?.unit ?? 'KWH').unit
  let sums: Promise<Sums> | undefined
  return {
    ...{ selection, meterIds, groupBy: args.groupBy ?? 'DAY' },
    sums: () => (sums ??= sumsOf(selection, unit, reads)),
  }
}

/** @param otherwise unit to speak of where there is no data */
async function sumsOf(selection: Selection, otherwise: string, reads: Reader): Promise<Sums> {
  const byMeter = await reads.query<MeterSum>('energy', (sites) => byMeterSql(selection, sites))
  const units = new Set(byMeter.map((s) => s.unit))
  if (units.size > 1)
    throw apiError('InvalidInput', `${[...units].join(' and ')} do not add up; name fewer meters.`)
  const [unit = otherwise] = units
  return { unit, byMeter }
}
