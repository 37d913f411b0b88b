import type { EventStore } from '../../commands/event-store.ts'
import { streamOf } from '../../domain/decider.ts'
import type { PlanEvent } from '../../domain/planning/events.ts'
import { planFold } from '../../domain/planning/plan-state.ts'
import { scheduledOperations, type ScheduledOperation } from '../../domain/planning/plan-text.ts'
import type { Operation, Problem } from '../../domain/planning/problem.ts'
import { withPins } from './plan-content.ts'
import type { PlanningRows } from './rows.ts'
import type { ScheduleRow } from './schedules.ts'

/** The plan in force at a position of the log with what people pinned and moved, from the log alone. */
export async function planAt(
  log: Pick<EventStore, 'readStream'>,
  row: ScheduleRow | null,
  position: number,
): Promise<Pick<PlanningRows, 'current' | 'pins'>> {
  const pins = row?.pins ?? []
  if (!row?.planId) return { current: [], pins }
  let startsAt = ''
  const operations: ScheduledOperation[] = []
  for (const fact of await log.readStream(streamOf(planFold, row.planId))) {
    if (fact.position > position) break
    const { type, data } = fact as PlanEvent
    if (type === 'PlanRequested') startsAt = data.startsAt
    else if (type === 'PlannedOperationsListed' && data.variant === row.variant)
      operations.push(...scheduledOperations(data.orders, startsAt))
  }
  const current = withPins(operations, pins)
  return { current: current.map((one) => ({ ...one, waits: one.cause === 'price' })), pins }
}

/**
 * The problem as the floor plays it. Zones limit what a new plan may change, not what happens. What is
 * pinned has its machine, its place in the sequence and its time, and still waits for what comes late.
 */
export function played({ zones: _zones, ...problem }: Problem): Problem {
  return {
    ...problem,
    orders: problem.orders.map((order) => ({
      ...order,
      operations: order.operations.map(unpinned),
    })),
  }
}

function unpinned({ fixed, ...operation }: Operation): Operation {
  if (!fixed) return operation
  if (fixed.remaining !== undefined) return { ...operation, fixed }
  const { mode, start, person = null } = fixed
  return { ...operation, planned: { mode, start, person, notBefore: start } }
}
