import type { Flow } from './flows.ts'

/** Parts of time that are aligned to the clock of a zone, and what flowed in each. */
export type Calendar = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR'

const STEP = {
  DAY: { days: 1 },
  WEEK: { weeks: 1 },
  MONTH: { months: 1 },
  YEAR: { years: 1 },
} as const

/**
 * Borders of the parts that from <= time < to lies in, epoch milliseconds, the first at or before
 * `from`, the last at or after `to`. A number is minutes: those parts begin anew each midnight, so a day
 * on which clocks change has 92 or 100 quarters of an hour.
 * @param most stops soon after so many
 */
export function bordersOf(
  { from, to, timeZone }: { readonly from: number; readonly to: number; readonly timeZone: string },
  step: Calendar | number,
  most = Infinity,
): number[] {
  const unit = typeof step === 'number' ? 'DAY' : step
  const borders: number[] = []
  let begin = startOf(unit, from, timeZone)
  while (begin.epochMilliseconds < to && borders.length <= most) {
    const next = begin.add(STEP[unit]).startOfDay()
    if (typeof step === 'number')
      for (let at = begin.epochMilliseconds; at < next.epochMilliseconds; at += step * 60_000)
        borders.push(at)
    else borders.push(begin.epochMilliseconds)
    begin = next
  }
  borders.push(begin.epochMilliseconds)
  const first = borders.findLastIndex((at) => at <= from)
  const last = borders.findIndex((at) => at >= to)
  return borders.slice(Math.max(0, first), last < 0 ? undefined : last + 1)
}

function startOf(unit: Calendar, at: number, timeZone: string): Temporal.ZonedDateTime {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).startOfDay()
  switch (unit) {
    case 'DAY':
      return day
    case 'WEEK':
      return day.subtract({ days: day.dayOfWeek - 1 }).startOfDay()
    case 'MONTH':
      return day.with({ day: 1 }).startOfDay()
    case 'YEAR':
      return day.with({ month: 1, day: 1 }).startOfDay()
  }
}

export interface Bucket {
  readonly from: number
  readonly to: number
  quantity: number
  /** Part of `quantity` that was estimated. */
  estimated: number
  coveredMs: number
  /** Whether a reading reached across one of its edges and was split by time. */
  split: boolean
}

/** What flowed between neighbouring borders. @param flows disjoint, in order, within the borders */
export function fill(flows: readonly Flow[], borders: readonly number[]): Bucket[] {
  const buckets = borders.slice(0, -1).map((from, i): Bucket => {
    return { from, to: borders[i + 1]!, quantity: 0, estimated: 0, coveredMs: 0, split: false }
  })
  let b = 0
  for (const flow of flows) {
    while (b < buckets.length && buckets[b]!.to <= flow.from) b++
    for (let i = b; i < buckets.length && buckets[i]!.from < flow.to; i++) pour(flow, buckets[i]!)
  }
  return buckets
}

function pour(flow: Flow, bucket: Bucket): void {
  const ms = Math.min(flow.to, bucket.to) - Math.max(flow.from, bucket.from)
  if (ms <= 0) return
  const length = flow.to - flow.from
  const quantity = ms === length ? flow.quantity : (flow.quantity * ms) / length
  bucket.quantity += quantity
  if (flow.estimated) bucket.estimated += quantity
  bucket.coveredMs += ms
  if (ms !== length || flow.spanMs > length) bucket.split = true
}

/** Adds the buckets of one meter to those of another; both have the same borders. */
export const addBuckets = (a: readonly Bucket[], b: readonly Bucket[]): Bucket[] =>
  a.map((x, i) => {
    const y = b[i]!
    return {
      ...{ from: x.from, to: x.to, quantity: x.quantity + y.quantity },
      estimated: x.estimated + y.estimated,
      coveredMs: x.coveredMs + y.coveredMs,
      split: x.split || y.split,
    }
  })

/** Value below which a share `q` of the values lies, interpolated as R's type 7. Null of none. */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = Math.floor(place)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low)
}
