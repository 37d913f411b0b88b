import type { Recorded } from '../../domain/event.ts'
import type { LogisticUnitEvent } from '../../domain/material/events.ts'
import { edgeKey, ended, opened, type GenealogyEdgeRow } from './genealogy-row.ts'
import { deliveryNode, logisticUnitNode } from './genealogy-nodes.ts'

type Fact<T extends LogisticUnitEvent['type']> = Recorded<Extract<LogisticUnitEvent, { type: T }>>
type Data<T extends LogisticUnitEvent['type']> = Extract<LogisticUnitEvent, { type: T }>['data']
type Row = GenealogyEdgeRow | null

const joint = (logisticUnitId: string, movementId: string): string =>
  edgeKey('logisticUnit', logisticUnitId, movementId)
const ONE_PIECE = { quantity: 1, unit: 'C62' }

/** Edges that the facts of a box, pallet or container open and close. */
export const logisticUnitEdges = {
  LogisticUnitRepacked: {
    key: ({ logisticUnitId, movementId, into, packedBy }: Data<'LogisticUnitRepacked'>) => [
      ...(packedBy === null ? [] : [joint(logisticUnitId, packedBy)]),
      ...(into === null ? [] : [joint(logisticUnitId, movementId)]),
    ],
    evolve(row: Row, fact: Fact<'LogisticUnitRepacked'>, key: string): Row {
      const { logisticUnitId, movementId, into, personId } = fact.data
      if (into === null || key !== joint(logisticUnitId, movementId))
        return ended(row, fact, 'REPACKED')
      const ends = { fromNode: logisticUnitNode(logisticUnitId), toNode: logisticUnitNode(into) }
      return opened(fact, { movementId, personId, ...ONE_PIECE, kind: 'PACKED', ...ends })
    },
  },
  LogisticUnitShipped: {
    key: (d: Data<'LogisticUnitShipped'>) => joint(d.logisticUnitId, d.movementId),
    evolve(_: Row, fact: Fact<'LogisticUnitShipped'>): Row {
      const { logisticUnitId, deliveryId, movementId, personId, customerId: partyId } = fact.data
      const fromNode = logisticUnitNode(logisticUnitId)
      const ends = { fromNode, toNode: deliveryNode(deliveryId), partyId }
      return opened(fact, { movementId, personId, ...ONE_PIECE, kind: 'SHIPPED', ...ends })
    },
  },
  LogisticUnitReturned: {
    key: (d: Data<'LogisticUnitReturned'>) => joint(d.logisticUnitId, d.shipmentId),
    evolve: (row: Row, fact: Fact<'LogisticUnitReturned'>): Row =>
      ended(row, fact, 'RETURNED', fact.data.reason),
  },
}
