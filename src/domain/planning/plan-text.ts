import { MAX_PART_OPERATIONS, type PlannedOrderPart, type PlannedTuple } from './plan-events.ts'
import { causes, type Cause, type PlannedOperation } from './problem.ts'

/**
 * A plan in parts small enough for any log.
 * @param whole orders of which nothing was left out
 */
export function partsOf(
  plan: readonly PlannedOperation[],
  whole: ReadonlySet<string>,
): readonly (readonly PlannedOrderPart[])[] {
  const parts: PlannedOrderPart[][] = []
  let room = 0
  for (const [orderId, operations] of Map.groupBy(plan, ({ order }) => order))
    for (let from = 0; from < operations.length;) {
      if (room === 0) {
        parts.push([])
        room = MAX_PART_OPERATIONS
      }
      const some = operations.slice(from, from + room).map(tupleOf)
      parts.at(-1)!.push({ orderId, isWhole: whole.has(orderId), operations: some })
      from += some.length
      room -= some.length
    }
  return parts
}

const tupleOf = (one: PlannedOperation): PlannedTuple => [
  ...([one.operation, one.equipment, one.person, one.toolUnit] as const),
  ...([one.setupStart, one.start, one.end, causes.indexOf(one.cause), one.culprit] as const),
]

/** A planned operation with the moments it has on the clock on the wall, ISO-8601. */
export interface ScheduledOperation {
  readonly orderId: string
  readonly operationId: string
  readonly equipmentId: string
  readonly personId: string | null
  readonly toolUnit: number | null
  /** Start of the changeover; equal to `startsAt` where there is none. */
  readonly setupStartsAt: string
  readonly startsAt: string
  readonly endsAt: string
  readonly cause: Cause
  readonly culprit: string | null
}

/** @param startsAt when the plan begins */
export function scheduledOperations(
  orders: readonly PlannedOrderPart[],
  startsAt: string,
): readonly ScheduledOperation[] {
  const base = Date.parse(startsAt)
  const moment = (seconds: number): string => new Date(base + seconds * 1_000).toISOString()
  return orders.flatMap(({ orderId, operations }) =>
    operations.map(
      ([operationId, equipmentId, personId, toolUnit, setup, start, end, cause, culprit]) => ({
        ...{ orderId, operationId, equipmentId, personId, toolUnit, culprit },
        setupStartsAt: moment(setup),
        startsAt: moment(start),
        endsAt: moment(end),
        cause: causes[cause]!,
      }),
    ),
  )
}
