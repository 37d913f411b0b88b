import type { Elements } from '../../domain/kpi/elements.ts'
import type { Classified } from '../../domain/kpi/classified.ts'
import {
  intersect,
  minus,
  piecesOf,
  union,
  type Slot,
  type Stretch,
} from '../../domain/kpi/pieces.ts'
import {
  sweep,
  tallyOf,
  timeElements,
  type Span,
  type Tally,
  type Timeline,
} from '../../domain/kpi/time-model.ts'
import { ratedOutput } from './capacity.ts'
import {
  createBinner,
  createBins,
  isFilteredByWork,
  isOfWork,
  keyOfWork,
  passes,
  shiftCounts,
  type Bins,
  type Dimension,
  type Group,
  type KpiFilter,
} from './groups.ts'
import type { KpiInputs, Subject, Work } from './inputs.ts'
import { orderElements, personnelTime } from './orders-and-people.ts'
import { createSums, type Sums } from './sums.ts'
import { daysIn, planOf, rangeAt, type Plan, type Range } from './plan.ts'
import { madeOn, quantityElements } from './quantities.ts'

export interface KpiQuestion {
  readonly groupBy: readonly Dimension[]
  readonly filter: KpiFilter
}

/** The same figures as a whole and told apart. */
export interface Evaluation {
  readonly whole: Group
  /** None where nothing is told apart. */
  readonly groups: readonly Group[]
}

/**
 * The elements of key figures: a pure function of what is known. Groups of machines, shifts and days
 * add up to the whole; those of orders, materials and persons do not where two were worked on at one
 * time on one machine, or nobody worked.
 */
export function evaluateKpi(inputs: KpiInputs, question: KpiQuestion): Evaluation {
  const { groupBy, filter } = question
  const all = { groupBy: [], filter }
  const measured = measure(inputs, question)
  const parts = groupBy.some(isOfWork) ? measure(inputs, all) : measured
  const whole = createSums(createBins())
  const bin = whole.bins.of([])
  for (const part of parts.groups()) whole.add(bin, part.elements, part.unpriced)
  const isRated = parts.groups().every(({ elements: e }) => e.PBT === 0 || e.EPC !== undefined)
  if (!isRated) delete whole.groups()[0]!.elements.EPC
  addOfPeopleAndOrders(inputs, all, whole)
  addOfPeopleAndOrders(inputs, question, measured)
  return {
    whole: complete(whole.groups()[0]!),
    groups: groupBy.length === 0 ? [] : measured.groups().map(complete),
  }
}

/** Time and quantities, which add up. */
function measure(inputs: KpiInputs, question: KpiQuestion): Sums {
  const sums = createSums(createBins())
  if (question.groupBy.length === 0) sums.bins.of([])
  const plan = plansOf(inputs)
  const cells = cellsOf(inputs, question, sums.bins, plan)
  const tally = tallyOfCells(cells, inputs, sums.bins)
  sums.bins.keys.forEach((_, bin) => sums.add(bin, timeElements(tally, bin)))
  const rated = ratedOutput(cells, sums.bins.keys.length, inputs.window.to)
  for (const [bin, EPC] of rated) sums.add(bin, { EPC })
  addQuantities(inputs, question, sums, plan)
  return sums
}

/** What was planned and done, by bin, before it is summed up to elements. */
export function timeOf(
  inputs: KpiInputs,
  question: KpiQuestion,
  bins: Bins,
  plan: PlanOf = plansOf(inputs),
): Tally {
  return tallyOfCells(cellsOf(inputs, question, bins, plan), inputs, bins)
}

function tallyOfCells(cells: readonly Cell[], inputs: KpiInputs, bins: Bins): Tally {
  const tally = tallyOf(bins.keys.length)
  for (const { timeline, pieces } of cells) sweep(timeline, pieces, inputs.window.to, tally)
  return tally
}

function addOfPeopleAndOrders(inputs: KpiInputs, question: KpiQuestion, sums: Sums): void {
  if (inputs.work.length === 0 && inputs.booked.length === 0) return
  personnelTime(inputs, question, sums.bins, sums.add)
  orderElements(inputs, question, sums.bins, sums.add)
}

/** Where nothing was made, nothing was made; where a cycle time is missing, the planned time is not known. */
function complete(group: Group): Group {
  const made = { PQ: 0, GQ: 0, SQ: 0, RQ: 0, PRI_PQ: 0, PRI_GQ: 0, APWT: 0 }
  const elements: Elements = { ...made, ...group.elements }
  if (group.unpriced > 0) {
    delete elements.PRI_PQ
    delete elements.PRI_GQ
  }
  return { ...group, elements }
}

interface Cell {
  readonly subject: Subject
  readonly timeline: Timeline
  readonly pieces: ReturnType<typeof piecesOf>
}

