import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, quantity, reason, text } from '../types.ts'
import { amount, onLot, onUnit, work } from './shapes.ts'

/** What a transformation makes beside what it is run for. */
export const yieldRole = z.enum(['PRODUCT', 'CO_PRODUCT', 'BY_PRODUCT'])

/** A consumption that was booked for an order alone, as far as it stands after a binding. */
const openConsumption = {
  consumptionId: id,
  materialId: amount.materialId,
  unit: amount.unit,
  /** What is still known per order only, after this fact. */
  remaining: quantity,
  /** How often the consumption was bound or unbound, this fact included. */
  version: z.number().int().positive(),
  /** When the material was used: a binding adds knowledge, it moves nothing. */
  consumedAt: instant,
  ...work,
}

const delivery = { deliveryId: id, customerId: id }
/** From and into which logistic unit; null is the stock of the lot, or the bare item. */
const packing = { from: id.nullable(), into: id.nullable(), personId: id.nullable() }

/** What a logistic unit holds of the lot after a change; null where it is not concerned. */
const content = z
  .object({ quantity, /** How often it changed, this time included. */ version: z.number().int() })
  .nullable()
/** movementId of the packing that ends here; null where it was not packed. */
const packedBy = id.nullable()

/** What happens to a lot beyond making, using and moving it; in its stream too. */
export const lotHandling = {
  /** Went into a transformation: n lots in, m out. */
  transformed: event(
    'LotTransformed',
    z.object({ ...onLot, ...amount, transformationId: id, ...work }),
  ),
  /** Came out of a transformation. */
  yielded: event(
    'LotYielded',
    z.object({
      ...onLot,
      ...amount,
      transformationId: id,
      role: yieldRole,
      locationId: id.nullable(),
      ...work,
    }),
  ),
  /** A part of what was consumed for an order is now known to be in this serial. */
  bound: event(
    'LotConsumptionBound',
    z.object({
      lotId: id,
      bindingId: id,
      serial: id,
      quantity: amount.quantity,
      ...openConsumption,
    }),
  ),
  /** A binding was wrong; its quantity is known per order only again. */
  unbound: event(
    'LotBindingCancelled',
    z.object({
      lotId: id,
      bindingId: id,
      serial: id,
      quantity: amount.quantity,
      ...openConsumption,
      reason,
      cancelledBy: id,
    }),
  ),
  /** A consumption was booked by mistake; the quantity is in the lot, as it always was. */
  consumptionCancelled: event(
    'LotConsumptionCancelled',
    z.object({
      lotId: id,
      consumptionId: id,
      ...amount,
      /** Version of the consumption that ends here; 0 where it was never bound. */
      version: z.number().int().nonnegative(),
      reason,
      cancelledBy: id,
    }),
  ),
  /** From the lot into a logistic unit, from one into another, or back. */
  repacked: event(
    'LotRepacked',
    z.object({ ...onLot, ...amount, ...packing, fromNow: content, intoNow: content }),
  ),
  shipped: event(
    'LotShipped',
    z.object({ ...onLot, ...amount, ...delivery, personId: id.nullable() }),
  ),
  /** A customer sent back what one shipment brought. */
  returned: event(
    'LotReturned',
    z.object({
      ...onLot,
      ...amount,
      ...delivery,
      /** movementId of the shipment. */
      shipmentId: id,
      reason,
      personId: id.nullable(),
    }),
  ),
}

/** What happens to a serialised item beyond building; in its stream too. */
export const unitHandling = {
  /** Went out of its parent, and another into its place. Ends the installation. */
  replaced: event(
    'ComponentReplaced',
    z.object({
      ...onUnit,
      materialId: id.nullable(),
      parentSerial: id,
      position: id.nullable(),
      installedBy: id,
      /** The component that goes in. */
      replacementSerial: id,
      reason,
      ...work,
    }),
  ),
  /** The replacement could not go in, so this one was never replaced. */
  replacementCancelled: event(
    'ComponentReplacementCancelled',
    z.object({
      serial: id,
      /** Of the replacement. */
      movementId: id,
      materialId: id.nullable(),
      parentSerial: id,
      position: id.nullable(),
      installedBy: id,
      why: text,
    }),
  ),
  /** Ranked above what is to be built into it: see `unit-rank.ts`. */
  ranked: event('UnitRanked', z.object({ serial: id, level: z.number().int().positive() })),
  reworked: event(
    'UnitReworked',
    z.object({ ...onUnit, materialId: id.nullable(), reason, ...work }),
  ),
  repacked: event(
    'UnitRepacked',
    z.object({ ...onUnit, materialId: id.nullable(), ...packing, packedBy }),
  ),
  shipped: event(
    'UnitShipped',
    z.object({ ...onUnit, materialId: id.nullable(), ...delivery, personId: id.nullable() }),
  ),
  returned: event(
    'UnitReturned',
    z.object({
      ...onUnit,
      materialId: id.nullable(),
      ...delivery,
      /** movementId of the shipment. */
      shipmentId: id,
      reason,
      personId: id.nullable(),
    }),
  ),
}

const onLogisticUnit = { logisticUnitId: id, movementId: id }
/** From the smallest to the largest: a package goes into larger ones only, so none holds itself. */
export const packaging = z.enum(['BOX', 'CASE', 'PALLET', 'CONTAINER'])

/** What happens to a box, pallet or container, in its stream `logisticUnit-<id>`. */
export const logisticUnitEvents = {
  opened: event(
    'LogisticUnitOpened',
    z.object({ ...onLogisticUnit, packaging, personId: id.nullable() }),
  ),
  packed: event(
    'LogisticUnitRepacked',
    z.object({ ...onLogisticUnit, packaging, ...packing, packedBy }),
  ),
  shipped: event(
    'LogisticUnitShipped',
    z.object({ ...onLogisticUnit, ...delivery, personId: id.nullable() }),
  ),
  returned: event(
    'LogisticUnitReturned',
    z.object({
      ...onLogisticUnit,
      ...delivery,
      shipmentId: id,
      reason,
      personId: id.nullable(),
    }),
  ),
}
export type LogisticUnitEvent = EventOf<typeof logisticUnitEvents>
