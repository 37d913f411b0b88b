import type { Span } from './problem.ts'

/** A calendar as sorted spans with the working time before each: both directions in O(log n). */
export interface WorkingTime {
  readonly from: Float64Array
  readonly to: Float64Array
  /** Working seconds before span i. */
  readonly before: Float64Array
}

/** Later than anything that can be planned. */
export const NEVER = 2 ** 31

export const alwaysOpen: WorkingTime = workingTime([{ from: -NEVER, to: NEVER }])

/** @param spans by time, without overlap */
export function workingTime(spans: readonly Span[]): WorkingTime {
  const before = new Float64Array(spans.length)
  for (let i = 1; i < spans.length; i++)
    before[i] = before[i - 1]! + spans[i - 1]!.to - spans[i - 1]!.from
  return {
    from: Float64Array.from(spans, ({ from }) => from),
    to: Float64Array.from(spans, ({ to }) => to),
    before,
  }
}

/** Both open. */
export function intersection(a: WorkingTime, b: WorkingTime): WorkingTime {
  if (a === alwaysOpen) return b
  if (b === alwaysOpen) return a
  const spans: Span[] = []
  for (let i = 0, j = 0; i < a.from.length && j < b.from.length;) {
    const from = Math.max(a.from[i]!, b.from[j]!)
    const to = Math.min(a.to[i]!, b.to[j]!)
    if (from < to) spans.push({ from, to })
    if (a.to[i]! < b.to[j]!) i++
    else j++
  }
  return workingTime(spans)
}

/** The first span that ends after `at`. */
function spanAt({ to }: WorkingTime, at: number): number {
  let low = 0
  let high = to.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (to[middle]! > at) high = middle
    else low = middle + 1
  }
  return low
}

/** The first open moment at or after `at`. */
export function nextOpen(time: WorkingTime, at: number): number {
  if (time === alwaysOpen) return at
  const i = spanAt(time, at)
  return i === time.to.length ? NEVER : Math.max(at, time.from[i]!)
}

/** The first moment at or after `at` with `seconds` open without a break. */
export function nextFit(time: WorkingTime, at: number, seconds: number): number {
  if (time === alwaysOpen) return at
  for (let i = spanAt(time, at); i < time.to.length; i++) {
    const start = Math.max(at, time.from[i]!)
    if (start + seconds <= time.to[i]!) return start
  }
  return NEVER
}

/** When work of so many seconds, begun at `at`, is done if it stops while closed. */
export function finish(time: WorkingTime, at: number, seconds: number): number {
  if (time === alwaysOpen || seconds === 0) return at + seconds
  const i = spanAt(time, at)
  if (i === time.to.length) return NEVER
  const wanted = time.before[i]! + Math.max(at - time.from[i]!, 0) + seconds
  let [low, high] = [i, time.to.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (time.before[middle]! < wanted) low = middle
    else high = middle - 1
  }
  const done = time.from[low]! + wanted - time.before[low]!
  return done <= time.to[low]! ? done : NEVER
}

/** The latest moment from which `seconds` of work are done by `at`; -NEVER where there is none. */
export function retreat(time: WorkingTime, at: number, seconds: number): number {
  if (time === alwaysOpen || seconds === 0) return at - seconds
  let [low, high] = [0, time.from.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (time.from[middle]! < at) low = middle + 1
    else high = middle
  }
  let i = low - 1
  if (i < 0) return -NEVER
  const wanted = time.before[i]! + Math.min(at, time.to[i]!) - time.from[i]! - seconds
  while (i > 0 && time.before[i]! > wanted) i--
  return wanted < time.before[i]! ? -NEVER : time.from[i]! + wanted - time.before[i]!
}

/** Open seconds before `at`. */
function openBefore({ from, to, before }: WorkingTime, at: number): number {
  let [low, high] = [0, from.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (from[middle]! < at) low = middle + 1
    else high = middle
  }
  const i = low - 1
  return i < 0 ? 0 : before[i]! + Math.min(at, to[i]!) - from[i]!
}

/** Open seconds of [from, to). */
export function workedSeconds(time: WorkingTime, from: number, to: number): number {
  if (time === alwaysOpen) return Math.max(to - from, 0)
  return to <= from ? 0 : openBefore(time, to) - openBefore(time, from)
}
