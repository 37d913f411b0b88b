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
  const readBefore = new Map<string, number>()
  for (const [minute, kind, n] of day.counts) {
    const at = day.start + minute * MINUTE_MS
    const since = readBefore.get(kind) ?? day.start
    readBefore.set(kind, at)
    const loss = kind === 'SCRAP' || kind === 'REWORK'
    if (!loss && kind !== 'TOTAL' && kind !== 'GOOD') continue
    yield {
      at,
      // A reading tells what was made since the one before, which may have ended (a gap in the data), and
      // is known to the minute.
      work: workAt(work, at) ?? lastWorkWithin(work, since, at + MINUTE_MS),
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

function lastWorkWithin(work: readonly Work[], from: number, to: number): Work | null {
  let last: Work | null = null
  for (const one of work) {
    if (one.from >= to || one.to <= from || one.activity === 'BREAK') continue
    if (last === null || one.to > last.to) last = one
  }
  return last
}

/**
 * Elements of what one machine made, with how long it should have taken: by the ideal cycle time of
 * the machine, else by the planned run time of the operation. `unpriced` counts pieces that have neither.
 */
export function quantityElements({ cycleTimes, programs }: Subject, { orders, window }: KpiInputs) {
  const begin = new Date(window.from).toISOString()
  // Entries that hold from before the window on give one answer for all of it.
  const isConstant = programs.length === 0 && cycleTimes.every((c) => c.validFrom <= begin)
  const known = new Map<string, number | null>()
  const ideal = (work: Made['work'], at: number): number | null => {
    if (cycleTimes.length === 0) return null
    const key = work === null ? '' : `${work.orderId}\n${work.operationId}`
    const before = isConstant ? known.get(key) : undefined
    if (before !== undefined) return before
    const iso = new Date(at).toISOString()
    const making = {
      materialId: (work && orders.get(work.orderId)?.materialId) ?? null,
      operationId: work?.operationId ?? null,
      program: programs.findLast((loaded) => loaded.at <= iso)?.program ?? null,
    }
    const found = cycleTimeAt(cycleTimes, making, iso)?.idealMs ?? null
    known.set(key, found)
    return found
  }
  return ({ at, work, pq, gq, sq, rq }: Made): { elements: Elements; unpriced: number } => {
    const routing = (work && orders.get(work.orderId)?.operations) ?? []
    const place = routing.findIndex((o) => o.operationId === work?.operationId)
    const elements: Elements = { PQ: pq, GQ: gq, SQ: sq, RQ: rq }
    const planned = routing[place]?.plannedScrapShare
    if (planned != null) elements.PSQ = pq * planned
    const pri = ideal(work, at) ?? routing[place]?.runTimeMsPerUnit ?? null
    if (pri !== null) [elements.PRI_PQ, elements.PRI_GQ] = [pri * pq, pri * gq]
    if (place >= 0) [elements.FPQ, elements.FSQ] = place === 0 ? [pq, 0] : [0, sq]
    return { elements, unpriced: pri === null ? pq : 0 }
  }
}
