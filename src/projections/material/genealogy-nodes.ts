/** Nodes of the genealogy are named as the streams that guard them are. */
export const lotNode = (id: string) => `lot-${id}`
export const unitNode = (id: string) => `unit-${id}`
export const logisticUnitNode = (id: string) => `logisticUnit-${id}`
export const deliveryNode = (id: string) => `delivery-${id}`
export const transformationNode = (id: string) => `transformation-${id}`
export const orderNode = (id: string) => `order-${id}`
export const orderNodeOrNull = (id: string | null) => (id === null ? null : orderNode(id))

/** Where a receipt joins the genealogy of the site that sent it, if it names no lot or item there. */
export const sentAs = (receipt: {
  readonly deliveryId: string | null
  readonly logisticUnitId: string | null
}): string | null =>
  receipt.logisticUnitId !== null
    ? logisticUnitNode(receipt.logisticUnitId)
    : receipt.deliveryId === null
      ? null
      : deliveryNode(receipt.deliveryId)
