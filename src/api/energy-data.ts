import type { Statement } from '../domain/energy/flows.ts'
import type { RegisterReading } from '../domain/energy/register.ts'
import { energyIntervals, type EnergyIntervalRow } from '../projections/energy/energy-intervals.ts'
import { gapEstimations, type GapEstimationRow } from '../projections/energy/gap-estimations.ts'
import { meterCorrections } from '../projections/energy/meter-corrections.ts'
import {
  correctedReadings,
  correctedStatements,
  type Correction,
} from '../projections/energy/meter-statements.ts'
import { meterReadings, type MeterReadingRow } from '../projections/energy/meter-readings.ts'
import { meters, type MeterRow } from '../projections/energy/meters.ts'
import { virtualMeters, type VirtualMeterRow } from '../projections/energy/virtual-meters.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Window } from './energy-flows.ts'
import { apiError } from './errors.ts'
import type { Moment, Reader } from './reader.ts'

/** Rows that the flows of meters are computed from: from the read models, or folded as known then. */

/** Readings of one answer: a year of quarters of an hour of thirty meters, a day of ten thousand. */
const MAX_READINGS = 1_000_000
const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

export interface MeterData {
  readonly statements: readonly Statement[]
  /** Base units of the statements. */
  readonly units: readonly string[]
  readonly readings: readonly RegisterReading[]
  readonly firstDigits: number | null
  readonly estimation: Pick<GapEstimationRow, 'method' | 'longestGapMinutes'> | null
}

/** Virtual meters by id, as now or as the log knew them. */
export async function loadVirtual(
  moment: Moment | null,
  reads: Reader,
): Promise<ReadonlyMap<string, Keyed<VirtualMeterRow>>> {
  const rows = await reads.query<Keyed<VirtualMeterRow>>('energy', (sites) => ({
    text: `select "meterId", site, "scopeId", terms, medium from read.virtual_meters
      where $1::text[] is null or site = any($1)`,
    values: [sites],
  }))
  if (!moment) return new Map(rows.map((row) => [row.meterId, row]))
  // A meter removed since then has no row; the site it was of may have others, else it is not found.
  const streams = [...new Set(rows.map(({ site }) => `virtualMeters-${site}`))]
  const [known] = await reads.allAsOf([virtualMeters], streams, moment)
  return new Map((known as Keyed<VirtualMeterRow>[]).map((row) => [row.meterId, row]))
}

export async function meterData(
  meterIds: readonly string[],
  window: Window,
  moment: Moment | null,
  reads: Reader,
): Promise<ReadonlyMap<string, MeterData>> {
  const rows = await currentRows(meterIds, window, reads)
  const known = moment ? await rowsAsKnown(meterIds, rows, moment, reads) : rows
  const of = <T extends { readonly meterId: string }>(all: readonly T[]) =>
    Map.groupBy(all, (row) => row.meterId)
  const intervals = of(known.intervals)
  const readings = of(known.readings)
  const corrections = of(known.corrections)
  const settings = new Map(known.settings.map((s) => [s.meterId, s]))
  return new Map(
    meterIds.map((meterId) => {
      const corrected = corrections.get(meterId) ?? []
      const mine = intervals.get(meterId) ?? []
      const { firstDigits = null, estimation = null } = settings.get(meterId) ?? {}
      const statements = [
        ...mine.map(({ unit: _unit, ...row }) => row),
        ...correctedStatements(corrected),
      ]
      return [
        meterId,
        {
          ...{ statements, firstDigits, estimation },
          units: [...new Set([...mine.map((row) => row.unit), ...unitsOf(corrected)])],
          readings: correctedReadings(readings.get(meterId) ?? [], corrected),
        },
      ]
    }),
  )
}

type Interval = Statement & { readonly meterId: string; readonly unit: string }
type Reading = RegisterReading & { readonly meterId: string }
interface Settings {
  readonly meterId: string
  readonly firstDigits: number | null
  readonly estimation: MeterData['estimation']
}
interface Rows {
  readonly intervals: readonly Interval[]
  readonly readings: readonly Reading[]
  readonly corrections: readonly Correction[]
  readonly settings: readonly Settings[]
}

const unitsOf = (corrections: Rows['corrections']): string[] =>
  corrections
    .filter((c) => c.kind === 'INTERVAL' && c.quantity !== null)
    .map(({ baseUnit }) => baseUnit)

