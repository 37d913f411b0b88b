import { baseOf } from '../domain/energy/units.ts'
import { exact } from '../domain/types.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import type { Context } from './context.ts'
import { meterArgs } from './energy-args.ts'
import { ConvertedRef } from './energy-converted.ts'
import { convert } from './energy-factors.ts'
import type { MeterFlows, Problem } from './energy-flows.ts'
import { Peak, peakOf } from './energy-load.ts'
import { bucketed, unitOf } from './energy-buckets.ts'
import { select, type EnergyArgs, type Selection } from './energy-selection.ts'

/**
 * `energy`: what flowed through some meters in a window, in total, by meter or by time. Each part of the
 * answer is computed only when asked for.
 */

/** Enough to see which meter is broken; the rest is more of the same. */
const MAX_PROBLEMS = 1_000

/** Calendar parts by name; numbers are minutes. */
const STEPS = {
  QUARTER_HOUR: 15,
  HOUR: 60,
  DAY: 'DAY',
  WEEK: 'WEEK',
  MONTH: 'MONTH',
  YEAR: 'YEAR',
} as const
type GroupName = keyof typeof STEPS | 'METER'

interface MeterSum {
  readonly meterId: string
  readonly quantity: number
  readonly estimated: number
  readonly coveredMs: number
}
interface Report {
  readonly selection: Selection
  readonly groupBy: GroupName
  /** Unit to speak of where there is no data. */
  readonly otherwise: string
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

const windowMs = ({ from, to }: { readonly from: string; readonly to: string }): number =>
  Date.parse(to) - Date.parse(from)
/** Observed share of time; sums of parts of milliseconds are not whole. */
const coverage = (coveredMs: number, ms: number, meters: number): number =>
  meters === 0 ? 0 : Math.min(1, Math.round((coveredMs * 1e6) / (ms * meters)) / 1e6)

interface BucketRow {
  readonly meterId: string | null
  readonly from: string
  readonly to: string
  readonly quantity: number
  readonly unit: string
  readonly estimated: number
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
    estimated: t.exposeFloat('estimated', {
      description: 'Part of the quantity that was estimated for gaps, in the same unit.',
    }),
    coverage: t.exposeFloat('coverage', {
      description: 'Share of its time with data or an estimate, 0 to 1.',
    }),
  }),
})

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
    from: t.field({
      type: 'DateTime',
      description: 'Begin.',
      resolve: ({ selection }) => selection.window.from,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End.',
      resolve: ({ selection }) => selection.window.to,
    }),
    timeZone: t.string({
      description: 'IANA zone in which its days begin.',
      resolve: ({ selection }) => selection.timeZone,
    }),
    meterIds: t.idList({
      description: 'Meters that count.',
      resolve: ({ selection }) => selection.meters.map((m) => m.meterId),
    }),
    total: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'Over all meters; null where there is no data at all, which is not zero.',
      resolve: async (report) => {
        const { byMeter, unit } = await sumsOf(report)
        const added = exact(byMeter.reduce((sum, s) => sum + s.quantity, 0))
        return byMeter.length === 0 ? null : quantity(added, unit)
      },
    }),
    estimated: t.float({
      description: 'Part of the total that was estimated for gaps, in the same unit.',
      resolve: async (report) =>
        exact((await sumsOf(report)).byMeter.reduce((sum, s) => sum + s.estimated, 0)),
    }),
    coverage: t.float({
      description: 'Share of the time of all meters with data or an estimate, 0 to 1.',
      resolve: async (report) => {
        const { byMeter } = await sumsOf(report)
        const covered = byMeter.reduce((ms, s) => ms + s.coveredMs, 0)
        return coverage(covered, windowMs(report.selection.window), report.selection.meters.length)
      },
    }),
    energyKwh: t.field({
      type: ConvertedRef,
      description: 'The total in kWh by the conversion factors of the site, e.g. of gas in m3.',
      complexity: 20,
      resolve: ({ selection }, _, { reads }) => convert('CONVERSION', selection, reads),
    }),
    co2e: t.field({
      type: ConvertedRef,
      description: 'Emissions in kg CO2e by the emission factors of the site, location-based.',
      complexity: 20,
      resolve: ({ selection }, _, { reads }) => convert('EMISSION', selection, reads),
    }),
    peakDemand: t.field({
      type: Peak,
      nullable: true,
      description:
        'Of all meters together, in windows of the length the site says (15 minutes unless said); ' +
        'null without energy in intervals that short.',
      complexity: 50,
      resolve: ({ selection }, _, { reads }) => peakOf(selection, reads),
    }),
    buckets: t.field({
      type: [BucketRef],
      description: 'By `groupBy`, oldest first; one without any data is left out.',
      complexity: { field: 50, multiplier: 20 },
      resolve: (report) => bucketsOf(report),
    }),
    problems: t.field({
      type: [ProblemRef],
      description: `Spans whose readings do not tell what flowed, the first ${MAX_PROBLEMS}.`,
      complexity: { field: 20, multiplier: 5 },
      resolve: async ({ selection }) =>
        (await selection.flows())
          .flatMap((m) => m.problems)
          .sort((a, b) => compare(a.from, b.from) || compare(a.meterId, b.meterId))
          .slice(0, MAX_PROBLEMS),
    }),
  }),
})
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Sums of the meters that have data, and their one unit. */
async function sumsOf({ selection, otherwise }: Report) {
  const found = (await selection.flows()).filter(({ flows }) => flows.length > 0)
  const unit = unitOf(found, otherwise)
  return { unit, byMeter: found.map(sumOf) }
}

