import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason, text } from '../types.ts'
import { causes } from './problem.ts'

/** REPAIRED: the plan in force, shifted as far as it must be. IMPROVED: the best that was found. */
export const planVariant = z.enum(['REPAIRED', 'IMPROVED'])
export type PlanVariant = z.output<typeof planVariant>

const onPlan = { planId: id }
const onVariant = { ...onPlan, variant: planVariant }
const seconds = z.number().int()

/**
 * One planned operation, in few characters, for a plan has tens of thousands: operation, equipment,
 * person, number of the tool, start of the changeover, start, end (seconds after the plan begins), cause
 * of its start (index in `causes`), and the operation that is it, as `order/operation`.
 */
export const plannedTuple = z.tuple([
  id,
  id,
  id.nullable(),
  z.number().int().nonnegative().nullable(),
  seconds,
  seconds,
  seconds,
  z
    .number()
    .int()
    .min(0)
    .max(causes.length - 1),
  text.nullable(),
])
export type PlannedTuple = z.output<typeof plannedTuple>

/** Orders a part holds at most, and operations: some hundred kilobytes, below what any log takes. */
export const MAX_PART_OPERATIONS = 1_000

export const plannedOrder = z.object({
  orderId: id,
  /** Nothing of it was left out: it is done when the last of these ends. */
  isWhole: z.boolean(),
  operations: z.array(plannedTuple).max(MAX_PART_OPERATIONS),
})
export type PlannedOrderPart = z.output<typeof plannedOrder>
export const plannedOrders = z.array(plannedOrder).min(1).max(MAX_PART_OPERATIONS)

export const planPart = z.number().int().nonnegative()
/** What the plan costs, part by part of the objective. */
export const planCosts = z.record(z.string(), z.number())

/** With these, the problem and the version of the scheduler the plan can be computed again. */
export const planRequest = {
  /** When the plan begins; a whole second. */
  startsAt: instant,
  /** Facts up to here made the problem; null where the read models were not all at one. */
  position: z.number().int().nonnegative().nullable(),
  /** SHA-256 of the problem as JSON. */
  problemHash: z.string().regex(/^[0-9a-f]{64}$/),
  schedulerVersion: z.number().int().positive(),
  seed: z.number().int(),
  iterations: z.number().int().positive(),
  workers: z.number().int().positive(),
  /** The plan that was in force; null for none. */
  basePlanId: id.nullable(),
  /** Why it was asked for; empty where a person just asked. */
  reason: text,
}

export const planEvents = {
  requested: event('PlanRequested', z.object({ ...onPlan, ...planRequest })),
  listed: event(
    'PlannedOperationsListed',
    z.object({ ...onVariant, part: planPart, orders: plannedOrders }),
  ),
  proposed: event(
    'PlanProposed',
    z.object({
      ...onVariant,
      partCount: planPart,
      operationCount: planPart,
      costs: planCosts,
      /** No plan is done earlier, seconds after it begins. */
      bound: z.number(),
      iteration: planPart,
    }),
  ),
  failed: event('PlanFailed', z.object({ ...onPlan, reason })),
  rejected: event('PlanRejected', z.object({ ...onPlan, reason })),
}
export type PlanEvent = EventOf<typeof planEvents>

const onOperation = { orderId: id, operationId: id }
export const pinnedPlace = {
  equipmentId: id,
  personId: id.nullable(),
  startsAt: instant,
  endsAt: instant,
}

/** An order's end as a plan has it; null: not all of it could be planned. */
export const promise = z.object({ orderId: id, endsAt: instant.nullable() })

/** What is in force at one site. */
export const scheduleEvents = {
  accepted: event(
    'PlanAccepted',
    z.object({
      ...onVariant,
      previousPlanId: id.nullable(),
      /** Orders whose end is another than in the plan before. */
      promises: z.array(promise),
    }),
  ),
  pinned: event('OperationPinned', z.object({ ...onOperation, ...pinnedPlace })),
  moved: event(
    'OperationMoved',
    z.object({
      ...onOperation,
      ...pinnedPlace,
      from: z.object({ equipmentId: id, startsAt: instant }),
    }),
  ),
  unpinned: event('OperationUnpinned', z.object(onOperation)),
  /** Whether an order will be on time is another than was told before. */
  promiseChanged: event(
    'OrderPromiseChanged',
    z.object({
      ...{ orderId: id, planId: id },
      dueAt: instant,
      endsAt: instant,
      isLate: z.boolean(),
    }),
  ),
}
export type ScheduleEvent = EventOf<typeof scheduleEvents>
