import type { Load } from './capacity.ts'
import type { Problem, Span } from './problem.ts'

/** Work of an order that could be done at another time, so that a group is not overloaded. */
export interface Levelling {
  readonly group: string
  readonly order: string | null
  readonly seconds: number
  readonly from: Span
  /** Null: nowhere between release and due date is room; it takes overtime, or another group. */
  readonly to: Span | null
}

/**
 * Moves what is too much to buckets with room: to the nearest earlier one not before the order's release, else to
 * the nearest later one that begins before its due date; of several orders first the one with the nearest
 * room. What is left is overtime. Groups are levelled one by one and the sequence of an order's operations is
 * not looked at: proposals for people, and for a plan that then settles them exactly.
 */
export function levelled({ orders }: Problem, loads: readonly Load[]): Levelling[] {
  const windows = new Map(
    orders.map(({ id, release, due }) => [id, { from: release ?? 0, to: due ?? Infinity }]),
  )
  return [...Map.groupBy(loads, ({ group }) => group).values()].flatMap((buckets) =>
    levelledGroup(
      buckets.toSorted((a, b) => a.from - b.from),
      windows,
    ),
  )
}

function levelledGroup(buckets: readonly Load[], windows: ReadonlyMap<string, Span>): Levelling[] {
  const room = buckets.map(({ capacity, load }) => Math.max(0, capacity - load))
  return buckets.flatMap((bucket, at) => {
    let excess = bucket.overload
    const found: Levelling[] = []
    const left = new Map(bucket.orders.map(({ order, seconds }) => [order, seconds]))
    const span = (i: number): Span => ({ from: buckets[i]!.from, to: buckets[i]!.to })
    for (const to of nearestFirst(at, buckets.length))
      for (const [order, seconds] of left) {
        const window = windows.get(order)!
        const { from } = buckets[to]!
        const moved = Math.min(excess, seconds, room[to]!)
        if (moved <= 0 || from < window.from || from >= window.to) continue
        excess -= moved
        room[to]! -= moved
        left.set(order, seconds - moved)
        found.push({ group: bucket.group, order, seconds: moved, from: span(at), to: span(to) })
      }
    if (excess > 0)
      found.push({ group: bucket.group, order: null, seconds: excess, from: span(at), to: null })
    return found
  })
}

/** Those before, the nearest first, then those behind. */
function nearestFirst(at: number, count: number): number[] {
  const before = Array.from({ length: at }, (_, i) => at - 1 - i)
  return [...before, ...Array.from({ length: count - at - 1 }, (_, i) => at + 1 + i)]
}
