import type { Elements } from '../../domain/kpi/elements.ts'
import type { Stretch } from '../../domain/kpi/pieces.ts'
import type { OrderRow } from '../production/orders.ts'
import {
  isOfWork,
  keyOfRange,
  keyOfSubject,
  keyOfWork,
  passes,
  type Bins,
  type Dimension,
  type KpiFilter,
} from './groups.ts'
import type { KpiInputs, Work } from './inputs.ts'
import { daysIn, planOf } from './plan.ts'

interface Question {
  readonly groupBy: readonly Dimension[]
  readonly filter: KpiFilter
}
type Add = (bin: number, elements: Elements) => void

const isAboutTime = (d: Dimension): boolean => d === 'SHIFT' || d === 'DAY' || d === 'REASON'

/**
 * Work time of persons. While a person serves several machines or orders at once, each gets an equal
 * part: nobody works more than the time there is. Of shifts and days it is what lies within them.
 */
export function personnelTime(
  inputs: KpiInputs,
  { groupBy, filter }: Question,
  bins: Bins,
  add: Add,
): void {
  if (groupBy.includes('REASON')) return
  const passing = passes(filter, inputs)
  const subjects = new Map(inputs.subjects.map((subject) => [subject.id, subject]))
  const byPerson = Map.groupBy(
    inputs.work.filter(({ personId, activity }) => personId !== null && activity !== 'BREAK'),
    ({ personId }) => personId,
  )
  const needsRanges = groupBy.some(isAboutTime)
  for (const clocks of byPerson.values())
    for (const { work, from, to, share } of shares(clocks, inputs.window)) {
      const subject = subjects.get(work.subjectId)
      if (!subject || !passing(work)) continue
      const days = daysIn({ from, to }, subject.timeZone)
      const ranges = needsRanges ? planOf(subject.working, days).ranges : days.slice(0, 1)
      for (const range of ranges) {
        const keys = groupBy.map(
          (d) => keyOfSubject(d, subject) ?? keyOfRange(d, range) ?? keyOfWork(d, work, inputs),
        )
        const end = needsRanges ? Math.min(range.to, to) : to
        const begin = needsRanges ? Math.max(range.from, from) : from
        if (begin < end) add(bins.of(keys), { APWT: (end - begin) * share })
      }
    }
}

/** The time of one person, cut wherever a clock starts or stops. */
function* shares(all: readonly Work[], window: Stretch) {
  const clocks = all.filter(({ from, to }) => from < window.to && to > window.from)
  const cuts = new Set<number>()
  for (const { from, to } of clocks)
    for (const at of [Math.max(from, window.from), Math.min(to, window.to)]) cuts.add(at)
  const moments = [...cuts].sort((a, b) => a - b)
  const sorted = [...clocks].sort((a, b) => a.from - b.from)
  let running: Work[] = []
  let next = 0
  for (let i = 0; i + 1 < moments.length; i++) {
    const [from, to] = [moments[i]!, moments[i + 1]!]
    while (next < sorted.length && sorted[next]!.from <= from) running.push(sorted[next++]!)
    running = running.filter((clock) => clock.to > from)
    for (const work of running) yield { work, from, to, share: 1 / running.length }
  }
}

/**
 * Elements of whole orders: those with work in the window, their time cut to the window. They have no
 * value by shift, day or person, of which an order has none.
 */
export function orderElements(
  inputs: KpiInputs,
  { groupBy, filter }: Question,
  bins: Bins,
  add: Add,
): void {
  if (groupBy.some((d) => isAboutTime(d) || d === 'PERSON')) return
  const passing = passes(filter, inputs)
  const subjects = new Map(inputs.subjects.map((subject) => [subject.id, subject]))
  const seen = new Set<string>()
  const running = new Set(inputs.work.filter((w) => w.isRunning).map(({ orderId }) => orderId))
  for (const work of [...inputs.work, ...inputs.booked]) {
    const [subject, order] = [subjects.get(work.subjectId), inputs.orders.get(work.orderId)]
    if (!subject || !order || !passing(work)) continue
    const bin = bins.of(
      groupBy.map(
        (d) => keyOfSubject(d, subject) ?? (isOfWork(d) ? keyOfWork(d, work, inputs) : null),
      ),
    )
    const once = `${bin}/${work.orderId}`
    if (!seen.has(once)) add(bin, ofOrder(order, running.has(work.orderId), inputs.window))
    seen.add(once)
  }
}

/** An order that nobody completed and nobody works on has lasted until its last work. */
function ofOrder(order: OrderRow, isRunning: boolean, window: Stretch): Elements {
  const ends = order.operations.flatMap((o) => (o.endedAt === null ? [] : [Date.parse(o.endedAt)]))
  const start = order.startedAt === null ? window.to : Date.parse(order.startedAt)
  const open = isRunning ? window.to : Math.max(...ends, start)
  const end = order.endedAt === null ? open : Date.parse(order.endedAt)
  const lasted = Math.min(end, window.to) - Math.max(start, window.from)
  const setups = order.operations.map((o) => o.setupTimeMs)
  const runs = order.operations.map((o) => o.runTimeMsPerUnit)
  const PUST = setups.includes(null) ? undefined : sum(setups)
  const run =
    runs.includes(null) || order.quantity === null ? undefined : sum(runs) * order.quantity
  return {
    AOET: Math.max(0, lasted),
    ...(order.quantity === null ? {} : { POQ: order.quantity }),
    ...(PUST === undefined ? {} : { PUST }),
    ...(PUST === undefined || run === undefined ? {} : { POET: PUST + run }),
  }
}

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((a, b) => a + (b ?? 0), 0)
