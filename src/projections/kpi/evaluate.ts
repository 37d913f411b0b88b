import { addTo, type Elements } from '../../domain/kpi/elements.ts'
import { minus, piecesOf, union, type Slot, type Stretch } from '../../domain/kpi/pieces.ts'
import {
  sweep,
  tallyOf,
  timeElements,
  type Span,
  type Timeline,
} from '../../domain/kpi/time-model.ts'
import {
  createBins,
  isFilteredByWork,
  isOfWork,
  keyOfRange,
  keyOfSubject,
  keyOfWork,
  passes,
  type Bins,
  type Dimension,
  type Group,
  type GroupKey,
  type KpiFilter,
} from './groups.ts'
import type { KpiInputs, Subject, Work } from './inputs.ts'
import { orderElements, personnelTime } from './orders-and-people.ts'
import { daysIn, planOf, rangeAt, type Plan, type Range } from './plan.ts'
import { elementsOfMade, madeOn } from './quantities.ts'

export interface KpiQuestion {
  readonly groupBy: readonly Dimension[]
  readonly filter: KpiFilter
}

/**
 * The elements of key figures, by group: a pure function of what is known. Groups of machines, shifts
 * and days add up to the whole; those of orders, materials and persons do not where two were worked
 * on at one time on one machine, or nobody worked.
 * @returns one group without keys where nothing is grouped
 */
export function evaluateKpi(inputs: KpiInputs, question: KpiQuestion): readonly Group[] {
  const bins = createBins()
  if (question.groupBy.length === 0) bins.of([])
  const cells = cellsOf(inputs, question, bins)
  const tally = tallyOf(bins.keys.length)
  for (const { timeline, pieces } of cells) sweep(timeline, pieces, inputs.window.to, tally)
  const sums = bins.keys.map((_, bin): Elements => timeElements(tally, bin))
  const unpriced = bins.keys.map(() => 0)
  const add = (bin: number, elements: Elements, without = 0): void => {
    while (sums.length < bins.keys.length) {
      sums.push(timeElements(tallyOf(1), 0))
      unpriced.push(0)
    }
    addTo(sums[bin]!, elements)
    unpriced[bin]! += without
  }
  addQuantities(inputs, question, bins, add)
  personnelTime(inputs, question, bins, add)
  orderElements(inputs, question, bins, add)
  return sums.map((elements, bin) => ({
    keys: bins.keys[bin]!,
    elements: withZeroes(elements, unpriced[bin]!),
    unpriced: unpriced[bin]!,
  }))
}

/** Where nothing was made, nothing was made; where a cycle time is missing, the planned time is not known. */
function withZeroes(elements: Elements, unpriced: number): Elements {
  const all = { PQ: 0, GQ: 0, SQ: 0, RQ: 0, PRI_PQ: 0, PRI_GQ: 0, APWT: 0, ...elements }
  if (unpriced === 0) return all
  const { PRI_PQ: _, PRI_GQ: __, ...known } = all
  return known
}

interface Cell {
  readonly timeline: Timeline
  readonly pieces: ReturnType<typeof piecesOf>
}

/** Plans are the same for all machines of one calendar and zone: made once. */
const plansOf = ({ window }: KpiInputs) => {
  const days = new Map<string, readonly Range[]>()
  const plans = new Map<unknown, Plan>()
  return ({ working, timeZone }: Subject): Plan => {
    const key = working ?? timeZone
    const known = plans.get(key)
    if (known) return known
    if (!days.has(timeZone)) days.set(timeZone, daysIn(window, timeZone))
    const plan = planOf(working, days.get(timeZone)!)
    plans.set(key, plan)
    return plan
  }
}

const inShifts =
  ({ shiftIds }: KpiFilter) =>
  ({ shift }: Range): boolean =>
    shiftIds == null || (shift !== null && shiftIds.includes(shift.key.split('/').at(-2)!))

