import { quantile, type Bucket } from '../domain/energy/buckets.ts'
import { windowMinutes } from '../domain/energy/events.ts'
import { exact } from '../domain/types.ts'
import { energySites } from '../projections/energy/energy-sites.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { meterArgs } from './energy-args.ts'
import { bucketed, unitOf } from './energy-buckets.ts'
import { select, type EnergyArgs, type Selection } from './energy-selection.ts'
import { apiError } from './errors.ts'
import type { Reader } from './reader.ts'

/** Power: averages over demand windows that are aligned to the clock of the plant. */

const DEFAULT_WINDOW_MINUTES = 15
/** What runs at night and on holidays: the load that 5 % of the windows do not exceed. */
const BASE_QUANTILE = 0.05
const MOST_PEAKS = 100

interface LoadWindow {
  readonly from: string
  readonly to: string
  readonly kwh: number
  readonly kw: number
  readonly coverage: number
  readonly isEstimated: boolean
  readonly isSplit: boolean
}

export const Peak = builder.objectRef<LoadWindow>('PeakDemand').implement({
  description: 'A highest average power, over a window that is aligned to the clock.',
  fields: (t) => ({
    kw: t.exposeFloat('kw', { description: 'In kilowatts.' }),
    at: t.expose('to', { type: 'DateTime', description: 'End of the window.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the window.' }),
    isEstimated: t.exposeBoolean('isEstimated', { description: 'Whether a part was estimated.' }),
    isSplit: t.exposeBoolean('isSplit', {
      description: 'Whether a reading reached across its edge and was split by time.',
    }),
  }),
})
const LoadWindowRef = builder.objectRef<LoadWindow>('LoadWindow').implement({
  description: 'Average power over one window.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
    kwh: t.exposeFloat('kwh', { description: 'Energy in kWh.' }),
    kw: t.exposeFloat('kw', { description: 'Average power of the whole window in kW.' }),
    coverage: t.exposeFloat('coverage', {
      description:
        'Share of its time with data or an estimate, 0 to 1; below 1 the power is too low.',
    }),
    isEstimated: t.exposeBoolean('isEstimated', { description: 'Whether a part was estimated.' }),
    isSplit: t.exposeBoolean('isSplit', {
      description: 'Whether a reading reached across its edge and was split by time.',
    }),
  }),
})

interface BaseLoad {
  readonly kw: number
  readonly quantile: number
  readonly windows: number
}
const BaseLoadRef = builder.objectRef<BaseLoad>('BaseLoad').implement({
  description: 'Power that is drawn whatever happens: a low quantile of the load.',
  fields: (t) => ({
    kw: t.exposeFloat('kw', { description: 'In kilowatts.' }),
    quantile: t.exposeFloat('quantile', {
      description: 'Share of the windows that do not exceed it, interpolated between neighbours.',
    }),
    windows: t.exposeInt('windows', {
      description: 'Windows it was taken from: those fully covered.',
    }),
  }),
})

interface LoadCurve {
  readonly selection: Selection
  readonly minutes: number
  /** Only what is shown is made into windows: a year has 35,040. */
  readonly load: () => Promise<Load>
}
const LoadCurveRef = builder.objectRef<LoadCurve>('LoadCurve').implement({
  description: 'Power over time, of some meters together.',
  fields: (t) => ({
    timeZone: t.string({
      description: 'IANA zone by whose midnight windows begin.',
      resolve: ({ selection }) => selection.timeZone,
    }),
    windowMinutes: t.exposeInt('minutes', { description: 'Length of a window in minutes.' }),
    windows: t.field({
      type: [LoadWindowRef],
      description: 'Oldest first; one without any data is left out.',
      complexity: { field: 50, multiplier: 20 },
      resolve: async ({ load }) => {
        const { buckets, meters } = await load()
        return buckets.map((b) => loadWindow(b, meters))
      },
    }),
    peaks: t.field({
      type: [Peak],
      description: 'The highest windows, highest first, of equals the earliest.',
      args: {
        first: t.arg.int({ defaultValue: 1, description: `How many, up to ${MOST_PEAKS}.` }),
      },
      complexity: 20,
      resolve: async ({ load }, { first }) => {
        const wanted = first ?? 1
        if (wanted < 0 || wanted > MOST_PEAKS)
          throw apiError('InvalidInput', `first ${wanted} is not between 0 and ${MOST_PEAKS}.`)
        const { buckets, meters } = await load()
        const highest = buckets
          .map((bucket) => ({ bucket, kw: kwOf(bucket) }))
          .sort((a, b) => b.kw - a.kw)
          .slice(0, wanted)
          .map(({ bucket }) => bucket)
        return highest.map((b) => loadWindow(b, meters))
      },
    }),
    meanKw: t.float({
      nullable: true,
      description: 'Average power over all windows that are fully covered.',
      resolve: async ({ load }) => mean((await load()).wholeKw),
    }),
    baseLoad: t.field({
      type: BaseLoadRef,
      nullable: true,
      description: 'A low quantile of the windows that are fully covered.',
      args: {
        quantile: t.arg.float({
          defaultValue: BASE_QUANTILE,
          description: 'Share of the windows that do not exceed it, 0 to 1.',
        }),
      },
      complexity: 20,
      resolve: async ({ load }, args) => {
        const share = args.quantile ?? BASE_QUANTILE
        if (!(share >= 0 && share <= 1))
          throw apiError('InvalidInput', `quantile ${share} is not between 0 and 1.`)
        const whole = (await load()).wholeKw
        const kw = quantile(whole, share)
        return kw === null ? null : { kw: exact(kw), quantile: share, windows: whole.length }
      },
    }),
  }),
})

