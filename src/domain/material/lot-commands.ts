import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { id, positiveQuantity, reason, unit } from '../types.ts'
import { holdCause } from './events.ts'
import { lotHandlingCommands } from './lot-handling-commands.ts'
import { optionalId, workWish } from './wishes.ts'

/** A movementId counts once: the same booking again changes nothing. */
const onLot = { lotId: id, movementId: id }
const leaving = {
  lotId: id,
  transferId: id,
  quantity: positiveQuantity,
  unit,
  intoLotId: id,
  locationId: optionalId,
  ...workWish,
}

const allOrPart = positiveQuantity
  .nullable()
  .default(null)
  .describe('How much, in the given unit; all that is left by default.')

/** Wishes about one lot. Each has an id of its own, and is refused when the lot cannot bear it. */
export const lotCommands = {
  ReceiveLot: z
    .object({
      type: z.literal('ReceiveLot'),
      ...onLot,
      materialId: id,
      quantity: positiveQuantity,
      unit,
      supplierId: optionalId,
      supplierLotId: optionalId,
      locationId: optionalId,
      personId: optionalId,
      deliveryId: optionalId.describe('Shipment of another site that it came with.'),
      shippedLotId: optionalId.describe('The lot as the other site sent it, where that is known.'),
      logisticUnitId: optionalId.describe('Else the pallet or box of the shipment it came on.'),
    })
    .describe('Take material from a supplier into a lot; a part delivery adds to a lot there is.'),
  ProduceLot: z
    .object({
      type: z.literal('ProduceLot'),
      ...onLot,
      materialId: id,
      quantity: positiveQuantity,
      unit,
      locationId: optionalId,
      ...workWish,
    })
    .describe('Report material made into a lot; adds to a lot there is.'),
  ConsumeLot: z
    .object({
      type: z.literal('ConsumeLot'),
      ...onLot,
      quantity: positiveQuantity,
      unit,
      intoLotId: optionalId,
      intoSerial: optionalId,
      ...workWish,
    })
    .describe(
      'Use material of a lot, into a lot or serial where that is known, else for the order alone.',
    ),
  SplitLot: z
    .object({ type: z.literal('SplitLot'), ...leaving })
    .describe('Put a part of a lot into a lot of its own; a new one is made.'),
  MergeLot: z
    .object({
      type: z.literal('MergeLot'),
      ...leaving,
      quantity: allOrPart,
    })
    .describe('Put a lot, or a part of it, into another lot of the same material.'),
  MoveLot: z
    .object({ type: z.literal('MoveLot'), ...onLot, locationId: id, personId: optionalId })
    .describe('Bring a lot to another place.'),
  AdjustLot: z
    .object({
      type: z.literal('AdjustLot'),
      ...onLot,
      difference: z.number().min(-1e9).max(1e9),
      unit,
      reason,
      personId: id,
    })
    .describe('Correct the quantity of a lot after a count, up or down, with a reason.'),
  ScrapLot: z
    .object({
      type: z.literal('ScrapLot'),
      ...onLot,
      quantity: allOrPart,
      unit,
      reason,
      ...workWish,
    })
    .describe('Throw away a lot or a part of it; a held lot may be scrapped.'),
  HoldLot: z
    .object({
      type: z.literal('HoldLot'),
      lotId: id,
      holdId: id,
      reason,
      cause: holdCause.nullable().default(null),
      personId: optionalId,
    })
    .describe('Block a lot: nothing of it may be consumed, split or merged until it is released.'),
  ReleaseLot: z
    .object({
      type: z.literal('ReleaseLot'),
      lotId: id,
      holdId: id,
      reason,
      personId: optionalId,
    })
    .describe('Lift one hold of a lot; the lot is free when no hold is left.'),
  ...lotHandlingCommands,
}
export type LotCommand = CommandOf<typeof lotCommands>
