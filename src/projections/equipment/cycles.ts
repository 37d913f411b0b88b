import { plus } from '../../domain/types.ts'
import type { Keyed } from '../projection.ts'
import type { CounterRow } from './counters.ts'
import { cycleTimeAt, type CycleTimeRow, type Making } from './cycle-times.ts'
import type { Segment } from './segments.ts'

export type CounterFact = Pick<Keyed<CounterRow>, 'key' | 'counter' | 'kind' | 'at' | 'delta'>

/** Time in which a machine ran slower than its ideal cycle time allows. */
export interface ReducedSpeed extends Making {
  readonly from: string
  readonly to: string
  readonly counted: number
  readonly runningMs: number
  /** Of one unit, while running. */
  readonly actualMs: number
  readonly idealMs: number
  /** Running time beyond what the ideal cycle time asks for. */
  readonly lostMs: number
}

/** How long units really took, by what was made. */
export interface CycleSummary extends Making {
  readonly counted: number
  readonly runningMs: number
  readonly actualMs: number
  /** Null where nobody said one. */
  readonly idealMs: number | null
  /** Actual less ideal of one unit; negative where it was faster. */
  readonly deviationMs: number | null
}

export interface Cycles {
  readonly summaries: readonly CycleSummary[]
  readonly reducedSpeed: readonly ReducedSpeed[]
}

/** What was counted from one reading to the next, with the time that the machine ran for it. */
interface Step extends Making {
  readonly from: string
  readonly to: string
  readonly counted: number
  readonly runningMs: number
}

const NOT_MAKING: Making = { materialId: null, operationId: null, program: null }

/**
 * Actual cycle times from counters, per unit and without stops: running time between two readings by
 * what was counted between them. Steps that contain a gap in the data tell nothing and are left out.
 * @param counters facts of one machine in any order; the one before the window too, if there is any
 * @param entries ideal cycle times of that machine
 */
export function cyclesOf(
  segments: readonly Segment[],
  counters: readonly CounterFact[],
  entries: readonly CycleTimeRow[],
): Cycles {
  const steps = stepsOf(segments, readingsOf(counters))
  const sums = new Map<string, Step & { readonly idealMs: number | null }>()
  const reducedSpeed: ReducedSpeed[] = []
  for (const step of steps) {
    const { from, to, counted, runningMs, ...making } = step
    const ideal = cycleTimeAt(entries, making, to)
    const key = JSON.stringify([making, ideal?.idealMs ?? null])
    const sum = sums.get(key)
    sums.set(key, {
      ...{ ...making, from: sum?.from ?? from, to, idealMs: ideal?.idealMs ?? null },
      counted: plus(sum?.counted ?? 0, counted),
      runningMs: (sum?.runningMs ?? 0) + runningMs,
    })
    if (ideal && runningMs > counted * ideal.idealMs * (1 + ideal.tolerance))
      addSlow(reducedSpeed, step, ideal.idealMs)
  }
  return { summaries: [...sums.values()].map(summary), reducedSpeed }
}

function summary({
  materialId,
  operationId,
  program,
  counted,
  runningMs,
  idealMs,
}: Step & { readonly idealMs: number | null }): CycleSummary {
  const actualMs = runningMs / counted
  const deviationMs = idealMs === null ? null : actualMs - idealMs
  return {
    ...{ materialId, operationId, program },
    ...{ counted, runningMs, actualMs, idealMs, deviationMs },
  }
}

/** Slow steps that meet and make the same are one stretch of reduced speed. */
function addSlow(all: ReducedSpeed[], step: Step, idealMs: number): void {
  const last = all.at(-1)
  const same =
    last?.to === step.from &&
    last.materialId === step.materialId &&
    last.operationId === step.operationId &&
    last.program === step.program &&
    last.idealMs === idealMs
  const counted = same ? plus(last.counted, step.counted) : step.counted
  const runningMs = same ? last.runningMs + step.runningMs : step.runningMs
  const from = same ? last.from : step.from
  if (same) all.pop()
  const actualMs = runningMs / counted
  const lostMs = runningMs - counted * idealMs
  all.push({ ...step, from, counted, runningMs, actualMs, idealMs, lostMs })
}

interface Reading {
  readonly at: string
  readonly counted: number
}

/**
 * One machine may have many counters; units are counted by that of all pieces, and only where there is
 * none by good, scrapped and reworked pieces together.
 */
function readingsOf(facts: readonly CounterFact[]): readonly Reading[] {
  const totals = facts.filter(({ kind }) => kind === 'TOTAL')
  const first = totals.reduce<string | null>(
    (name, { counter }) => (name === null || counter < name ? counter : name),
    null,
  )
  const chosen =
    first === null
      ? facts.filter(({ kind }) => kind !== 'OTHER')
      : totals.filter(({ counter }) => counter === first)
  const byMoment = new Map<string, number>()
  for (const { at, delta } of chosen) byMoment.set(at, plus(byMoment.get(at) ?? 0, delta))
  return [...byMoment]
    .map(([at, counted]) => ({ at, counted }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

function stepsOf(segments: readonly Segment[], readings: readonly Reading[]): readonly Step[] {
  const steps: Step[] = []
  const begin = segments[0]?.from
  let i = 0
  for (let r = 1; r < readings.length; r++) {
    const from = readings[r - 1]!.at
    const { at: to, counted } = readings[r]!
    if (begin === undefined || from < begin) continue
    while (i < segments.length && segments[i]!.to <= from) i++
    let runningMs = 0
    let isKnown = true
    let making = NOT_MAKING
    for (let s = i; s < segments.length && segments[s]!.from < to; s++) {
      const segment = segments[s]!
      if (segment.state === 'NO_DATA') isKnown = false
      if (segment.state === 'RUNNING') runningMs += within(segment, from, to)
      making = makingOf(segment)
    }
    if (isKnown && counted > 0 && runningMs > 0)
      steps.push({ ...making, from, to, counted, runningMs })
  }
  return steps
}

function within(segment: Segment, from: string, to: string): number {
  if (segment.from >= from && segment.to <= to) return segment.durationMs
  const start = segment.from > from ? segment.from : from
  const end = segment.to < to ? segment.to : to
  return Date.parse(end) - Date.parse(start)
}

const makingOf = ({ program, work }: Segment): Making => {
  const made = work.find(({ activity }) => activity === 'PRODUCTION') ?? work[0]
  return { materialId: made?.materialId ?? null, operationId: made?.operationId ?? null, program }
}
