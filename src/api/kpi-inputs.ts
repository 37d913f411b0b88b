import { cycleTimes, type CycleTimeRow } from '../projections/equipment/cycle-times.ts'
import type { KpiInputs, Subject } from '../projections/kpi/inputs.ts'
import type { Context } from './context.ts'
import { reportedBy } from './kpi-days.ts'
import { candidatesOf, plannedFor } from './kpi-scope.ts'
import { classifiedFor } from './kpi-stops.ts'
import { workDone } from './kpi-work.ts'
import { decisionsOn } from './machine-stops.ts'
import type { Moment } from './reader.ts'

export interface KpiWindow {
  /** ISO-8601 UTC: from <= time < to. */
  readonly from: string
  readonly to: string
}

/**
 * All that key figures of some scopes and a window are reckoned from, now or as the log knew it. What
 * has not happened yet is no part of the window.
 */
export async function kpiInputs(
  scopeIds: readonly string[],
  window: KpiWindow,
  moment: Moment | null,
  context: Context,
): Promise<KpiInputs & { readonly sites: readonly string[] }> {
  const to = endOf(window, moment, context)
  const span = { from: window.from, to }
  const ms = { from: Date.parse(span.from), to: Date.parse(span.to) }
  const candidates = await candidatesOf(scopeIds, context)
  const ids = candidates.map(({ id }) => id)
  const sites = [...new Set(candidates.map(({ site }) => site))]
  const [reported, done, planned, cycles, decisions] = await Promise.all([
    reportedBy(ids, ms, moment, context),
    workDone(sites, span, moment, context),
    plannedFor(candidates, span, moment, context),
    cycleTimesOf(ids, moment, context),
    decisionsOn(ids, span, moment, context),
  ])
  const known = { decisions, reported, moment }
  const classified = await classifiedFor(candidates, ms, known, context)
  const worked = new Set([...done.work, ...done.booked].map(({ subjectId }) => subjectId))
  const subjects = candidates.flatMap((candidate): Subject[] => {
    const { id, isMachine, path, timeZone } = candidate
    const mine = reported.get(id)!
    const isHeardOf = mine.days.length > 0 || mine.reportsFrom === -Infinity
    if (!isMachine && !isHeardOf && !worked.has(id)) return []
    const [working, own] = [planned.get(id) ?? null, cycles.get(id) ?? []]
    const stops = classified.get(id) ?? []
    return [{ id, path, timeZone, ...mine, working, cycleTimes: own, classified: stops }]
  })
  return { ...done, sites, window: ms, subjects }
}

/** The window ends where knowledge does: now, or the moment asked for. */
function endOf({ from, to }: KpiWindow, moment: Moment | null, { clock }: Context): string {
  const ends = [to, clock.now(), moment?.at ?? to, moment?.recordedAt ?? to].sort()
  return ends[0]! < from ? from : ends[0]!
}

async function cycleTimesOf(
  ids: readonly string[],
  moment: Moment | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly CycleTimeRow[]>> {
  const rows = await reads.query<CycleTimeRow>('equipment', (sites) => ({
    text: `select * from read.cycle_times where "equipmentId" = any($2)
             and ($1::text[] is null or site = any($1))`,
    values: [sites, ids],
  }))
  if (moment === null) return Map.groupBy(rows, ({ equipmentId }) => equipmentId)
  const streams = new Set(rows.map(({ equipmentId }) => `cycleTimes-${equipmentId}`))
  const known: readonly CycleTimeRow[] = (
    await reads.allAsOf([cycleTimes], [...streams], moment)
  )[0]!
  return Map.groupBy(known, ({ equipmentId }) => equipmentId)
}
