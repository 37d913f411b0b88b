import type { Activity } from '../../domain/production/events.ts'
import type { Interval } from './intervals.ts'
import type { ScheduleSpan } from './schedule.ts'

/** Who works on which operation, on one machine. */
export interface Work {
  readonly orderId: string
  readonly operationId: string
  readonly personId: string | null
  readonly activity: Activity
  /** What the order makes; null where the order is not known. */
  readonly materialId: string | null
  readonly from: string
  /** Null while it goes on. */
  readonly to: string | null
}

/** A stretch in which nothing changed: neither machine nor calendar nor work. */
export interface Segment extends Interval {
  readonly schedule: ScheduleSpan
  /** In the order of order, operation and person; none, one or several at a time. */
  readonly work: readonly Work[]
}

/** What surrounds a machine for a while. */
interface Around {
  readonly from: string
  readonly to: string
  readonly schedule: ScheduleSpan
  readonly work: readonly Work[]
}

/**
 * Intervals of a machine cut where its calendar or the work on it changes; without gap or overlap, as
 * long as both cover the same window.
 * @param horizon nobody works beyond it: what still runs is cut there
 */
export function segments(
  intervals: readonly Interval[],
  schedule: readonly ScheduleSpan[],
  work: readonly Work[],
  horizon: string,
): readonly Segment[] {
  const around = surroundings(schedule, work, horizon)
  const cut: Segment[] = []
  let i = 0
  for (const interval of intervals) {
    while (around[i]!.to <= interval.from) i++
    for (let from = interval.from; from < interval.to;) {
      const { to: end, schedule, work } = around[i]!
      const to = end < interval.to ? end : interval.to
      const whole = from === interval.from && to === interval.to
      const durationMs = whole ? interval.durationMs : Date.parse(to) - Date.parse(from)
      cut.push({ ...interval, from, to, durationMs, schedule, work })
      if (to === end) i++
      from = to
    }
  }
  return cut
}

const NOBODY: readonly Work[] = []
const byName = (a: Work, b: Work): number => (nameOf(a) < nameOf(b) ? -1 : 1)
const nameOf = ({ orderId, operationId, personId, activity }: Work): string =>
  JSON.stringify([orderId, operationId, personId, activity])

function surroundings(
  schedule: readonly ScheduleSpan[],
  work: readonly Work[],
  horizon: string,
): readonly Around[] {
  const begun = [...work].sort((a, b) =>
    a.from < b.from ? -1 : a.from > b.from ? 1 : byName(a, b),
  )
  const endOf = ({ to }: Work): string => to ?? horizon
  const moments = [...new Set(work.flatMap((w) => [w.from, endOf(w)]))].sort()
  const found: Around[] = []
  let active = NOBODY
  let next = 0
  let m = 0
  const moveTo = (from: string): void => {
    const had = active
    while (next < begun.length && begun[next]!.from <= from) active = [...active, begun[next++]!]
    if (active.some((w) => endOf(w) <= from)) active = active.filter((w) => endOf(w) > from)
    if (active !== had) active = [...active].sort(byName)
    while (m < moments.length && moments[m]! <= from) m++
  }
  for (const span of schedule)
    for (let from = span.from; from < span.to;) {
      moveTo(from)
      const change = moments[m]
      const to = change !== undefined && change < span.to ? change : span.to
      found.push({ from, to, schedule: span, work: active })
      from = to
    }
  return found
}

/** Time per state within each part of a window; the parts cover it, NO_DATA included. */
export interface Bucket {
  readonly from: string
  readonly to: string
  /** Milliseconds by state, those that came up. */
  readonly totals: ReadonlyMap<Segment['state'], number>
  /** Milliseconds by what the calendar meant. */
  readonly schedule: ReadonlyMap<ScheduleSpan['kind'], number>
}

/** @param of segments without gap or overlap @param lengthMs of a bucket; the last may be shorter */
export function buckets(of: readonly Segment[], lengthMs: number): readonly Bucket[] {
  const found: Bucket[] = []
  if (of.length === 0) return found
  const begin = Date.parse(of[0]!.from)
  const end = Date.parse(of.at(-1)!.to)
  let i = 0
  for (let from = begin; from < end; from += lengthMs) {
    const to = Math.min(from + lengthMs, end)
    const totals = new Map<Segment['state'], number>()
    const schedule = new Map<ScheduleSpan['kind'], number>()
    for (; i < of.length; i++) {
      const segment = of[i]!
      const until = Date.parse(segment.to)
      const since = until - segment.durationMs
      if (since >= to) break
      const ms = Math.min(until, to) - Math.max(since, from)
      totals.set(segment.state, (totals.get(segment.state) ?? 0) + ms)
      schedule.set(segment.schedule.kind, (schedule.get(segment.schedule.kind) ?? 0) + ms)
      if (until > to) break
    }
    const moment = (at: number) => new Date(at).toISOString()
    found.push({ from: moment(from), to: moment(to), totals, schedule })
  }
  return found
}
