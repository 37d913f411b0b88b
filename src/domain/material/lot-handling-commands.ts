import { z } from 'zod'
import { id, positiveQuantity, reason, unit } from '../types.ts'
import { yieldRole } from './handling-events.ts'
import { onLot } from './shapes.ts'
import { optionalId, workWish } from './wishes.ts'

const onDelivery = { deliveryId: id, customerId: id }

/** Wishes about one lot beyond making, using and moving it. */
export const lotHandlingCommands = {
  TransformLot: z
    .object({
      type: z.literal('TransformLot'),
      ...onLot,
      quantity: positiveQuantity,
      unit,
      transformationId: id.describe('Names the transformation; all its inputs and outputs say it.'),
      ...workWish,
    })
    .describe('Put material of a lot into a transformation that makes m lots out of n.'),
  YieldLot: z
    .object({
      type: z.literal('YieldLot'),
      ...onLot,
      materialId: id,
      quantity: positiveQuantity,
      unit,
      transformationId: id.describe('Names the transformation; all its inputs and outputs say it.'),
      role: yieldRole.default('PRODUCT').describe('Product, co-product or by-product.'),
      locationId: optionalId,
      ...workWish,
    })
    .describe('Take product, co-product or by-product out of a transformation, into a lot.'),
  BindConsumption: z
    .object({
      type: z.literal('BindConsumption'),
      lotId: id,
      bindingId: id.describe('Chosen by the sender, unique within the lot; it counts once.'),
      consumptionId: id.describe('movementId of the consumption.'),
      serial: id,
      quantity: positiveQuantity,
      unit,
    })
    .describe('Say into which serial a part of a consumption went that was booked for its order.'),
  CancelBinding: z
    .object({
      type: z.literal('CancelBinding'),
      lotId: id,
      bindingId: id.describe('The binding that was wrong.'),
      reason,
      cancelledBy: id.describe('Who corrects it.'),
    })
    .describe('Correct a binding: its quantity is known per order only again.'),
  CancelConsumption: z
    .object({
      type: z.literal('CancelConsumption'),
      lotId: id,
      consumptionId: id.describe('movementId of the consumption.'),
      reason,
      cancelledBy: id.describe('Who corrects it.'),
    })
    .describe('Correct a consumption booked by mistake: the quantity is back in the lot.'),
  RepackLot: z
    .object({
      type: z.literal('RepackLot'),
      ...onLot,
      quantity: positiveQuantity,
      unit,
      from: optionalId.describe('Logistic unit it comes out of; none by default.'),
      into: optionalId.describe('Logistic unit it goes into; none to put it back into stock.'),
      personId: optionalId,
    })
    .describe('Pack a part of a lot into a box or pallet, from one into another, or out of it.'),
  ShipLot: z
    .object({
      type: z.literal('ShipLot'),
      ...onLot,
      quantity: positiveQuantity,
      unit,
      ...onDelivery,
      personId: optionalId,
    })
    .describe('Ship a part of a lot that is on no logistic unit to a customer.'),
  ReturnLot: z
    .object({
      type: z.literal('ReturnLot'),
      ...onLot,
      quantity: positiveQuantity,
      unit,
      shipmentId: id.describe('movementId of the shipment.'),
      reason,
      personId: optionalId,
    })
    .describe('Take back what a customer returns of one shipment of a lot.'),
}
