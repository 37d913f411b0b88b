import type { Classified } from './classified.ts'
import type { Elements } from './elements.ts'
import { codeOf, FAULT, msOf, NO_DATA, stateOf, STATES, type KnownState } from './states.ts'

/**
 * The time model of ISO 22400-2: what a machine did, cut at what was planned for it, summed up into
 * elements. Everything is in milliseconds; all stretches are half-open, so windows that meet add up.
 */

/** What was planned for a stretch, and whether an order was being worked on in it. */
export const KINDS = ['FREE', 'ORDER', 'DOWN', 'UNPLANNED'] as const
export type Kind = (typeof KINDS)[number]

/** A stretch of a machine's time that counts for one bin; a bin is a group of the answer. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly kind: Kind
  readonly bin: number
}

/** Changes of one UTC day, ascending, packed as `states.ts` says. */
export interface DayOfChanges {
  /** Its midnight, epoch milliseconds. */
  readonly start: number
  readonly changes: Int32Array
}

/**
 * Time of which the state is known without changes: a source that sums up, or work that people booked
 * on what reports nothing. It counts only where the changes say nothing.
 */
export interface Span {
  readonly from: number
  readonly to: number
  readonly state: KnownState
  /** Share of the stretch that was in the state: 1 unless the source says only how long, not when. */
  readonly share: number
  /** The machine was not in a fault just before. */
  readonly begins: boolean
}

export interface Timeline {
  /** State that held before the first day, as a code. */
  readonly carry: number
  /** Ascending. */
  readonly days: readonly DayOfChanges[]
  /** By `from`. */
  readonly spans: readonly Span[]
  /** Stops that people gave a reason, by `from`, without overlap. */
  readonly classified?: readonly Classified[]
}

const STATE_COUNT = STATES.length
const RUNNING = codeOf('RUNNING')
const OFFSET: Readonly<Record<Kind, number>> = {
  ...{ FREE: 0, ORDER: STATE_COUNT, DOWN: 2 * STATE_COUNT, UNPLANNED: 3 * STATE_COUNT },
}
const FAILURES = KINDS.length * STATE_COUNT
const WIDTH = FAILURES + 1

/** Milliseconds by bin, kind and state, and the failures that began. */
export type Tally = Float64Array
export const tallyOf = (bins: number): Tally => new Float64Array(bins * WIDTH)

/**
 * Adds what a machine did within the pieces to the tally.
 * @param pieces by `from`, without overlap
 * @param until nothing is known from here on, epoch milliseconds
 */
export function sweep(
  timeline: Timeline,
  pieces: readonly Piece[],
  until: number,
  out: Tally,
): void {
  const { days, spans, classified = [] } = timeline
  let state = timeline.carry
  let since = -Infinity
  let fresh = false
  let next = 0
  let mark = 0
  const upTo = (end: number): void => {
    let index = next
    while (index < pieces.length && pieces[index]!.to <= since) index++
    next = index
    for (; index < pieces.length && pieces[index]!.from < end; index++) {
      const piece = pieces[index]!
      const from = piece.from > since ? piece.from : since
      const to = piece.to < end ? piece.to : end
      if (from < to) put(piece, from, to)
    }
  }
  const asSaid = (piece: Piece, from: number, to: number): void => {
    const base = piece.bin * WIDTH
    const kind = base + OFFSET[piece.kind]
    if (state === NO_DATA && spans.length > 0) return fill(spans, { from, to }, kind, base, out)
    out[kind + state]! += to - from
    if (fresh && from === since && state === FAULT && isBusy(piece.kind)) out[base + FAILURES]! += 1
  }
  const reasoned = (piece: Piece, from: number, to: number): void => {
    if (!isBusy(piece.kind) || state === RUNNING || state === NO_DATA)
      return asSaid(piece, from, to)
    let at = from
    while (mark < classified.length && classified[mark]!.to <= from) mark++
    for (let i = mark; i < classified.length && classified[i]!.from < to; i++) {
      const one = classified[i]!
      const [begin, end] = [Math.max(at, one.from), Math.min(to, one.to)]
      if (at < begin) asSaid(piece, at, begin)
      putClassified(one, piece, { from: begin, to: end }, out)
      at = end
    }
    if (at < to) asSaid(piece, at, to)
  }
  // Asked once, not for each of the million stretches of a plant's month: few machines have such stops.
  const put = classified.length === 0 ? asSaid : reasoned
  for (const { start, changes } of days)
    for (let i = 0; i < changes.length; i++) {
      const packed = changes[i]!
      const at = start + msOf(packed)
      if (at >= until) break
      // Of several changes in one millisecond the last counts; the others last no time.
      if (i + 1 < changes.length && msOf(changes[i + 1]!) === msOf(packed)) continue
      upTo(at)
      fresh = state !== FAULT
      state = stateOf(packed)
      since = at
    }
  upTo(until)
}

