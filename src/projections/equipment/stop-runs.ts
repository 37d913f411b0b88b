import type { EquipmentState } from '../../domain/equipment/events.ts'
import type { TimelineState } from './intervals.ts'
import type { ScheduleSpan } from './schedule.ts'
import type { Segment } from './segments.ts'

/** A machine that was heard of and does not produce. No data is no stop: nobody knows. */
export const isStanding = (state: TimelineState): state is EquipmentState =>
  state !== 'RUNNING' && state !== 'NO_DATA'

/** Scheduled time in which the machine stood still. */
export interface Piece {
  readonly from: string
  readonly to: string
  readonly durationMs: number
  readonly state: EquipmentState
  readonly nativeState: string | null
  readonly reason: string | null
  readonly schedule: ScheduleSpan
  readonly hasWork: boolean
}

/** A longest run of standing still within scheduled time. */
export interface Run {
  readonly from: string
  /** End of the last piece; a break after it is none of the stop's. */
  readonly to: string
  /** It goes on as far as is known. */
  readonly isOpen: boolean
  readonly pieces: readonly Piece[]
}

/**
 * Longest runs of standing still. A break does not end one, nor does it count; what does is running,
 * a gap in the data, planned down time, and time that is not scheduled.
 * @param horizon nothing is known from here on
 */
export function runsOf(segments: readonly Segment[], horizon: string): readonly Run[] {
  const runs: Run[] = []
  let pieces: Piece[] = []
  const close = (isOpen: boolean): void => {
    if (pieces.length > 0)
      runs.push({ from: pieces[0]!.from, to: pieces.at(-1)!.to, isOpen, pieces })
    pieces = []
  }
  let last: Segment | undefined
  for (const segment of segments) {
    if (segment.from >= horizon) break
    last = segment
    const { kind } = segment.schedule
    if (!isStanding(segment.state)) close(false)
    else if (kind === 'SCHEDULED') pieces.push(pieceOf(segment, segment.state))
    else if (kind !== 'BREAK') close(false)
  }
  close(last !== undefined && last.to >= horizon)
  return runs
}

const pieceOf = (segment: Segment, state: EquipmentState): Piece => ({
  from: segment.from,
  to: segment.to,
  durationMs: segment.durationMs,
  state,
  nativeState: segment.nativeState,
  reason: segment.reason,
  schedule: segment.schedule,
  hasWork: segment.work.length > 0,
})

/** What of the pieces lies within [from, to). */
export function clip(pieces: readonly Piece[], from: string, to: string): readonly Piece[] {
  return pieces.flatMap((piece) => {
    if (piece.to <= from || piece.from >= to) return []
    if (piece.from >= from && piece.to <= to) return [piece]
    const inside = {
      from: piece.from > from ? piece.from : from,
      to: piece.to < to ? piece.to : to,
    }
    const durationMs = Date.parse(inside.to) - Date.parse(inside.from)
    return [{ ...piece, ...inside, durationMs }]
  })
}
