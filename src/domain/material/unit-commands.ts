import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { id, reason } from '../types.ts'
import { unitHandlingCommands } from './unit-handling-commands.ts'
import { optionalId, workWish } from './wishes.ts'

/** A movementId counts once: the same wish again changes nothing. */
const onUnit = { serial: id, movementId: id }

/** Wishes about one serialised item. */
export const unitCommands = {
  ReceiveUnit: z
    .object({
      type: z.literal('ReceiveUnit'),
      ...onUnit,
      materialId: id,
      supplierId: optionalId,
      supplierLotId: optionalId,
      personId: optionalId,
      deliveryId: optionalId.describe('Shipment of another site that it came with.'),
      shippedSerial: optionalId.describe('The item as the other site sent it, if that is known.'),
      logisticUnitId: optionalId.describe('Else the pallet or box of the shipment it came on.'),
    })
    .describe(
      'Take an item that carries a serial number into stock: bought, or sent by another site.',
    ),
  ProduceUnit: z
    .object({
      type: z.literal('ProduceUnit'),
      ...onUnit,
      materialId: id,
      lotId: optionalId,
      ...workWish,
    })
    .describe('Report that an item with a serial number was made.'),
  InstallComponent: z
    .object({
      type: z.literal('InstallComponent'),
      ...onUnit,
      parentSerial: id,
      position: optionalId.describe('Place in the parent, such as a reference designator.'),
      ...workWish,
    })
    .describe('Build a serialised component into a parent, at a position where there are several.'),
  RemoveComponent: z
    .object({
      type: z.literal('RemoveComponent'),
      ...onUnit,
      parentSerial: id,
      reason,
      ...workWish,
    })
    .describe('Take a component out of its parent, with a reason.'),
  ScrapUnit: z
    .object({ type: z.literal('ScrapUnit'), ...onUnit, reason, ...workWish })
    .describe('Throw an item away; what is installed must be removed first.'),
  ...unitHandlingCommands,
}
export type UnitCommand = CommandOf<typeof unitCommands>
