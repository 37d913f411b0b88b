import { cycleTimes, type CycleTimeRow } from '../projections/equipment/cycle-times.ts'
import {
  ratedCapacities,
  type RatedCapacityRow,
} from '../projections/equipment/rated-capacities.ts'
import { equipmentTimeline, type TimelineRow } from '../projections/equipment/timeline.ts'
import type { Subject } from '../projections/kpi/inputs.ts'
import type { Context } from './context.ts'
import type { KpiWindow } from './kpi-inputs.ts'
import type { Moment } from './reader.ts'

type Masters = Pick<Subject, 'cycleTimes' | 'capacities' | 'programs'>

/** What is said of machines once and holds from a date on, now or as the log knew it. */
export async function masterDataOf(
  ids: readonly string[],
  window: KpiWindow,
  moment: Moment | null,
  context: Context,
): Promise<(id: string) => Masters> {
  const [cycles, capacities] = await Promise.all([
    rowsOf<CycleTimeRow>(
      { of: cycleTimes, table: 'cycle_times', stream: 'cycleTimes' },
      ids,
      moment,
      context,
    ),
    rowsOf<RatedCapacityRow>(
      { of: ratedCapacities, table: 'rated_capacities', stream: 'ratedCapacity' },
      ids,
      moment,
      context,
    ),
  ])
  const byProgram = [...cycles].filter(([, mine]) => mine.some(({ program }) => program !== null))
  const programs = await programsOf(
    byProgram.map(([id]) => id),
    window,
    moment,
    context,
  )
  return (id) => ({
    cycleTimes: cycles.get(id) ?? [],
    capacities: capacities.get(id) ?? [],
    programs: programs.get(id) ?? [],
  })
}

async function rowsOf<Row extends { readonly equipmentId: string }>(
  from: {
    readonly of: typeof cycleTimes | typeof ratedCapacities
    readonly table: string
    readonly stream: string
  },
  ids: readonly string[],
  moment: Moment | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const rows = await reads.query<Row>('equipment', (sites) => ({
    text: `select * from read.${from.table} where "equipmentId" = any($2)
             and ($1::text[] is null or site = any($1))`,
    values: [sites, ids],
  }))
  if (moment === null) return Map.groupBy(rows, ({ equipmentId }) => equipmentId)
  const { touched } = await reads.logOf(moment)
  const streams = new Set(rows.map(({ equipmentId }) => `${from.stream}-${equipmentId}`))
  for (const id of ids) if (touched.has(`${from.stream}-${id}`)) streams.add(`${from.stream}-${id}`)
  const known = (await reads.allAsOf([from.of], [...streams], moment))[0] as readonly Row[]
  return Map.groupBy(known, ({ equipmentId }) => equipmentId)
}

type Program = Pick<TimelineRow, 'equipmentId' | 'at' | 'program'>

/** Programs that were loaded in a window and when it began, of machines whose cycle times ask for them. */
async function programsOf(
  ids: readonly string[],
  { from, to }: KpiWindow,
  moment: Moment | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly Program[]>> {
  if (ids.length === 0) return new Map()
  const rows = await reads.query<Program>('equipment', (sites) => ({
    text: `select "equipmentId", at, program from read.equipment_timeline t
           where "equipmentId" = any($2) and kind = 'PROGRAM' and at < $4
             and ($1::text[] is null or site = any($1))
             and at >= coalesce((select max(b.at) from read.equipment_timeline b
               where b."equipmentId" = t."equipmentId" and b.kind = 'PROGRAM' and b.at <= $3), $3)
           order by at, key`,
    values: [sites, ids, from, to],
  }))
  const known = moment ? await asKnown(rows, moment, reads) : rows
  return Map.groupBy(known, ({ equipmentId }) => equipmentId)
}

async function asKnown(
  rows: readonly Program[],
  moment: Moment,
  reads: Context['reads'],
): Promise<readonly Program[]> {
  const streams = rows.map(({ equipmentId, at }) => `equipment-${equipmentId}-${at.slice(0, 10)}`)
  const [facts] = await reads.allAsOf([equipmentTimeline], [...new Set(streams)], moment)
  return (facts as readonly TimelineRow[])
    .filter(({ kind }) => kind === 'PROGRAM')
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}