const isBusy = (kind: Kind): boolean => kind === 'FREE' || kind === 'ORDER'

interface Stretch {
  readonly from: number
  readonly to: number
}

/** What people said of a stop goes before what the machine did. */
function putClassified(one: Classified, piece: Piece, { from, to }: Stretch, out: Tally): void {
  const base = piece.bin * WIDTH
  out[base + OFFSET[one.kind ?? piece.kind] + codeOf(one.state)]! += to - from
  if (one.state === 'FAULT' && one.begins && from === one.from) out[base + FAILURES]! += 1
}

/** A stretch without changes: what spans say of it, and for the rest nobody knows. */
function fill(
  spans: readonly Span[],
  { from, to }: Stretch,
  kind: number,
  base: number,
  out: Tally,
): void {
  let known = 0
  for (let i = firstEndingAfter(spans, from); i < spans.length; i++) {
    const span = spans[i]!
    if (span.from >= to) break
    const lasted = Math.min(span.to, to) - Math.max(span.from, from)
    if (lasted <= 0) continue
    const state = STATES.indexOf(span.state)
    out[kind + state]! += lasted * span.share
    known += lasted * span.share
    const busy = kind < base + 2 * STATE_COUNT
    if (span.begins && state === FAULT && span.from >= from && busy) out[base + FAILURES]! += 1
  }
  out[kind + NO_DATA]! += Math.max(0, to - from - known)
}

/** Spans of one source begin in order and are short: the one before the first may still reach in. */
function firstEndingAfter(spans: readonly Span[], at: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.from < at) low = middle + 1
    else high = middle
  }
  while (low > 0 && spans[low - 1]!.to > at) low--
  return low
}

/** Milliseconds of one bin in which this was planned and the machine was in this state. */
export const spent = (tally: Tally, bin: number, kind: Kind, state: KnownState): number =>
  tally[bin * WIDTH + OFFSET[kind] + STATES.indexOf(state)]!

/** Elements of one bin of a tally. */
export function timeElements(tally: Tally, bin: number): Elements {
  const at = (kind: Kind, ...states: readonly KnownState[]): number =>
    states.reduce((sum, state) => sum + spent(tally, bin, kind, state), 0)
  const busy = (...states: readonly KnownState[]) => at('FREE', ...states) + at('ORDER', ...states)
  const KNOWN = STATES.slice(0, NO_DATA)
  const [APT, AUST] = [busy('RUNNING'), busy('SETUP')]
  const ADET = busy('FAULT', 'STOPPED_INTERNAL') + at('ORDER', 'WAITING', 'IDLE', 'OFFLINE')
  const ADOT = busy('MAINTENANCE') + at('FREE', 'WAITING', 'IDLE', 'OFFLINE')
  const [PBT, PDOT] = [busy(...KNOWN), at('DOWN', ...KNOWN)]
  const TTR = busy('FAULT')
  return {
    ...{ POT: PBT + PDOT, PDOT, PBT, APT, AUST, ADET, ADOT },
    ...{ AUPT: APT + AUST, AUBT: APT + AUST + ADET },
    CALENDAR_TIME: PBT + PDOT + at('UNPLANNED', ...KNOWN),
    UNOBSERVED: busy('NO_DATA') + at('DOWN', 'NO_DATA'),
    ...{ TBF: APT + AUST, TTR, TTF: APT + AUST - TTR },
    FE: tally[bin * WIDTH + FAILURES]!,
    CMT: TTR + busy('MAINTENANCE'),
    PMT: at('DOWN', 'MAINTENANCE'),
  }
}
