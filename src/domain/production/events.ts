import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { clearance, required } from '../personnel/events.ts'
import {
  durationMs,
  id,
  instant,
  positiveQuantity,
  quantity,
  reason,
  text,
  unit,
} from '../types.ts'

/** What a person or machine does on an operation; each activity has its own clock. */
export const activity = z.enum(['SETUP', 'PRODUCTION', 'BREAK'])
export type Activity = z.output<typeof activity>

/** An operation that asks for more is several operations. */
const MAX_QUALIFICATIONS = 20

export const operation = z.object({
  operationId: id,
  /** Order of the operations within the routing; need not be gapless. */
  sequence: z.number().int().nonnegative(),
  name: text,
  workCentreId: id,
  /** Planned setup time; null where nobody planned one. */
  setupTimeMs: durationMs.nullable().default(null),
  /** Planned run time of one unit (ISO 22400 PRI); null where nobody planned one. */
  runTimeMsPerUnit: durationMs.nullable().default(null),
  /** Share of what it produces that is planned to be scrap; absent where nobody planned any. */
  plannedScrapShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Share of what it produces that is planned to be scrap, 0 to 1.'),
  /** Of whoever works on it, beside what the place asks for; absent in what was released before this was. */
  qualifications: z
    .array(required)
    .max(MAX_QUALIFICATIONS)
    .optional()
    .describe('Qualifications it takes to work on it, beside those of the place.'),
})

export type ReleasedOperation = z.output<typeof operation>

/** Quantities of one booking, all in the unit of the order. */
export const quantities = z.object({
  good: quantity.default(0),
  scrap: quantity.default(0),
  scrapReason: text.nullable().default(null),
  rework: quantity.default(0),
  /** Set aside for a material review board: neither good nor scrap yet. */
  awaitingDisposition: quantity.default(0),
})
export type Quantities = z.output<typeof quantities>

/** A clock that stopped: `activity` of this person lasted from `since` to the fact's `occurredAt`. */
const closedClock = z.object({
  operationId: id,
  personId: id,
  equipmentId: id.nullable(),
  activity,
  since: instant,
})
export type ClosedClock = z.output<typeof closedClock>

const onOrder = { orderId: id }
const onOperation = { orderId: id, operationId: id }
const byPerson = { ...onOperation, personId: id, closed: z.array(closedClock) }

export const orderEvents = {
  released: event(
    'OrderReleased',
    z.object({
      ...onOrder,
      materialId: id,
      /** Null where imported history never said how many were ordered. */
      quantity: positiveQuantity.nullable(),
      unit,
      dueAt: instant.nullable(),
      /** 1 is most urgent. */
      priority: z.number().int(),
      operations: z.array(operation).min(1),
    }),
  ),
  operationStarted: event(
    'OperationStarted',
    z.object({ ...onOperation, personId: id, equipmentId: id.nullable(), activity, ...clearance }),
  ),
  activityChanged: event('OperationActivityChanged', z.object({ ...byPerson, activity })),
  operationPaused: event('OperationPaused', z.object({ ...byPerson, reason: text.nullable() })),
  operationResumed: event('OperationResumed', z.object({ ...byPerson, activity, ...clearance })),
  operationCompleted: event('OperationCompleted', z.object(byPerson)),
  quantityReported: event(
    'QuantityReported',
    z.object({
      ...onOperation,
      bookingId: id,
      personId: id.nullable(),
      equipmentId: id.nullable(),
      ...quantities.shape,
    }),
  ),
  /** Work that was booked after it was done, with its interval and what came of it. */
  workBooked: event(
    'WorkBooked',
    z.object({
      ...onOperation,
      bookingId: id,
      personId: id.nullable(),
      equipmentId: id.nullable(),
      activity,
      startedAt: instant,
      endedAt: instant,
      isRework: z.boolean(),
      ...quantities.shape,
    }),
  ),
  /** Replaces the quantities of a booking; the original stays in the log and in the read model. */
  bookingCorrected: event(
    'BookingCorrected',
    z.object({
      ...onOperation,
      bookingId: id,
      correctionId: id,
      personId: id,
      reason,
      before: quantities,
      after: quantities,
    }),
  ),
  held: event('OrderHeld', z.object({ ...onOrder, reason })),
  holdLifted: event('OrderHoldLifted', z.object({ ...onOrder, reason })),
  /** Ends whatever clocks were still running, as completion does. */
  cancelled: event(
    'OrderCancelled',
    z.object({ ...onOrder, reason, closed: z.array(closedClock) }),
  ),
  completed: event('OrderCompleted', z.object({ ...onOrder, closed: z.array(closedClock) })),
}
export type OrderEvent = EventOf<typeof orderEvents>
