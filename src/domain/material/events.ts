import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason, text, unit } from '../types.ts'
import { lotHandling, unitHandling } from './handling-events.ts'
import { amount, onLot, onUnit, work } from './shapes.ts'

export { logisticUnitEvents, type LogisticUnitEvent } from './handling-events.ts'
export type { ExpectedReceiptEvent } from './expected-receipt.ts'
export type { RecallDrillEvent } from './recall-drill.ts'

/** What a lot is held for, so that releasing one cause leaves the others in force. */
export const holdCause = z.object({
  kind: z.enum(['INSPECTION', 'NONCONFORMANCE', 'RECALL', 'SUPPLIER', 'OTHER']),
  /** The inspection, report or recall; null where it has no number. */
  id: id.nullable(),
})
export type HoldCause = z.output<typeof holdCause>

/** Both ends of a transfer name it; its quantity leaves one lot and arrives in the other. */
const leaving = {
  lotId: id,
  transferId: id,
  ...amount,
  intoLotId: id,
  /** Where the quantity arrives; null where nobody said where the source is. */
  locationId: id.nullable(),
  ...work,
}
const kind = z.enum(['SPLIT', 'MERGE'])
const arriving = { lotId: id, transferId: id, kind, fromLotId: id, ...amount }
/** What comes into a lot out of another. */
export const arrival = z.object({ ...arriving, locationId: id.nullable(), ...work })

/** What happens to a lot, in its stream `lot-<lotId>`. */
export const lotEvents = {
  received: event(
    'LotReceived',
    z.object({
      ...onLot,
      ...amount,
      supplierId: id.nullable(),
      /** Number the supplier gave the lot. */
      supplierLotId: id.nullable(),
      locationId: id.nullable(),
      personId: id.nullable(),
      /** Shipment of another site that it came with; null for one from outside. */
      deliveryId: id.nullable().default(null),
      /** What of the shipment it is: the lot as it was sent, or the logistic unit. */
      shippedLotId: id.nullable().default(null),
      logisticUnitId: id.nullable().default(null),
    }),
    [(v1) => ({ ...v1, deliveryId: null, shippedLotId: null, logisticUnitId: null })],
  ),
  produced: event(
    'LotProduced',
    z.object({ ...onLot, ...amount, locationId: id.nullable(), ...work }),
  ),
  /** Into a lot, a serial, or neither: then it is known per order only, and nothing is smeared. */
  consumed: event(
    'LotConsumed',
    z.object({
      ...onLot,
      ...amount,
      intoLotId: id.nullable(),
      intoSerial: id.nullable(),
      ...work,
    }),
  ),
  /** A part left for a lot of its own. The target's credit is a fact of the target. */
  split: event('LotSplit', z.object(leaving)),
  /** A part or all of it left for a lot that existed before. */
  merged: event('LotMerged', z.object(leaving)),
  /** A split or merge arrived here. */
  transferReceived: event('LotTransferReceived', arrival),
  /** A split or merge cannot arrive here; the quantity goes back to where it came from. */
  transferDeclined: event('LotTransferDeclined', z.object({ ...arriving, why: text })),
  /** What left for `intoLotId` did not arrive and is back. */
  transferReturned: event(
    'LotTransferReturned',
    z.object({ lotId: id, transferId: id, ...amount, intoLotId: id, why: text }),
  ),
  moved: event(
    'LotMoved',
    z.object({ ...onLot, from: id.nullable(), to: id, personId: id.nullable() }),
  ),
  /** A count or a correction: `difference` is positive where more was found than was known. */
  adjusted: event(
    'LotAdjusted',
    z.object({ ...onLot, materialId: id, difference: z.number(), unit, reason, personId: id }),
  ),
  scrapped: event('LotScrapped', z.object({ ...onLot, ...amount, reason, ...work })),
  held: event(
    'LotHeld',
    z.object({
      lotId: id,
      holdId: id,
      reason,
      cause: holdCause.nullable(),
      personId: id.nullable(),
    }),
  ),
  /** One hold was lifted; others may remain. */
  released: event(
    'LotReleased',
    z.object({ lotId: id, holdId: id, reason, personId: id.nullable() }),
  ),
  ...lotHandling,
}
export type LotEvent = EventOf<typeof lotEvents>

const joint = {
  ...onUnit,
  /** Material of the component. */
  materialId: id.nullable(),
  parentSerial: id,
  /** Place in the parent, such as a reference designator. */
  position: id.nullable(),
  ...work,
}

/** What happens to one serialised item, in its stream `unit-<serial>`. */
export const unitEvents = {
  /** Bought with a serial number already on it, or sent by another site. */
  received: event(
    'UnitReceived',
    z.object({
      ...onUnit,
      materialId: id,
      supplierId: id.nullable(),
      supplierLotId: id.nullable(),
      personId: id.nullable(),
      /** Shipment of another site that it came with; null for one from outside. */
      deliveryId: id.nullable().default(null),
      /** What of the shipment it is: the item as it was sent, or the logistic unit. */
      shippedSerial: id.nullable().default(null),
      logisticUnitId: id.nullable().default(null),
    }),
    [(v1) => ({ ...v1, deliveryId: null, shippedSerial: null, logisticUnitId: null })],
  ),
  produced: event(
    'UnitProduced',
    z.object({
      ...onUnit,
      materialId: id,
      /** Lot the unit is counted in; null where serials alone are kept. */
      lotId: id.nullable(),
      ...work,
    }),
  ),
  /** A fact of the component: it guards that it has one parent at a time. */
  installed: event('ComponentInstalled', z.object(joint)),
  /** `installedBy`: the movementId of the installation that ends here. */
  removed: event('ComponentRemoved', z.object({ ...joint, installedBy: id, reason })),
  scrapped: event(
    'UnitScrapped',
    z.object({ ...onUnit, materialId: id.nullable(), reason, ...work }),
  ),
  /** Observed: one operation on this item, start to end. `occurredAt` is its end. */
  processed: event(
    'UnitProcessed',
    z.object({
      serial: id,
      /** Where the source knows what is being made. */
      materialId: id.nullable().default(null),
      orderId: id.nullable(),
      operationId: id,
      operationName: text.nullable().default(null),
      equipmentId: id,
      /** NC program or recipe; null where the machine did not say. */
      program: text.nullable(),
      startedAt: instant,
      endedAt: instant,
      personId: id.nullable(),
    }),
  ),
  ...unitHandling,
}
export type UnitEvent = EventOf<typeof unitEvents>
