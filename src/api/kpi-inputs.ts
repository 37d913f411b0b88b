import type { KpiInputs, Scope, Subject } from '../projections/kpi/inputs.ts'
import type { Context } from './context.ts'
import { reportedBy } from './kpi-days.ts'
import { masterDataOf } from './kpi-masters.ts'
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

export interface ScopedInputs extends KpiInputs {
  readonly sites: readonly string[]
  /** All nodes of the scopes with what they stand in, machines or not. */
  readonly places: ReadonlyMap<string, readonly Scope[]>
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
): Promise<ScopedInputs> {
  const to = endOf(window, moment, context)
  const span = { from: window.from, to }
  const ms = { from: Date.parse(span.from), to: Date.parse(span.to) }
  const candidates = await candidatesOf(scopeIds, context)
  const ids = candidates.map(({ id }) => id)
  const sites = [...new Set(candidates.map(({ site }) => site))]
  const [reported, done, planned, masters, decisions] = await Promise.all([
    reportedBy(ids, ms, moment, context),
    workDone({ ids, sites }, span, moment, context),
    plannedFor(candidates, span, moment, context),
    masterDataOf(ids, span, moment, context),
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
    const working = planned.get(id) ?? null
    const stops = classified.get(id) ?? []
    return [{ id, path, timeZone, ...mine, working, ...masters(id), classified: stops }]
  })
  const places = new Map(candidates.map(({ id, path }) => [id, path]))
  return { ...done, sites, places, window: ms, subjects }
}

/** The window ends where knowledge does: now, or the moment asked for. */
function endOf({ from, to }: KpiWindow, moment: Moment | null, { clock }: Context): string {
  const ends = [to, clock.now(), moment?.at ?? to, moment?.recordedAt ?? to].sort()
  return ends[0]! < from ? from : ends[0]!
}
