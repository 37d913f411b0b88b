import type { Problem } from '../../src/domain/planning/problem.ts'

/** Seconds of a stretch; machines are open for the first few of them. */
export const LENGTH = 10
const BUCKETS = 3
const MACHINES = ['M1', 'M2'] as const
type Machine = (typeof MACHINES)[number]

export interface Case {
  readonly orders: readonly {
    readonly seconds: number
    /** The first is where it is planned; each is as quick. */
    readonly machines: readonly string[]
    /** Stretches. */
    readonly release: number
    readonly stretches: number
  }[]
  /** Open seconds by stretch. */
  readonly capacities: Readonly<Record<Machine, readonly number[]>>
  /** Of a second too much on M2, against M1. */
  readonly weight: number
}

/**
 * The best way to level single operations, found by trying every one: whole seconds, each in any stretch of its
 * window, on any of its machines, no more than the machine is open. The plan is as late as can be.
 */
export function exhaustive({ orders, capacities, weight }: Case) {
  const problem: Problem = {
    equipment: MACHINES.map((id) => ({
      id,
      open: capacities[id].flatMap((seconds, at) =>
        seconds > 0 ? [{ from: at * LENGTH, to: at * LENGTH + seconds }] : [],
      ),
    })),
    orders: orders.map(({ seconds, machines, release, stretches }, i) => ({
      ...{ id: `${i}`, release: release * LENGTH, due: (release + stretches) * LENGTH },
      operations: [
        {
          id: '1',
          modes: machines.map((equipment) => ({
            ...{ equipment, fixedSeconds: seconds, interruptible: true },
          })),
        },
      ],
    })),
  }
  const capacity = MACHINES.flatMap((id) => capacities[id])
  const works = orders.flatMap((order, i) => {
    const planned = latest(order, capacities[order.machines[0] as Machine])
    return planned ? [{ ...order, planned, id: `${i}` }] : []
  })
  const load = Array.from({ length: BUCKETS * 2 }, () => 0)
  let best = { overload: Infinity, price: Infinity }
  const settle = (price: number): void => {
    const overload = load.reduce(
      (sum, one, cell) => sum + Math.max(0, one - capacity[cell]!) * (cell < BUCKETS ? 1 : weight),
      0,
    )
    if (overload < best.overload || (overload === best.overload && price < best.price))
      best = { overload, price }
  }
  const place = (number: number, cell: number, rest: number, price: number): void => {
    const work = works[number]
    if (!work) return settle(price)
    if (cell === load.length) {
      if (rest === 0) next(number + 1, price)
      return
    }
    const machine = MACHINES[Math.floor(cell / BUCKETS)]!
    const bucket = cell % BUCKETS
    const isOwn = machine === work.machines[0]
    const stays = isOwn ? work.planned[bucket]! : 0
    const inWindow = bucket >= work.release && bucket < work.release + work.stretches
    const fits = work.machines.includes(machine) && inWindow ? capacity[cell]! : 0
    const each = priceOf(work.planned, bucket, isOwn)
    for (let amount = 0; amount <= Math.min(rest, Math.max(stays, fits)); amount++) {
      load[cell]! += amount
      place(number, cell + 1, rest - amount, price + each * Math.max(0, amount - stays))
      load[cell]! -= amount
    }
  }
  const next = (number: number, price: number): void =>
    place(number, 0, works[number]?.seconds ?? 0, price)
  next(0, 0)
  return { problem, ...best, planned: new Map(works.map(({ id, planned }) => [id, planned])) }
}

/** Of a second that comes into a stretch: 1, how far the nearest of the plan is, and 1 for another machine. */
export function priceOf(planned: readonly number[], bucket: number, isOwn: boolean): number {
  const far = planned.flatMap((seconds, from) =>
    seconds > 0 ? [bucket < from ? 0.9 * (from - bucket) : bucket - from] : [],
  )
  return 1 + Math.min(...far) / BUCKETS + (isOwn ? 0 : 1)
}

/** Seconds by stretch of work that ends as late as it can, or begins with its release; null: it never ends. */
function latest(
  { seconds, release, stretches }: Case['orders'][number],
  open: readonly number[],
): number[] | null {
  const planned = Array.from({ length: BUCKETS }, () => 0)
  let left = seconds
  for (
    let bucket = Math.min(BUCKETS, release + stretches) - 1;
    bucket >= release && left > 0;
    bucket--
  ) {
    planned[bucket] = Math.min(left, open[bucket]!)
    left -= planned[bucket]!
  }
  if (left === 0) return planned
  planned.fill(0)
  left = seconds
  for (let bucket = release; bucket < BUCKETS && left > 0; bucket++) {
    planned[bucket] = Math.min(left, open[bucket]!)
    left -= planned[bucket]!
  }
  return left === 0 ? planned : null
}
