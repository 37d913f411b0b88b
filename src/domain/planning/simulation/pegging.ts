import type { Compiled, CompiledOperation } from '../compile.ts'
import type { Schedule } from '../schedule.ts'
import { availableFrom, book, stockOf } from '../stock.ts'
import { NEVER } from '../working-time.ts'

/**
 * What each operation of a plan lives on: from when the plan had its material, and the operations that make
 * it, the first made for the first that needs it. Simulated, it waits for both and for nothing else.
 */
export interface Pegged {
  readonly materialFrom: Float64Array
  readonly madeBy: ReadonlyMap<number, readonly number[]>
}

export function pegged(compiled: Compiled, schedule: Schedule, rank: Int32Array): Pegged {
  const { operations } = compiled
  const placed = [...operations.keys()].filter((at) => schedule.scheduled[at])
  return {
    materialFrom: promised(compiled, schedule, placed, rank),
    madeBy: makers(compiled, schedule, placed, rank),
  }
}

/** A running one took its material when it began. */
const taken = ({ fixed, consumes }: CompiledOperation): CompiledOperation['consumes'] =>
  fixed?.remaining === undefined ? consumes : []

/** From when the balance allowed it, as the decoder saw it when it placed the operation. */
function promised(
  { operations, problem }: Compiled,
  { start, end }: Schedule,
  placed: readonly number[],
  rank: Int32Array,
): Float64Array {
  const from = new Float64Array(operations.length).fill(-NEVER)
  const stocks = (problem.materials ?? []).map(stockOf)
  if (stocks.length === 0) return from
  const turn = (at: number): number => (operations[at]!.fixed ? -1 : rank[at]!)
  for (const at of placed.toSorted((a, b) => turn(a) - turn(b))) {
    const { fixed, produces } = operations[at]!
    for (const [material, quantity] of taken(operations[at]!)) {
      const stock = stocks[material]!
      if (!fixed) from[at] = Math.max(from[at]!, availableFrom(stock, -NEVER, quantity))
      book(stock, start[at]!, -quantity)
    }
    for (const [material, quantity] of produces) book(stocks[material]!, end[at]!, quantity)
  }
  return from
}

function makers(
  { operations, problem }: Compiled,
  { start, end }: Schedule,
  placed: readonly number[],
  rank: Int32Array,
): ReadonlyMap<number, readonly number[]> {
  const madeBy = new Map<number, number[]>()
  const byStart = placed.toSorted((a, b) => start[a]! - start[b]! || rank[a]! - rank[b]!)
  for (const [number, { stock, receipts }] of (problem.materials ?? []).entries()) {
    const amount = (list: CompiledOperation['consumes']): number =>
      list.find(([material]) => material === number)?.[1] ?? 0
    const supplies = [
      { at: -NEVER, quantity: stock, maker: -1 },
      ...(receipts ?? []).map((receipt) => ({ ...receipt, maker: -1 })),
      ...placed.map((at) => ({
        at: end[at]!,
        quantity: amount(operations[at]!.produces),
        maker: at,
      })),
    ]
      .filter(({ quantity }) => quantity > 0)
      .sort((a, b) => a.at - b.at)
    let next = 0
    let left = supplies[0]?.quantity ?? 0
    for (const at of byStart)
      for (let wanted = amount(taken(operations[at]!)); wanted > 0 && next < supplies.length;) {
        const { maker } = supplies[next]!
        if (maker >= 0) madeBy.set(at, [...(madeBy.get(at) ?? []), maker])
        const used = Math.min(wanted, left)
        wanted -= used
        left -= used
        if (left <= 0) left = supplies[++next]?.quantity ?? 0
      }
  }
  return madeBy
}
