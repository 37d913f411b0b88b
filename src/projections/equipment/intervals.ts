import type { EquipmentState } from '../../domain/equipment/events.ts'
import type { Keyed } from '../projection.ts'
import type { TimelineRow } from './timeline.ts'

/** What a machine did, or that nobody knows: a gap is never shown as a state. */
export type TimelineState = EquipmentState | 'NO_DATA'

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

const inOrder = (a: Keyed<TimelineRow>, b: Keyed<TimelineRow>): number =>
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
  facts: readonly Keyed<TimelineRow>[],
  { from, to, horizon }: Window,
): readonly Interval[] {
  const out: Interval[] = []
  let what = UNKNOWN
  let program: string | null = null
  let at = from
  const until = (moment: string): void => {
    const end = moment < to ? moment : to
    if (end <= at) return
    add(out, { ...what, program: what.state === 'NO_DATA' ? null : program, from: at, to: end })
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
  return out
}

const whatOf = ({ state, nativeState, reason }: TimelineRow): What =>
  state === null ? { ...UNKNOWN, reason } : { state, nativeState, reason }

function add(out: Interval[], next: Omit<Interval, 'durationMs'>): void {
  const last = out.at(-1)
  const same =
    last &&
    last.state === next.state &&
    last.nativeState === next.nativeState &&
    last.reason === next.reason &&
    last.program === next.program
  if (same) out.pop()
  const from = same ? last.from : next.from
  out.push({ ...next, from, durationMs: Date.parse(next.to) - Date.parse(from) })
}

/** How long each state lasted, NO_DATA included; the sum is the window. In milliseconds. */
export function totals(
  of: readonly Interval[],
): readonly { readonly state: TimelineState; readonly durationMs: number }[] {
  const byState = new Map<TimelineState, number>()
  for (const { state, durationMs } of of) byState.set(state, (byState.get(state) ?? 0) + durationMs)
  return [...byState].map(([state, durationMs]) => ({ state, durationMs }))
}
