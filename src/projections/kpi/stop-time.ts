import { intersect, type Stretch } from '../../domain/kpi/pieces.ts'
import { STATES } from '../../domain/kpi/states.ts'
import { spent, sweep, tallyOf, type Kind } from '../../domain/kpi/time-model.ts'
import { plansOf, timelineOf } from './evaluate.ts'
import type { KpiInputs } from './inputs.ts'

/** A stop of a machine, and the cause it is laid upon. */
export interface CausedStop extends Stretch {
  readonly subjectId: string
  readonly cause: string
}

/** Time lost to a cause, and the stops that began in the window. */
export interface Caused {
  readonly key: string
  readonly durationMs: number
  readonly count: number
}

/** Standing still that is part of no stop: of sources that sum up, and of work booked by hand. */
export const OF_NO_STOP = ''

const STANDING = STATES.filter((state) => state !== 'RUNNING' && state !== 'NO_DATA')

/**
 * Time in which machines were busy by plan and did not produce, by cause: together it is PBT - APT of
 * the time model, and what people said was planned after all. A stop counts in the window it begins in, its time in each window it lies in.
 * @param stops of one machine none overlaps another
 */
export function timeByCause(
  inputs: KpiInputs,
  stops: readonly CausedStop[],
): ReadonlyMap<string, Caused> {
  const { window } = inputs
  const keys = new Set([OF_NO_STOP, ...stops.map(({ cause }) => cause)])
  const bins = new Map([...keys].map((key, bin) => [key, bin]))
  const tally = tallyOf(bins.size)
  const bySubject = Map.groupBy(stops, ({ subjectId }) => subjectId)
  const workBy = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const plan = plansOf(inputs)
  for (const subject of inputs.subjects) {
    const mine = (bySubject.get(subject.id) ?? []).toSorted((a, b) => a.from - b.from)
    const busy = plan(subject).slots.filter(({ kind }) => kind === 'BUSY')
    const pieces = intersect(cut(busy, mine), [window])
    const timeline = timelineOf(subject, workBy.get(subject.id) ?? [])
    sweep(timeline, pieces, window.to, tally)
  }
  const begun = Map.groupBy(
    stops.filter(({ from }) => from >= window.from && from < window.to),
    ({ cause }) => cause,
  )
  return new Map(
    [...bins].map(([key, bin]) => {
      const lost = (kind: Kind) => STANDING.reduce((sum, s) => sum + spent(tally, bin, kind, s), 0)
      const durationMs = lost('FREE') + lost('ORDER') + lost('DOWN')
      return [key, { key, durationMs, count: begun.get(key)?.length ?? 0 }]
    }),
  )

  /** Planned busy time, cut at the stops: what lies in none belongs to no stop. */
  function cut(busy: readonly Stretch[], mine: readonly CausedStop[]) {
    const pieces: (Stretch & { kind: 'FREE'; bin: number })[] = []
    const put = (from: number, to: number, cause: string): void => {
      if (from < to) pieces.push({ from, to, kind: 'FREE', bin: bins.get(cause)! })
    }
    for (const { from, to } of busy) {
      let at = from
      for (const stop of mine) {
        if (stop.to <= at) continue
        if (stop.from >= to) break
        put(at, Math.max(at, stop.from), OF_NO_STOP)
        put(Math.max(at, stop.from), Math.min(stop.to, to), stop.cause)
        at = Math.max(at, Math.min(stop.to, to))
      }
      put(at, to, OF_NO_STOP)
    }
    return pieces
  }
}