async function currentRows(
  meterIds: readonly string[],
  { from, to }: Window,
  reads: Reader,
): Promise<Rows> {
  const query = <T extends object>(text: string, values: readonly unknown[] = []) =>
    reads.query<T>('energy', (sites) => ({ text, values: [sites, meterIds, ...values] }))
  const open = '"meterId" = any($2) and ($1::text[] is null or site = any($1))'
  const settings = await query<Settings>(`
    select id as "meterId", m."firstDigits", case when g.key is not null then
      jsonb_build_object('method', g.method, 'longestGapMinutes', g."longestGapMinutes")
      end as estimation
    from unnest($2::text[]) id left join read.meters m on m.key = id
      left join read.gap_estimations g on g.key = id
    where $1::text[] is null or coalesce(m.site, g.site) = any($1)`)
  // Neighbours of a gap that reaches over an edge, and the week an estimate is taken from.
  const margin = Math.max(0, ...settings.map(({ estimation }) => reach(estimation)))
  const week = settings.some(({ estimation }) => estimation?.method === 'WEEK_BEFORE')
  const edges = [
    iso(Date.parse(from) - margin - (week ? WEEK_MS : 0)),
    iso(Date.parse(to) + margin),
  ]
  const [packed, readings, corrections] = await Promise.all([
    query<Packed>(
      `select "meterId", unit, to_json(array_agg(${epoch('from')})) as "from",
        to_json(array_agg(${epoch('to')})) as "to", to_json(array_agg(quantity)) as quantity,
        to_json(array_agg(${epoch('saidAt')})) as "saidAt"
      from (select "meterId", unit, "from", "to", quantity, "saidAt" from read.energy_intervals
        where ${open} and "to" > $3 and "from" < $4 limit ${MAX_READINGS + 1}) i
      group by 1, 2`,
      edges,
    ),
    query<Reading>(
      `select r."meterId", r.at, r.kind, r.reading, r.unit, r.digits
      from unnest($2::text[]) id join read.meter_readings r on r."meterId" = id
      where ($1::text[] is null or r.site = any($1)) and (r.kind = 'START' or (
        r.at >= coalesce((select max(p.at) from read.meter_readings p
          where p."meterId" = id and p.at <= $3), $3)
        and r.at <= coalesce((select min(n.at) from read.meter_readings n
          where n."meterId" = id and n.at >= $4), $4)))
      limit ${MAX_READINGS + 1}`,
      edges,
    ),
    query<Rows['corrections'][number]>(
      `select "meterId", kind, "from", "to", quantity, unit, factor, "baseUnit", nth
      from read.meter_corrections where ${open} and (kind <> 'INTERVAL' or "to" > $3 and "from" < $4)`,
      edges,
    ),
  ])
  const intervals = packed.flatMap(unpacked)
  if (intervals.length > MAX_READINGS || readings.length > MAX_READINGS)
    throw apiError('InvalidInput', `more than ${MAX_READINGS} readings; ask for less at once.`)
  return { intervals, readings, corrections, settings }
}

const iso = (ms: number): string => new Date(ms).toISOString()
const epoch = (column: string): string => `date_part('epoch', "${column}") * 1000`

/** Intervals of one meter, a list a column: a year as 35,040 rows takes several times as long. */
interface Packed {
  readonly meterId: string
  readonly unit: string
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly quantity: readonly number[]
  readonly saidAt: readonly number[]
}
const unpacked = ({ meterId, unit, from, to, quantity, saidAt }: Packed): Interval[] =>
  from.map((begin, i) => ({
    ...{ meterId, unit },
    kind: 'MEASURED',
    from: begin,
    to: to[i]!,
    quantity: quantity[i]!,
    saidAt: saidAt[i]!,
  }))
const reach = (estimation: MeterData['estimation']): number =>
  estimation && estimation.method !== 'NONE' ? estimation.longestGapMinutes * 60_000 : 0

const FOLDED = [energyIntervals, meterReadings, meterCorrections, gapEstimations, meters] as const

/**
 * The same rows as the log knew them: folded from the streams that today's rows name. Those hold all
 * that was known then, and the days around the window; an interval said days late and replaced since
 * by one said later still has no row that tells its day.
 */
async function rowsAsKnown(
  meterIds: readonly string[],
  now: Rows,
  moment: Moment,
  reads: Reader,
): Promise<Rows> {
  const intervals: Interval[] = []
  const readings: Reading[] = []
  const corrections: Rows['corrections'][number][] = []
  const settings: Settings[] = []
  const days = Map.groupBy(
    [
      ...now.intervals.flatMap((i) =>
        [i.saidAt, i.to].map((at) => ({ meterId: i.meterId, day: iso(at).slice(0, 10) })),
      ),
      ...now.readings.map((r) => ({ meterId: r.meterId, day: r.at.slice(0, 10) })),
    ],
    ({ meterId }) => meterId,
  )
  for (const meterId of meterIds) {
    const mine = [...new Set((days.get(meterId) ?? []).map(({ day }) => day))]
    const streams = [
      ...[`meter-${meterId}`, `meterQuality-${meterId}`],
      ...mine.map((day) => `meterData-${meterId}-${day}`),
    ]
    const rows = await reads.allAsOf(FOLDED, streams, moment)
    const [measured, stands, corrected, gaps, known] = rows as readonly [
      readonly Keyed<EnergyIntervalRow>[],
      readonly Keyed<MeterReadingRow>[],
      readonly Keyed<Correction>[],
      readonly Keyed<GapEstimationRow>[],
      readonly Keyed<MeterRow>[],
    ]
    for (const row of measured) intervals.push(asInterval(row))
    readings.push(...stands)
    corrections.push(...corrected)
    settings.push({
      ...{ meterId, firstDigits: known[0]?.firstDigits ?? null, estimation: gaps[0] ?? null },
    })
  }
  return { intervals, readings, corrections, settings }
}

const asInterval = (row: Keyed<EnergyIntervalRow>): Interval => ({
  ...{ meterId: row.meterId, unit: row.unit, quantity: row.quantity },
  ...{ kind: 'MEASURED', from: Date.parse(row.from), to: Date.parse(row.to) },
  saidAt: Date.parse(row.saidAt),
})
