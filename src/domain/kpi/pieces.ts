import type { Kind, Piece } from './time-model.ts'

/** A half-open stretch of time, epoch milliseconds. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** A stretch of the plan: a shift without its breaks, planned down time, or time outside of shifts. */
export interface Slot extends Stretch {
  readonly kind: 'BUSY' | 'DOWN' | 'UNPLANNED'
  readonly bin: number
}

/** Stretches joined where they meet or overlap, by time. */
export function union(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (from >= to) continue
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}

/** What is in both. @param a by time, without overlap @param b the same */
export function intersect<T extends Stretch>(a: readonly T[], b: readonly Stretch[]): readonly T[] {
  const both: T[] = []
  let start = 0
  for (const one of a) {
    while (start < b.length && b[start]!.to <= one.from) start++
    for (let i = start; i < b.length && b[i]!.from < one.to; i++) {
      const from = Math.max(one.from, b[i]!.from)
      const to = Math.min(one.to, b[i]!.to)
      if (from < to) both.push({ ...one, from, to })
    }
  }
  return both
}

/** What is in `a` and not in `b`. @param a by time, without overlap @param b the same */
export function minus<T extends Stretch>(a: readonly T[], b: readonly Stretch[]): readonly T[] {
  const left: T[] = []
  for (const one of a) {
    let { from } = one
    for (const other of b) {
      if (other.to <= from) continue
      if (other.from >= one.to) break
      if (other.from > from) left.push({ ...one, from, to: other.from })
      from = other.to
    }
    if (from < one.to) left.push({ ...one, from })
  }
  return left
}

/**
 * The plan cut at the orders that were worked on, for one machine.
 * @param slots by time, without overlap @param orders by time, without overlap
 * @param mask only this time counts (that of one order, say); null: all of it
 */
export function piecesOf(
  slots: readonly Slot[],
  orders: readonly Stretch[],
  mask: readonly Stretch[] | null,
): readonly Piece[] {
  const counted = mask === null ? slots : intersect(slots, mask)
  if (orders.length === 0) return counted.map((slot) => ({ ...slot, kind: PLAIN[slot.kind] }))
  const busy = counted.filter(({ kind }) => kind === 'BUSY')
  const others = counted.filter(({ kind }) => kind !== 'BUSY')
  return [
    ...intersect(busy, orders).map((slot) => ({ ...slot, kind: 'ORDER' as const })),
    ...minus(busy, orders).map((slot) => ({ ...slot, kind: 'FREE' as const })),
    ...others.map((slot) => ({ ...slot, kind: PLAIN[slot.kind] })),
  ].sort((a, b) => a.from - b.from)
}

const PLAIN: Readonly<Record<Slot['kind'], Kind>> = {
  BUSY: 'FREE',
  DOWN: 'DOWN',
  UNPLANNED: 'UNPLANNED',
}
