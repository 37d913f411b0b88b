import type { EquipmentState } from '../../domain/equipment/events.ts'
import type { Keyed } from '../projection.ts'
import type { TimelineRow } from './timeline.ts'

/** What a machine did, or that nobody knows: a gap is never shown as a state. */
export type TimelineState = EquipmentState | 'NO_DATA'

/** Of a timeline's row what matters once it is known whose it is. */
export type TimelineFact = Omit<Keyed<TimelineRow>, 'equipmentId' | 'site'>

export interface Interval {
  readonly state: TimelineState
  readonly nativeState: string | null
  /** Of the state, or why there is no data. */
  readonly reason: string | null
  /** Program that was loaded; null for none, and without data. */
  readonly program: string | null
  readonly from: string
  readonly to: string
  readonly durationMs: number
}

/** ISO-8601 UTC with milliseconds: from <= time < to. */
export interface Window {
  readonly from: string
  readonly to: string
  /** Nothing is known from here on: now, or the moment as known at. */
  readonly horizon: string
}

/** At one moment, what leaves less known comes last; then by id, so that arrival does not matter. */
const RANK = { PROGRAM: 0, GAP_ENDED: 1, STATE: 2, GAP_STARTED: 3 } as const

const inOrder = (a: TimelineFact, b: TimelineFact): number =>
  compare(a.at, b.at) || RANK[a.kind] - RANK[b.kind] || compare(a.key, b.key)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type What = Pick<Interval, 'state' | 'nativeState' | 'reason'>
const UNKNOWN: What = { state: 'NO_DATA', nativeState: null, reason: null }

/**
 * The window cut into intervals without gap or overlap, neighbours differing. Facts may come in any
 * order and must include, of those before the window, the last STATE or gap and the last PROGRAM.
 *
 * Before the first fact there is no data. A gap lasts until the source says a state again: its end
 * alone does not tell one. A state that a buffering source delivers late for a moment within a gap is
 * data, and holds from that moment on.
 */
export function intervals(
  facts: readonly TimelineFact[],
  { from, to, horizon }: Window,
): readonly Interval[] {
  const cuts: Cut[] = []
  let what = UNKNOWN
  let program: string | null = null
  let at = from
  const until = (moment: string): void => {
    const end = moment < to ? moment : to
    if (end <= at) return
    cut(cuts, what, what.state === 'NO_DATA' ? null : program, at)
    at = end
  }
  for (const fact of [...facts].sort(inOrder)) {
    if (fact.at >= to || fact.at >= horizon) break
    until(fact.at)
    if (fact.kind === 'PROGRAM') program = fact.program
    else if (fact.kind !== 'GAP_ENDED') what = whatOf(fact)
  }
  until(horizon)
  what = UNKNOWN
  until(to)
  return measured(cuts, to)
}

const whatOf = ({ state, nativeState, reason }: TimelineFact): What =>
  state === null ? { ...UNKNOWN, reason } : { state, nativeState, reason }

/** Where something changes; it lasts until the next cut. */
type Cut = Omit<Interval, 'to' | 'durationMs'>

function cut(
  cuts: Cut[],
  { state, nativeState, reason }: What,
  program: string | null,
  from: string,
) {
  const last = cuts.at(-1)
  const same =
    last &&
    last.state === state &&
    last.nativeState === nativeState &&
    last.reason === reason &&
    last.program === program
  if (!same) cuts.push({ state, nativeState, reason, program, from })
}

function measured(cuts: readonly Cut[], end: string): readonly Interval[] {
  const moments = cuts.map(({ from }) => Date.parse(from))
  moments.push(Date.parse(end))
  return cuts.map(({ state, nativeState, reason, program, from }, i) => {
    const to = cuts[i + 1]?.from ?? end
    const durationMs = moments[i + 1]! - moments[i]!
    return { state, nativeState, reason, program, from, to, durationMs }
  })
}

/** How long each state lasted, NO_DATA included; the sum is the window. In milliseconds. */
export function totals(
  of: readonly Interval[],
): readonly { readonly state: TimelineState; readonly durationMs: number }[] {
  const byState = new Map<TimelineState, number>()
  for (const { state, durationMs } of of) byState.set(state, (byState.get(state) ?? 0) + durationMs)
  return [...byState].map(([state, durationMs]) => ({ state, durationMs }))
}
