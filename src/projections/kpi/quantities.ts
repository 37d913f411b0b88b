import type { Elements } from '../../domain/kpi/elements.ts'
import { cycleTimeAt } from '../equipment/cycle-times.ts'
import type { Booked, Day, KpiInputs, Subject, Work } from './inputs.ts'

/** Pieces that came to be at a moment, each kind to be added to what is known. */
export interface Made {
  readonly at: number
  /** What was being made; null where a machine counted without anybody working on it. */
  readonly work: Pick<Work, 'orderId' | 'operationId' | 'personId'> | null
  readonly pq: number
  readonly gq: number
  readonly sq: number
  readonly rq: number
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/**
 * What one machine made. On a UTC day on which it counts pieces its counters tell how many, and of
 * scrap and rework what its counters do not tell is taken from bookings. On other days bookings tell all.
 * @param work of this machine
 */
export function* madeOn(
  { days }: Subject,
  work: readonly Work[],
  booked: readonly Booked[],
): Iterable<Made> {
  const byStart = new Map(days.map((day) => [day.start, day]))
  for (const day of days) if (isCounting(day)) yield* counted(day, work)
  for (const booking of booked) {
    const day = byStart.get(Math.floor(booking.at / DAY_MS) * DAY_MS)
    if (day && isCounting(day)) yield lossesOnly(booking, day)
    else yield wholly(booking)
  }
}

const isCounting = ({ counted: kinds }: Day): boolean => kinds.has('TOTAL') || kinds.has('GOOD')

function* counted(day: Day, work: readonly Work[]): Iterable<Made> {
  const [total, good] = [day.counted.has('TOTAL'), day.counted.has('GOOD')]
  for (const [minute, kind, n] of day.counts) {
    const at = day.start + minute * MINUTE_MS
    const loss = kind === 'SCRAP' || kind === 'REWORK'
    if (!loss && kind !== 'TOTAL' && kind !== 'GOOD') continue
    yield {
      at,
      work: workAt(work, at),
      pq: kind === 'TOTAL' || (!total && (kind === 'GOOD' || loss)) ? n : 0,
      gq: kind === 'GOOD' || (kind === 'TOTAL' && !good) ? n : total && !good && loss ? -n : 0,
      sq: kind === 'SCRAP' ? n : 0,
      rq: kind === 'REWORK' ? n : 0,
    }
  }
}

/** The pieces themselves were counted; people say which of them were not good. */
function lossesOnly(b: Booked, { counted: kinds }: Day): Made {
  const sq = kinds.has('SCRAP') ? 0 : b.scrap
  const rq = kinds.has('REWORK') ? 0 : b.rework
  return { at: b.at, work: b, pq: 0, gq: -(sq + rq + b.awaitingDisposition), sq, rq }
}

const wholly = (b: Booked): Made => ({
  at: b.at,
  work: b,
  pq: b.good + b.scrap + b.rework + b.awaitingDisposition,
  gq: b.good,
  sq: b.scrap,
  rq: b.rework,
})

/** What was worked on at a moment: production before setup, the later begun before the earlier. */
function workAt(work: readonly Work[], at: number): Work | null {
  let best: Work | null = null
  for (const one of work) {
    if (one.from > at || one.to <= at || one.activity === 'BREAK') continue
    const better =
      best === null ||
      (one.activity === 'PRODUCTION' && best.activity !== 'PRODUCTION') ||
      (one.activity === best.activity && one.from > best.from)
    if (better) best = one
  }
  return best
}

/** Elements of what was made; without an ideal cycle time it is not known how long it should have taken. */
export function elementsOfMade(
  { at, work, pq, gq, sq, rq }: Made,
  subject: Subject,
  { orders }: KpiInputs,
): { readonly elements: Elements; readonly unpriced: number } {
  const order = work ? orders.get(work.orderId) : undefined
  const operation = order?.operations.find((o) => o.operationId === work!.operationId)
  const making = {
    materialId: order?.materialId ?? null,
    operationId: work?.operationId ?? null,
    program: null,
  }
  const moment = new Date(at).toISOString()
  const ideal = cycleTimeAt(subject.cycleTimes, making, moment)?.idealMs
  const pri = ideal ?? operation?.runTimeMsPerUnit ?? null
  const first = order?.operations[0]
  const fall =
    operation === undefined ? {} : operation === first ? { FPQ: pq, FSQ: 0 } : { FPQ: 0, FSQ: sq }
  return {
    elements: {
      ...{ PQ: pq, GQ: gq, SQ: sq, RQ: rq, ...fall },
      ...(pri === null ? {} : { PRI_PQ: pri * pq, PRI_GQ: pri * gq }),
    },
    unpriced: pri === null ? pq : 0,
  }
}