interface Load {
  readonly buckets: readonly Bucket[]
  readonly meters: number
  /** Power of the windows that are fully covered. */
  readonly wholeKw: readonly number[]
}
const mean = (kw: readonly number[]): number | null =>
  kw.length === 0 ? null : exact(kw.reduce((sum, v) => sum + v, 0) / kw.length)

builder.queryField('loadCurve', (t: any) =>
  t.field({
    type: LoadCurveRef,
    nullable: true,
    description:
      'Average power of meters over windows that are aligned to the clock. Readings that reach ' +
      'across an edge are split by time and marked; those longer than a window tell no power and ' +
      'are left out.',
    args: {
      ...meterArgs(t),
      windowMinutes: t.arg.int({
        description: '5, 10, 15, 30 or 60; what the site says by default, else 15.',
      }),
    },
    complexity: 50,
    resolve: async (
      _: unknown,
      args: EnergyArgs & { readonly windowMinutes?: number | null },
      context: Context,
    ): Promise<LoadCurve> => {
      const selection = await select(args, context)
      const minutes = args.windowMinutes ?? (await windowOf(selection, context.reads))
      if (!windowMinutes.safeParse(minutes).success)
        throw apiError('InvalidInput', `windowMinutes ${minutes} is not 5, 10, 15, 30 or 60.`)
      let read: Promise<Load> | undefined
      return { selection, minutes, load: () => (read ??= loadOf(selection, minutes)) }
    },
  }),
)

/** The highest window; null without energy in intervals that short. */
export async function peakOf(selection: Selection, reads: Reader): Promise<LoadWindow | null> {
  const { buckets, meters } = await loadOf(selection, await windowOf(selection, reads))
  const [first, ...others] = buckets
  if (!first) return null
  const top = others.reduce((a, b) => (kwOf(b) > kwOf(a) ? b : a), first)
  return loadWindow(top, meters)
}

export async function windowOf(
  { meters }: Pick<Selection, 'meters'>,
  reads: Reader,
): Promise<number> {
  const site = meters.find((m) => m.site !== null)?.site
  const row = site == null ? null : await reads.load(energySites, site)
  return row?.windowMinutes ?? DEFAULT_WINDOW_MINUTES
}

async function loadOf(selection: Selection, minutes: number): Promise<Load> {
  const measured = await selection.flows()
  const meters = measured.filter((m) => m.flows.length > 0).length
  if (unitOf(measured, 'KWH') !== 'KWH') return { buckets: [], meters, wholeKw: [] }
  const length = minutes * 60_000
  const found = await bucketed(selection, minutes, ({ spanMs }) => spanMs <= length)
  const buckets = found.filter((b) => b.coveredMs > 0)
  const whole = buckets.filter((b) => b.coveredMs >= (b.to - b.from) * meters)
  return { buckets, meters, wholeKw: whole.map(kwOf) }
}

const HOUR_MS = 3_600_000
const kwOf = (b: Bucket): number => (b.quantity * HOUR_MS) / (b.to - b.from)

function loadWindow(b: Bucket, meters: number): LoadWindow {
  const ms = b.to - b.from
  return {
    from: new Date(b.from).toISOString(),
    to: new Date(b.to).toISOString(),
    kwh: exact(b.quantity),
    kw: exact(kwOf(b)),
    coverage: Math.min(1, Math.round((b.coveredMs * 1e6) / (ms * meters)) / 1e6),
    isEstimated: b.estimated !== 0,
    isSplit: b.split,
  }
}
