import {
  stopElement,
  type EquipmentState,
  type StopCategory,
  type StopElement,
} from '../../domain/equipment/events.ts'
import { versionOf } from '../../domain/equipment/stop-day.ts'
import type { ScheduleSpan } from './schedule.ts'
import type { Segment } from './segments.ts'
import { endOf, groupsOf, inOrder, type Part, type StopDecision } from './stop-parts.ts'
import { clip, runsOf, type Piece } from './stop-runs.ts'

export interface Stop {
  /** Start of the run it is of: what commands call `startedAt`. */
  readonly startedAt: string
  readonly from: string
  /** Null while it is open. */
  readonly to: string | null
  /** Scheduled time that the machine stood still. */
  readonly durationMs: number
  readonly kind: 'STOP' | 'MICRO'
  /** State that took most of it, with what the source said of it. */
  readonly state: EquipmentState
  readonly nativeState: string | null
  /** Why, in the words of the source. */
  readonly sourceReason: string | null
  readonly states: readonly { readonly state: EquipmentState; readonly durationMs: number }[]
  /** Where it began: the shift it belongs to, and that shift's plant day. */
  readonly schedule: ScheduleSpan
  /** The classification that holds; null for none. */
  readonly classification: StopDecision | null
  /** Of its reason, else guessed from its state. */
  readonly category: StopCategory
  readonly element: StopElement
  /** What a command has to name as `basedOn`. */
  readonly version: number
  /** Decisions and remarks that touch it, earliest first. */
  readonly history: readonly StopDecision[]
}

export interface Stops {
  readonly stops: readonly Stop[]
  /** Classifications of time in which, as is known by now, the machine did not stand still. */
  readonly orphaned: readonly StopDecision[]
}

/** What stops are made of, besides the timeline. */
export interface StopRules {
  /** Below this length, in milliseconds, a stop that begins then is a micro-stop. */
  readonly limitAt: (moment: string) => number
  /** Of this machine, in any order; those that may touch the segments. */
  readonly decisions: readonly StopDecision[]
  /** What a reason counts as; undefined for one that is not known. */
  readonly categoryOf: (decision: StopDecision) => StopCategory | undefined
  /** Nothing is known from here on. */
  readonly horizon: string
}

/**
 * Stops of one machine, oldest first. They are derived anew whenever asked, so late facts put them
 * right; decisions of people stick to the time they were about. Facts may have come in any order.
 * @param segments have to include whole stops: a stop that they cut is as long as they show
 */
export function stopsOf(segments: readonly Segment[], rules: StopRules): Stops {
  const runs = runsOf(segments, rules.horizon)
  const spans = rules.decisions
    .map((decision) => ({ decision, from: decision.from, to: endOf(decision, runs) }))
    .sort((a, b) => inOrder(a.decision, b.decision))
  const stops = groupsOf(runs, rules.decisions, rules.limitAt).map((group) => {
    const from = group[0]!.from
    const to = group.at(-1)!.to
    const touching = spans.filter((span) => span.from < to && span.to > from)
    return stopOf(
      group,
      touching.map((span) => span.decision),
      rules,
    )
  })
  const orphaned = spans
    .filter(({ decision }) => decision.kind === 'CLASSIFIED')
    .filter(({ from, to }) => !runs.some((run) => run.from < to && run.to > from))
    .map(({ decision }) => decision)
  return { stops, orphaned }
}

function stopOf(group: readonly Part[], history: readonly StopDecision[], rules: StopRules): Stop {
  const first = group[0]!
  const last = group.at(-1)!
  const pieces = group.flatMap(({ run, from, to }) =>
    from === run.from && to === run.to ? run.pieces : clip(run.pieces, from, to),
  )
  const durationMs = pieces.reduce((sum, piece) => sum + piece.durationMs, 0)
  const isOpen = last.run.isOpen && last.to === last.run.to
  const decided = history.filter((d) => d.kind !== 'COMMENTED')
  const runMs = first.run.pieces.reduce((sum, piece) => sum + piece.durationMs, 0)
  const kind = decided.length === 0 && runMs < rules.limitAt(first.run.from) ? 'MICRO' : 'STOP'
  const most = mostOf(pieces, first.run.pieces[0]!)
  const classification = commonOf(group)
  const category = (classification && rules.categoryOf(classification)) ?? guessed(kind, most.piece)
  const day = first.run.from.slice(0, 10)
  const seen = { from: first.from, seenTo: isOpen ? rules.horizon : last.to }
  return {
    startedAt: first.run.from,
    from: first.from,
    to: isOpen ? null : last.to,
    durationMs,
    kind,
    state: most.piece.state,
    nativeState: most.piece.nativeState,
    sourceReason: most.piece.reason,
    states: most.states,
    schedule: (pieces[0] ?? first.run.pieces[0]!).schedule,
    classification,
    category,
    element: stopElement(category),
    version: versionOf(
      decided.filter((d) => d.day === day),
      seen,
    ),
    history,
  }
}

/** The classification that all parts of a stop have in common; null for none. */
export function commonOf(group: readonly Part[]): StopDecision | null {
  const found = group[0]!.decision
  if (found?.kind !== 'CLASSIFIED') return null
  const isCommon = group.every(
    ({ decision: d }) => d?.kind === 'CLASSIFIED' && d.reasonId === found.reasonId,
  )
  return isCommon ? found : null
}

function mostOf(pieces: readonly Piece[], fallback: Piece) {
  const byState = new Map<EquipmentState, number>()
  for (const { state, durationMs } of pieces)
    byState.set(state, (byState.get(state) ?? 0) + durationMs)
  const states = [...byState].map(([state, durationMs]) => ({ state, durationMs }))
  states.sort((a, b) => b.durationMs - a.durationMs || (a.state < b.state ? -1 : 1))
  const piece = pieces.find(({ state }) => state === states[0]?.state) ?? fallback
  return { states, piece }
}

/** What a state usually means; whoever knows better says so. */
const GUESSES: Readonly<Record<EquipmentState, StopCategory>> = {
  RUNNING: 'OTHER',
  SETUP: 'SETUP',
  STOPPED_INTERNAL: 'MINOR_STOP',
  WAITING: 'WAITING_OTHER',
  IDLE: 'OTHER',
  FAULT: 'BREAKDOWN',
  MAINTENANCE: 'CORRECTIVE_MAINTENANCE',
  OFFLINE: 'OTHER',
}

function guessed(kind: Stop['kind'], { state, hasWork }: Piece): StopCategory {
  if (state === 'IDLE' && !hasWork) return 'NO_ORDER'
  return kind === 'MICRO' && state !== 'SETUP' ? 'MINOR_STOP' : GUESSES[state]
}
