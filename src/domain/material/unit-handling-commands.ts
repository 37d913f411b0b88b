import { z } from 'zod'
import { id, reason } from '../types.ts'
import { onUnit } from './shapes.ts'
import { optionalId, workWish } from './wishes.ts'

/** Wishes about one serialised item beyond building it. */
export const unitHandlingCommands = {
  ReplaceComponent: z
    .object({
      type: z.literal('ReplaceComponent'),
      ...onUnit,
      parentSerial: id,
      replacementSerial: id.describe('The component that goes in instead.'),
      reason,
      ...workWish,
    })
    .describe('Exchange a component: this one comes out, the other goes into its place.'),
  ReworkUnit: z
    .object({ type: z.literal('ReworkUnit'), ...onUnit, reason, ...workWish })
    .describe('Say that an item was reworked, with a reason, for which order and by whom.'),
  RepackUnit: z
    .object({
      type: z.literal('RepackUnit'),
      ...onUnit,
      from: optionalId.describe('Logistic unit it comes out of; none by default.'),
      into: optionalId.describe('Logistic unit it goes into; none to take it out.'),
      personId: optionalId,
    })
    .describe('Pack an item into a box or pallet, from one into another, or out of it.'),
  ShipUnit: z
    .object({
      type: z.literal('ShipUnit'),
      ...onUnit,
      deliveryId: id,
      customerId: id,
      personId: optionalId,
    })
    .describe('Ship an item that is on no logistic unit to a customer.'),
  ReturnUnit: z
    .object({
      type: z.literal('ReturnUnit'),
      ...onUnit,
      shipmentId: id.describe('movementId of the shipment.'),
      reason,
      personId: optionalId,
    })
    .describe('Take back an item that a customer returns.'),
}