function cellsOf(inputs: KpiInputs, { groupBy, filter }: KpiQuestion, bins: Bins): readonly Cell[] {
  const plan = plansOf(inputs)
  const bySubject = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const passing = passes(filter, inputs)
  const workDimensions = groupBy.filter(isOfWork)
  return inputs.subjects.flatMap((subject) => {
    const work = bySubject.get(subject.id) ?? []
    const counting = work.filter(passing)
    const orders = union(work)
    const slots = plan(subject).slots.filter(inShifts(filter))
    const keysOf = (slot: Range, of: Work | null): (GroupKey | null)[] =>
      groupBy.map(
        (d) =>
          keyOfSubject(d, subject) ??
          keyOfRange(d, slot) ??
          (of === null ? null : keyOfWork(d, of, inputs)),
      )
    const cell = (mine: readonly Work[], mask: readonly Stretch[] | null): Cell => ({
      timeline: timelineOf(subject, mine),
      pieces: piecesOf(
        binned(slots, (slot) => bins.of(keysOf(slot, mine[0] ?? null))),
        orders,
        mask,
      ),
    })
    if (workDimensions.length === 0)
      return isFilteredByWork(filter) ? [cell(counting, union(counting))] : [cell(work, null)]
    const keyOf = (one: Work) =>
      JSON.stringify(workDimensions.map((d) => keyOfWork(d, one, inputs)?.id))
    return [...Map.groupBy(counting, keyOf).values()].map((mine) => cell(mine, union(mine)))
  })
}

/** Slots with their bins; where nothing tells slots apart, all are of one. */
function binned(slots: Plan['slots'], binOf: (slot: Range) => number): readonly Slot[] {
  return slots.map((slot) => ({ from: slot.from, to: slot.to, kind: slot.kind, bin: binOf(slot) }))
}

/** Until a machine first reports, and where none does, booked work tells what was done. */
function timelineOf({ carry, days, reportsFrom }: Subject, work: readonly Work[]): Timeline {
  const reported = days.flatMap((day) => day.spans)
  const before = work.filter(({ from }) => from < reportsFrom)
  const spans = before.length === 0 ? reported : [...bookedSpans(before, reportsFrom), ...reported]
  return { carry, days, spans }
}

const ACTIVITIES = [
  ['PRODUCTION', 'RUNNING'],
  ['SETUP', 'SETUP'],
  ['BREAK', 'WAITING'],
] as const

/** Of several at one time the one that adds most value: production before setup before a break. */
function bookedSpans(work: readonly Work[], until: number): readonly Span[] {
  let taken: readonly Stretch[] = []
  const spans: Span[] = []
  for (const [activity, state] of ACTIVITIES) {
    const stretches = union(
      work
        .filter((one) => one.activity === activity)
        .map(({ from, to }) => ({ from, to: Math.min(to, until) })),
    )
    for (const { from, to } of minus(stretches, taken))
      spans.push({ from, to, state, share: 1, begins: false })
    taken = union([...taken, ...stretches])
  }
  return spans.sort((a, b) => a.from - b.from)
}

type Add = (bin: number, elements: Elements, unpriced?: number) => void

function addQuantities(
  inputs: KpiInputs,
  { groupBy, filter }: KpiQuestion,
  bins: Bins,
  add: Add,
): void {
  const plan = plansOf(inputs)
  const passing = passes(filter, inputs)
  const workBy = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const bookedBy = Map.groupBy(inputs.booked, ({ subjectId }) => subjectId)
  const needsWork = isFilteredByWork(filter) || groupBy.some(isOfWork)
  const { from, to } = inputs.window
  for (const subject of inputs.subjects) {
    const { ranges } = plan(subject)
    const counts = inShifts(filter)
    const made = madeOn(subject, workBy.get(subject.id) ?? [], bookedBy.get(subject.id) ?? [])
    for (const one of made) {
      if (one.at < from || one.at >= to) continue
      const range = rangeAt(ranges, one.at)
      if (range === null || !counts(range)) continue
      if (needsWork && (one.work === null || !passing(one.work))) continue
      const keys = groupBy.map(
        (d) =>
          keyOfSubject(d, subject) ??
          keyOfRange(d, range) ??
          (one.work === null ? null : keyOfWork(d, one.work, inputs)),
      )
      const { elements, unpriced } = elementsOfMade(one, subject, inputs)
      add(bins.of(keys), elements, unpriced)
    }
  }
}
