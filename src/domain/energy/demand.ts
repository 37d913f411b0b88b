import { exact } from '../types.ts'

/** Arithmetic of demand windows: average power over windows that are aligned to the clock. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Power of the last minutes is what a forecast goes on with: one reading alone is a spike. */
const RECENT_MS = 5 * MINUTE_MS

export interface Span {
  /** Epoch milliseconds: from <= time < to. */
  readonly from: number
  readonly to: number
}
export interface Measured extends Span {
  readonly kwh: number
}

/** The window that holds `at`; its beginning is a whole number of windows after midnight of the zone. */
export function windowAt(at: number, minutes: number, timeZone: string): Span {
  const length = minutes * MINUTE_MS
  const midnight = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .startOfDay().epochMilliseconds
  const from = midnight + Math.floor((at - midnight) / length) * length
  return { from, to: from + length }
}

export interface Forecast extends Span {
  readonly usedKwh: number
  /** Until here the window has been measured. */
  readonly observedTo: number
  /** Average power of the whole window if it goes on as in its last minutes; null without data. */
  readonly forecastKw: number | null
}

/** @param measured disjoint intervals in any order; those across an edge count by their share of time */
export function forecast(measured: readonly Measured[], window: Span): Forecast {
  const inside = measured.filter((m) => m.to > window.from && m.from < window.to)
  const used = energyIn(inside, window)
  const observedTo = inside.reduce((last, m) => Math.max(last, Math.min(m.to, window.to)), 0)
  if (inside.length === 0)
    return { ...window, usedKwh: 0, observedTo: window.from, forecastKw: null }
  const recent = { from: observedTo - RECENT_MS, to: observedTo }
  const seen = measured.reduce((ms, m) => ms + overlap(m, recent), 0)
  const kwhPerMs = seen === 0 ? 0 : energyIn(measured, recent) / seen
  const total = used + kwhPerMs * (window.to - observedTo)
  const kw = (total * HOUR_MS) / (window.to - window.from)
  return { ...window, usedKwh: exact(used), observedTo, forecastKw: exact(kw) }
}

const overlap = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))

const energyIn = (measured: readonly Measured[], span: Span): number =>
  measured.reduce((sum, m) => sum + (m.kwh * overlap(m, span)) / (m.to - m.from), 0)
