import { equipmentCounters, type CounterRow } from '../projections/equipment/counters.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Window } from './energy-flows.ts'
import type { Moment, Reader } from './reader.ts'

/** What machines counted in from < time <= to, as the log knew it: folded from the days that have counts. */
export async function countsAsKnown(
  equipmentIds: readonly string[],
  { from, to }: Window,
  moment: Moment,
  reads: Reader,
): Promise<readonly Keyed<CounterRow>[]> {
  const days = await reads.query<{ stream: string }>('equipment', (sites) => ({
    text: `select distinct 'equipment-' || "equipmentId" || '-'
        || to_char(at at time zone 'UTC', 'YYYY-MM-DD') as stream
      from read.equipment_counters where "equipmentId" = any($2) and at > $3 and at <= $4
        and ($1::text[] is null or site = any($1))`,
    values: [sites, equipmentIds, from, to],
  }))
  const streams = days.map(({ stream }) => stream)
  const [rows] = await reads.allAsOf([equipmentCounters], streams, moment)
  return (rows as readonly Keyed<CounterRow>[]).filter(({ at }) => at > from && at <= to)
}

/** As good where the machine says so, else all less scrap; null where it counted neither. */
export function goodOf(counts: readonly CounterRow[]): number | null {
  const sum = (kind: CounterRow['kind']): number | null => {
    const of = counts.filter((row) => row.kind === kind)
    return of.length === 0 ? null : of.reduce((all, { delta }) => all + delta, 0)
  }
  const total = sum('TOTAL')
  return sum('GOOD') ?? (total === null ? null : total - (sum('SCRAP') ?? 0))
}