/** Plans are the same for all machines of one calendar and zone: made once. */
export const plansOf = ({ window }: KpiInputs) => {
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

type PlanOf = ReturnType<typeof plansOf>

function cellsOf(
  inputs: KpiInputs,
  { groupBy, filter }: KpiQuestion,
  bins: Bins,
  plan: PlanOf,
): readonly Cell[] {
  const bySubject = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const passing = passes(filter, inputs)
  const binner = createBinner(groupBy, inputs, bins)
  const workDimensions = groupBy.filter(isOfWork)
  const byReason = groupBy.includes('REASON')
  const plain = new Map<string, Map<Plan, Cell['pieces']>>()
  return inputs.subjects.flatMap((subject): readonly Cell[] => {
    const work = bySubject.get(subject.id) ?? []
    const counting = work.filter(passing)
    const { own, binOf } = binner(subject)
    const pieces = (of: Work | null, mask: readonly Stretch[] | null): Cell['pieces'] => {
      const slots = plan(subject).slots.filter(shiftCounts(filter))
      const binned = slots.flatMap((slot): readonly Slot[] => {
        const { kind } = slot
        const parts = byReason ? told(slot, subject.classified) : [{ ...slot, reason: null }]
        return parts.map(({ from, to, reason }) => ({
          ...{ from, to, kind, bin: binOf(slot, of, reason) },
        }))
      })
      return piecesOf(binned, union(work), mask)
    }
    if (workDimensions.length > 0) {
      const keyOf = (one: Work) =>
        JSON.stringify(workDimensions.map((d) => keyOfWork(d, one, inputs)?.id))
      return [...Map.groupBy(counting, keyOf).values()].map((mine) => ({
        subject,
        timeline: timelineOf(subject, mine),
        pieces: pieces(mine[0]!, union(mine)),
      }))
    }
    if (isFilteredByWork(filter))
      return [
        { subject, timeline: timelineOf(subject, counting), pieces: pieces(null, union(counting)) },
      ]
    if (work.length > 0 || (byReason && subject.classified.length > 0))
      return [{ subject, timeline: timelineOf(subject, work), pieces: pieces(null, null) }]
    // Machines of one plan, on which nobody works, share their pieces: a plant has few plans.
    const shared = plain.get(own) ?? new Map<Plan, Cell['pieces']>()
    plain.set(own, shared)
    const same = shared.get(plan(subject)) ?? pieces(null, null)
    shared.set(plan(subject), same)
    return [{ subject, timeline: timelineOf(subject, work), pieces: same }]
  })
}

/** A slot, cut at the stops with a reason. */
function told(slot: Stretch, classified: readonly Classified[]) {
  const { from, to } = slot
  const inside = intersect(classified, [slot])
  const between = minus([{ from, to }], inside).map((part) => ({ ...part, reason: null }))
  const parts = [
    ...inside.map((stop) => ({ from: stop.from, to: stop.to, reason: stop })),
    ...between,
  ]
  return parts.sort((a, b) => a.from - b.from)
}

/** Until a machine first reports, and where none does, booked work tells what was done. */
export function timelineOf(
  { carry, days, reportsFrom, classified }: Subject,
  work: readonly Work[],
): Timeline {
  const reported = days.flatMap((day) => day.spans)
  const before = work.filter(({ from }) => from < reportsFrom)
  const spans = before.length === 0 ? reported : [...bookedSpans(before, reportsFrom), ...reported]
  return { carry, days, spans, classified }
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

function addQuantities(
  inputs: KpiInputs,
  { groupBy, filter }: KpiQuestion,
  { bins, add }: Sums,
  plan: PlanOf,
): void {
  const passing = passes(filter, inputs)
  const counts = shiftCounts(filter)
  const workBy = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const bookedBy = Map.groupBy(inputs.booked, ({ subjectId }) => subjectId)
  const needsWork = isFilteredByWork(filter) || groupBy.some(isOfWork)
  const binner = createBinner(groupBy, inputs, bins)
  const { from, to } = inputs.window
  for (const subject of inputs.subjects) {
    const { ranges } = plan(subject)
    const { binOf } = binner(subject)
    const elementsOf = quantityElements(subject, inputs)
    const made = madeOn(subject, workBy.get(subject.id) ?? [], bookedBy.get(subject.id) ?? [])
    for (const one of made) {
      if (one.at < from || one.at >= to) continue
      const range = rangeAt(ranges, one.at)
      if (range === null || !counts(range)) continue
      if (needsWork && (one.work === null || !passing(one.work))) continue
      const { elements, unpriced } = elementsOf(one)
      add(binOf(range, one.work), elements, unpriced)
    }
  }
}
