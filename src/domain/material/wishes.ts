import { id } from '../types.ts'

export const optionalId = id.nullable().default(null)

/** Who did it, for which order and operation, at which machine: null where it is not known. */
export const workWish = {
  orderId: optionalId,
  operationId: optionalId,
  equipmentId: optionalId,
  personId: optionalId,
}