function sumOf({ meterId, flows }: MeterFlows): MeterSum {
  let quantity = 0
  let estimated = 0
  let coveredMs = 0
  for (const flow of flows) {
    quantity += flow.quantity
    if (flow.estimated) estimated += flow.quantity
    coveredMs += flow.to - flow.from
  }
  return { meterId, quantity: exact(quantity), estimated: exact(estimated), coveredMs }
}

async function bucketsOf(report: Report): Promise<BucketRow[]> {
  const { selection, groupBy, otherwise } = report
  const { from, to } = selection.window
  if (groupBy === 'METER') {
    const { byMeter, unit } = await sumsOf(report)
    return byMeter.map(({ coveredMs, ...sum }) => ({
      ...{ ...sum, from, to, unit },
      coverage: coverage(coveredMs, windowMs(selection.window), 1),
    }))
  }
  const unit = unitOf(await selection.flows(), otherwise)
  return (await bucketed(selection, STEPS[groupBy]))
    .filter((b) => b.coveredMs > 0)
    .map((b) => ({
      ...{ meterId: null, unit, from: clamp(b.from, from, to), to: clamp(b.to, from, to) },
      ...{ quantity: exact(b.quantity), estimated: exact(b.estimated) },
      coverage: coverage(
        b.coveredMs,
        windowMs({ from: clamp(b.from, from, to), to: clamp(b.to, from, to) }),
        selection.meters.length,
      ),
    }))
}

const clamp = (ms: number, from: string, to: string): string => {
  const at = new Date(ms).toISOString()
  return at < from ? from : at > to ? to : at
}

builder.queryField('energy', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'What flowed through meters in a window. Intervals across its edges count by their share of time.',
    args: {
      ...meterArgs(t),
      groupBy: t.arg({ type: GroupBy, description: 'DAY by default.' }),
    },
    complexity: 50,
    resolve: async (
      _: unknown,
      args: EnergyArgs & { readonly groupBy?: GroupName | null },
      context: Context,
    ): Promise<Report> => {
      const selection = await select(args, context)
      const otherwise = baseOf(selection.meters[0]?.unit ?? 'KWH').unit
      return { selection, groupBy: args.groupBy ?? 'DAY', otherwise }
    },
  }),
)
