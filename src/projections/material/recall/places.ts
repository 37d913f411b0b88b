import type { Visit } from '../trace/walk.ts'

/** Where something on logistic units is; empty where it is on none. */
export interface Place {
  /** The box it lies in, the pallet that box is on, and so on. */
  readonly logisticUnitIds: readonly string[]
  readonly customerId: string | null
  readonly deliveryId: string | null
  readonly shippedAt: string | null
}

const idOf = (node: string): string => node.slice(node.indexOf('-') + 1)

/** A way to ask where a logistic unit is, which the walk came upon. */
export function placesOf(visits: readonly Visit[]): (logisticUnit: string) => Place {
  const edgesOf = new Map(
    visits
      .filter(({ node }) => node.startsWith('logisticUnit-'))
      .map(({ node, edges }) => [node, edges]),
  )
  return (logisticUnit) => {
    const logisticUnitIds: string[] = []
    let node: string | null = logisticUnit
    while (node !== null && !logisticUnitIds.includes(idOf(node))) {
      logisticUnitIds.push(idOf(node))
      const edges: Visit['edges'] = edgesOf.get(node) ?? []
      const sent = edges.find(({ kind }) => kind === 'SHIPPED')
      if (sent)
        return {
          ...{ logisticUnitIds, customerId: sent.partyId, deliveryId: idOf(sent.toNode!) },
          shippedAt: sent.occurredAt,
        }
      node = edges.find(({ kind }) => kind === 'PACKED')?.toNode ?? null
    }
    return { logisticUnitIds, customerId: null, deliveryId: null, shippedAt: null }
  }
}
