import { intersect } from '../../domain/kpi/pieces.ts'
import {
  sweep,
  tallyOf,
  timeElements,
  type Piece,
  type Timeline,
} from '../../domain/kpi/time-model.ts'
import type { Subject } from './inputs.ts'

const HOUR_MS = 3_600_000

/** What one machine did in each group, and what it is rated to make. */
interface Cell {
  readonly subject: Subject
  readonly timeline: Timeline
  readonly pieces: readonly Piece[]
}

/**
 * What machines are rated to produce in their planned busy time, by bin. Of a bin in which a machine was
 * busy that nobody rated nothing is known: it is missing.
 * @param until nothing is known from here on, epoch milliseconds
 */
export function ratedOutput(
  cells: readonly Cell[],
  bins: number,
  until: number,
): ReadonlyMap<number, number> {
  const rated = new Map<number, number>()
  if (cells.every(({ subject }) => subject.capacities.length === 0)) return rated
  const unknown = new Set<number>()
  for (const { subject, timeline, pieces } of cells)
    for (const { perHour, ...stretch } of validities(subject)) {
      const tally = tallyOf(bins)
      sweep(timeline, intersect(pieces, [stretch]), until, tally)
      for (let bin = 0; bin < bins; bin++) {
        const busy = timeElements(tally, bin).PBT!
        if (busy === 0) continue
        if (perHour === null) unknown.add(bin)
        else rated.set(bin, (rated.get(bin) ?? 0) + (busy / HOUR_MS) * perHour)
      }
    }
  for (const bin of unknown) rated.delete(bin)
  return rated
}

/** From each date to the next; before the first nothing is known. */
function validities({ capacities }: Subject) {
  const sorted = [...capacities].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  const dated = sorted.map(({ validFrom, perHour }) => ({ from: Date.parse(validFrom), perHour }))
  return [{ from: -Infinity, perHour: null }, ...dated].map(({ from, perHour }, i) => ({
    ...{ from, perHour, to: dated[i]?.from ?? Infinity },
  }))
}
