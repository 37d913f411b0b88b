import type { Compiled } from './compile.ts'
import type { Span } from './problem.ts'
import type { Schedule } from './schedule.ts'
import { NEVER } from './working-time.ts'

/** Too little of a material or too few of a tool, from a moment until it is made good (`to` null: never). */
export interface Shortage {
  readonly kind: 'material' | 'tool'
  readonly id: string
  readonly from: number
  readonly to: number | null
  /** What is missing at the worst moment. */
  readonly missing: number
  /** Those that want it in that time, in the order of their wanting; the first ones may still get theirs. */
  readonly orders: readonly string[]
}

/** One taking or giving back. */
interface Change {
  readonly at: number
  readonly by: number
  readonly order: string | null
}

/** Shortages of materials and tools where everything happened as the schedule has it, by time. */
export function shortages(compiled: Compiled, schedule: Schedule): Shortage[] {
  const { problem } = compiled
  const material = (problem.materials ?? []).flatMap(({ id, stock, receipts }) => {
    const changes = (receipts ?? []).map(({ at, quantity }): Change => ({
      at,
      by: quantity,
      order: null,
    }))
    each(compiled, schedule, ({ order, operation, span, running }) => {
      const amount = (list: typeof operation.consumes) =>
        (list ?? []).reduce((sum, one) => sum + (one.material === id ? one.quantity : 0), 0)
      if (!running) changes.push({ at: span.from, by: -amount(operation.consumes), order })
      changes.push({ at: span.to, by: amount(operation.produces), order })
    })
    return missing(stock, changes).map((one): Shortage => ({ kind: 'material', id, ...one }))
  })
  const tools = (problem.tools ?? []).flatMap(({ id, count }) => {
    const changes: Change[] = []
    each(compiled, schedule, ({ order, tool, setupStart, span }) => {
      if (tool !== id) return
      changes.push({ at: setupStart, by: -1, order }, { at: span.to, by: 1, order })
    })
    return missing(count, changes).map((one): Shortage => ({ kind: 'tool', id, ...one }))
  })
  return [...material, ...tools].sort((a, b) => a.from - b.from)
}

function each(
  { problem, operations, firstOfOrder }: Compiled,
  schedule: Schedule,
  see: (one: {
    readonly order: string
    readonly operation: Compiled['problem']['orders'][number]['operations'][number]
    readonly tool: string | undefined
    readonly setupStart: number
    readonly span: Span
    readonly running: boolean
  }) => void,
): void {
  for (const [at, { order: number, fixed }] of operations.entries()) {
    if (!schedule.scheduled[at]) continue
    const { id, operations: list } = problem.orders[number]!
    const operation = list[at - firstOfOrder[number]!]!
    see({
      order: id,
      operation,
      tool: operation.modes[schedule.mode[at]!]!.tool,
      setupStart: schedule.setupStart[at]!,
      span: { from: schedule.start[at]!, to: schedule.end[at]! },
      running: fixed?.remaining !== undefined,
    })
  }
}

/** Stretches in which less than nothing is left; at one moment what comes counts before what goes. */
function missing(begin: number, changes: readonly Change[]) {
  const sorted = changes
    .filter(({ by }) => by !== 0)
    .sort((a, b) => a.at - b.at || Number(b.by > 0) - Number(a.by > 0))
  const found: { from: number; to: number | null; missing: number; orders: string[] }[] = []
  let [balance, open] = [begin, false]
  for (const { at, by, order } of sorted) {
    balance += by
    const last = found.at(-1)
    if (balance < 0 && !open) {
      found.push({ from: at, to: null, missing: -balance, orders: order ? [order] : [] })
      open = true
    } else if (open && last) {
      last.missing = Math.max(last.missing, -balance)
      if (by < 0 && order && !last.orders.includes(order)) last.orders.push(order)
      if (balance >= 0) {
        last.to = at
        open = false
      }
    }
  }
  return found.filter(({ from, to }) => to === null || (to > from && from < NEVER))
}
