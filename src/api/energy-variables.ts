import { fill } from '../domain/energy/buckets.ts'
import type { EnpiVariable } from '../domain/energy/events.ts'
import { clip, disjoint, type Statement } from '../domain/energy/flows.ts'
import { variableValues, type VariableValueRow } from '../projections/energy/variable-values.ts'
import type { Keyed } from '../projections/projection.ts'
import { countsAsKnown, goodOf } from './energy-counted.ts'
import type { Moment, Reader } from './reader.ts'

type Series = Extract<EnpiVariable, { source: 'SERIES' }>

/** Values of a relevant variable in each period; null where nothing was said of some of its time. */
export const valuesOf = (
  variable: EnpiVariable,
  borders: readonly number[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly (number | null)[]> =>
  variable.source === 'SERIES'
    ? observed(variable, borders, moment, reads)
    : counted(variable.equipmentIds, borders, moment, reads)

const iso = (ms: number): string => new Date(ms).toISOString()

async function observed(
  { seriesId, aggregate }: Series,
  borders: readonly number[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly (number | null)[]> {
  const [from, to] = [borders[0]!, borders.at(-1)!]
  const now = await reads.query<Keyed<VariableValueRow>>('energy', (sites) => ({
    text: `select * from read.variable_values where "seriesId" = $2 and "to" > $3 and "from" < $4
      and ($1::text[] is null or site = any($1))`,
    values: [sites, seriesId, iso(from), iso(to)],
  }))
  const rows = moment ? await valuesAsKnown(now, moment, reads) : now
  const isMean = aggregate === 'MEAN'
  const spans = clip(disjoint(rows.map((row) => statement(row, isMean))), from, to)
  return fill(spans, borders).map((b) => {
    const ms = b.to - b.from
    if (b.coveredMs < ms) return null
    return isMean ? b.quantity / ms : b.quantity
  })
}

/**
 * Folded from the days on which today's values were said, and those they are about. A value said on
 * another day and said anew since has no row that tells that day.
 */
async function valuesAsKnown(
  now: readonly Keyed<VariableValueRow>[],
  moment: Moment,
  reads: Reader,
): Promise<readonly Keyed<VariableValueRow>[]> {
  const spans = new Set(now.map((row) => row.key))
  const streams = now.flatMap(({ seriesId, saidAt, to }) =>
    [saidAt, to].map((at) => `energyVariable-${seriesId}-${at.slice(0, 10)}`),
  )
  const [rows] = await reads.allAsOf([variableValues], [...new Set(streams)], moment)
  return (rows as readonly Keyed<VariableValueRow>[]).filter((row) => spans.has(row.key))
}

/** A mean is value times time, added up, over time. */
function statement(row: Keyed<VariableValueRow>, isMean: boolean): Statement {
  const [from, to] = [Date.parse(row.from), Date.parse(row.to)]
  const quantity = isMean ? row.value * (to - from) : row.value
  return { from, to, quantity, kind: 'MEASURED', saidAt: Date.parse(row.saidAt) }
}

/** Pieces that machines counted: as good where they say so, else all less scrap. */
async function counted(
  equipmentIds: readonly string[],
  borders: readonly number[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly number[]> {
  if (moment) return countedAsKnown(equipmentIds, borders, moment, reads)
  const rows = await reads.query<{ n: number; good: number | null }>('equipment', (sites) => ({
    text: `with by_machine as (
        select width_bucket(at - interval '1 microsecond', $3::timestamptz[]) as n, "equipmentId",
          coalesce(sum(delta) filter (where kind = 'GOOD'),
            coalesce(sum(delta) filter (where kind = 'TOTAL'), 0)
              - coalesce(sum(delta) filter (where kind = 'SCRAP'), 0)) as good
        from read.equipment_counters where "equipmentId" = any($2)
          and at > ($3::timestamptz[])[1] and at <= $4::timestamptz
          and ($1::text[] is null or site = any($1)) group by 1, 2)
      select n, sum(good)::float8 as good from by_machine group by n`,
    values: [sites, equipmentIds, borders.map(iso), iso(borders.at(-1)!)],
  }))
  const byPeriod = new Map(rows.map(({ n, good }) => [n, good ?? 0]))
  return borders.slice(0, -1).map((_, i) => byPeriod.get(i + 1) ?? 0)
}

async function countedAsKnown(
  equipmentIds: readonly string[],
  borders: readonly number[],
  moment: Moment,
  reads: Reader,
): Promise<readonly number[]> {
  const window = { from: iso(borders[0]!), to: iso(borders.at(-1)!) }
  const counts = await countsAsKnown(equipmentIds, window, moment, reads)
  return borders.slice(0, -1).map((border, i) => {
    const [from, to] = [iso(border), iso(borders[i + 1]!)]
    const inside = counts.filter(({ at }) => at > from && at <= to)
    const machines = Map.groupBy(inside, ({ equipmentId }) => equipmentId)
    return [...machines.values()].reduce((sum, of) => sum + (goodOf(of) ?? 0), 0)
  })
}
