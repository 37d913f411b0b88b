/** Nodes of the genealogy are named as the streams that guard them are. */
export const lotNode = (id: string) => `lot-${id}`
export const unitNode = (id: string) => `unit-${id}`
export const logisticUnitNode = (id: string) => `logisticUnit-${id}`
export const deliveryNode = (id: string) => `delivery-${id}`
export const transformationNode = (id: string) => `transformation-${id}`
export const orderNode = (id: string) => `order-${id}`
export const orderNodeOrNull = (id: string | null) => (id === null ? null : orderNode(id))
