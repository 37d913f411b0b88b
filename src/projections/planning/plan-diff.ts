import type { ScheduledOperation } from '../../domain/planning/plan-text.ts'
import { compositeKey } from '../composite-key.ts'

export interface MovedOperation {
  readonly orderId: string
  readonly operationId: string
  readonly before: ScheduledOperation
  readonly after: ScheduledOperation
  /** Milliseconds; below zero: earlier. */
  readonly movedMs: number
}
export interface OrderShift {
  readonly orderId: string
  /** End of the last planned operation; null where the plan has none of it. */
  readonly before: string | null
  readonly after: string | null
}
export interface PlanDiff {
  readonly moved: readonly MovedOperation[]
  readonly added: readonly ScheduledOperation[]
  readonly removed: readonly ScheduledOperation[]
  readonly unchanged: number
  /** Orders whose end is another. */
  readonly orders: readonly OrderShift[]
}

const keyOf = (one: ScheduledOperation): string => compositeKey(one.orderId, one.operationId)

/** What another plan would change: times, machines and people, and the ends of orders. */
export function planDiff(
  before: readonly ScheduledOperation[],
  after: readonly ScheduledOperation[],
): PlanDiff {
  const old = new Map(before.map((one) => [keyOf(one), one]))
  const fresh = new Set(after.map(keyOf))
  const moved: MovedOperation[] = []
  const added: ScheduledOperation[] = []
  let unchanged = 0
  for (const one of after) {
    const was = old.get(keyOf(one))
    if (!was) added.push(one)
    else if (isSame(was, one)) unchanged++
    else {
      const movedMs = Date.parse(one.startsAt) - Date.parse(was.startsAt)
      const { orderId, operationId } = one
      moved.push({ orderId, operationId, before: was, after: one, movedMs })
    }
  }
  const removed = before.filter((one) => !fresh.has(keyOf(one)))
  const [was, will] = [endsOf(before), endsOf(after)]
  const orders = [...new Set([...was.keys(), ...will.keys()])].toSorted().flatMap((orderId) => {
    const shift = { orderId, before: was.get(orderId) ?? null, after: will.get(orderId) ?? null }
    return shift.before === shift.after ? [] : [shift]
  })
  return { moved, added, removed, unchanged, orders }
}

const isSame = (a: ScheduledOperation, b: ScheduledOperation): boolean =>
  a.equipmentId === b.equipmentId &&
  a.startsAt === b.startsAt &&
  a.endsAt === b.endsAt &&
  a.personId === b.personId

function endsOf(operations: readonly ScheduledOperation[]): ReadonlyMap<string, string> {
  const ends = new Map<string, string>()
  for (const { orderId, endsAt } of operations)
    if (endsAt > (ends.get(orderId) ?? '')) ends.set(orderId, endsAt)
  return ends
}
