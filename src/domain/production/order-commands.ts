import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { id, instant, positiveQuantity, reason, text, unit } from '../types.ts'
import { activity, operation, quantities } from './events.ts'

/** A routing longer than this is a mistake in the ERP message, not a part. */
const MAX_OPERATIONS = 200

const working = activity.exclude(['BREAK'])
const onOperation = { orderId: id, operationId: id }
const byPerson = { ...onOperation, personId: id }

/** Wishes about one production order, in the order in which a shift usually has them. */
export const orderCommands = {
  ReleaseOrder: z
    .object({
      type: z.literal('ReleaseOrder'),
      orderId: id,
      materialId: id,
      quantity: positiveQuantity.nullable(),
      unit,
      dueAt: instant.nullable().default(null),
      priority: z.number().int().min(1).max(999).default(500),
      operations: z.array(operation).min(1).max(MAX_OPERATIONS),
    })
    .describe(
      'Hand an order to the shop floor: what to make, how many, until when, in which operations.',
    ),
  StartOperation: z
    .object({
      type: z.literal('StartOperation'),
      ...byPerson,
      equipmentId: id.nullable().default(null),
      activity: working.default('PRODUCTION'),
    })
    .describe(
      'Begin or join work on an operation; starts the setup or production clock of the person.',
    ),
  ChangeActivity: z
    .object({ type: z.literal('ChangeActivity'), ...byPerson, activity: working })
    .describe('Switch from setup to production or back: one clock stops, the other starts.'),
  PauseOperation: z
    .object({
      type: z.literal('PauseOperation'),
      ...byPerson,
      reason: text.nullable().default(null),
    })
    .describe('Interrupt work on an operation; the break clock of the person runs.'),
  ResumeOperation: z
    .object({
      type: z.literal('ResumeOperation'),
      ...byPerson,
      activity: working.default('PRODUCTION'),
    })
    .describe('Continue after a pause.'),
  CompleteOperation: z
    .object({ type: z.literal('CompleteOperation'), ...byPerson })
    .describe('Finish an operation: all its clocks stop. The last one completes the order.'),
  ReportQuantity: z
    .object({
      type: z.literal('ReportQuantity'),
      ...onOperation,
      bookingId: id,
      personId: id.nullable().default(null),
      equipmentId: id.nullable().default(null),
      ...quantities.shape,
    })
    .describe('Report good, scrap, rework and undecided quantities. A bookingId counts once.'),
  BookWork: z
    .object({
      type: z.literal('BookWork'),
      ...onOperation,
      bookingId: id,
      personId: id.nullable().default(null),
      equipmentId: id.nullable().default(null),
      activity,
      startedAt: instant,
      endedAt: instant,
      isRework: z.boolean().default(false),
      ...quantities.shape,
    })
    .describe(
      'Book work after it was done, with its interval and quantities. A bookingId counts once.',
    ),
  CorrectBooking: z
    .object({
      type: z.literal('CorrectBooking'),
      orderId: id,
      bookingId: id,
      correctionId: id,
      personId: id,
      reason,
      ...quantities.shape,
    })
    .describe('Replace the quantities of a booking, with a reason. The original stays visible.'),
  HoldOrder: z
    .object({ type: z.literal('HoldOrder'), orderId: id, reason })
    .describe('Keep an order from being started; work in progress may be finished and reported.'),
  LiftOrderHold: z
    .object({ type: z.literal('LiftOrderHold'), orderId: id, reason })
    .describe('Allow a held order to be worked on again.'),
  CancelOrder: z
    .object({ type: z.literal('CancelOrder'), orderId: id, reason })
    .describe('Give an order up. What was reported stays reported.'),
  CompleteOrder: z
    .object({ type: z.literal('CompleteOrder'), orderId: id })
    .describe('Close an order although not every operation was completed.'),
}
export type OrderCommand = CommandOf<typeof orderCommands>
