import { id, positiveQuantity, unit } from '../types.ts'

/** Where and by whom material was touched: what an edge of the genealogy carries beside quantities. */
export const work = {
  /** Production order; null where the work was done outside any. */
  orderId: id.nullable(),
  operationId: id.nullable(),
  equipmentId: id.nullable(),
  personId: id.nullable(),
}

/** Every movement has an id of its own, so that a repeated booking is recognised. */
export const onLot = { lotId: id, movementId: id }
/** The lot's own material and unit go with each quantity: an edge is complete without its lot. */
export const amount = { materialId: id, quantity: positiveQuantity, unit }

export const onUnit = { serial: id, movementId: id }
