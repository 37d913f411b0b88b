import type { Recorded } from '../../domain/event.ts'
import type { LotEvent } from '../../domain/material/events.ts'
import { byFact } from '../projection.ts'
import { edgeKey, ended, opened, retracted, type GenealogyEdgeRow } from './genealogy-row.ts'
import {
  deliveryNode,
  logisticUnitNode,
  lotNode,
  orderNode,
  orderNodeOrNull,
  sentAs,
  transformationNode,
  unitNode,
} from './genealogy-nodes.ts'

type Fact<T extends LotEvent['type']> = Recorded<Extract<LotEvent, { type: T }>>
type Data<T extends LotEvent['type']> = Extract<LotEvent, { type: T }>['data']
type Row = GenealogyEdgeRow | null

const use = (lotId: string, consumptionId: string, version: number): string =>
  edgeKey('use', lotId, consumptionId, version)
const binding = (lotId: string, bindingId: string): string => edgeKey('bind', lotId, bindingId)
const transfer = (lotId: string, transferId: string): string =>
  edgeKey('transfer', lotId, transferId)
const content = (lotId: string, logisticUnitId: string, version: number): string =>
  edgeKey('pack', lotId, logisticUnitId, version)

const left = {
  key: (d: Data<'LotSplit'>) => transfer(d.lotId, d.transferId),
  evolve: (row: Row, fact: Fact<'LotSplit'> | Fact<'LotMerged'>): Row => {
    const { lotId, intoLotId } = fact.data
    const ends = { fromNode: lotNode(lotId), toNode: lotNode(intoLotId) }
    const kind = fact.type === 'LotSplit' ? 'SPLIT' : 'MERGED'
    return {
      ...opened(fact, { ...fact.data, kind, ...ends }),
      arrivedFrom: row?.arrivedFrom ?? null,
    }
  },
}

const rebound = {
  key: (d: Data<'LotConsumptionBound'> | Data<'LotBindingCancelled'>) => [
    use(d.lotId, d.consumptionId, d.version - 1),
    use(d.lotId, d.consumptionId, d.version),
    binding(d.lotId, d.bindingId),
  ],
  evolve(
    row: Row,
    fact: Fact<'LotConsumptionBound'> | Fact<'LotBindingCancelled'>,
    key: string,
  ): Row {
    const { lotId, consumptionId, bindingId, serial, version, remaining, consumedAt } = fact.data
    const said = {
      ...fact.data,
      kind: 'CONSUMED' as const,
      fromNode: lotNode(lotId),
      occurredAt: consumedAt,
      reason: null,
    }
    if (key === binding(lotId, bindingId))
      return fact.type === 'LotConsumptionBound'
        ? opened(fact, { ...said, toNode: unitNode(serial) })
        : retracted(row, fact)
    if (key === use(lotId, consumptionId, version - 1)) return retracted(row, fact)
    const { orderId } = fact.data
    const rest = { bookingId: consumptionId, quantity: remaining, toNode: orderNodeOrNull(orderId) }
    return remaining === 0 ? null : opened(fact, { ...said, ...rest })
  },
}

const repacked = {
  key: ({ lotId, from, into, fromNow, intoNow }: Data<'LotRepacked'>) =>
    [
      { id: from, now: fromNow },
      { id: into, now: intoNow },
    ].flatMap(({ id, now }) =>
      id && now ? [content(lotId, id, now.version - 1), content(lotId, id, now.version)] : [],
    ),
  evolve(row: Row, fact: Fact<'LotRepacked'>, key: string): Row {
    const { lotId, from, into, fromNow, intoNow } = fact.data
    for (const { id, now } of [
      { id: from, now: fromNow },
      { id: into, now: intoNow },
    ])
      if (id && now && key === content(lotId, id, now.version)) {
        const ends = { fromNode: lotNode(lotId), toNode: logisticUnitNode(id) }
        const { quantity } = now
        return quantity === 0
          ? null
          : opened(fact, { ...fact.data, kind: 'PACKED', ...ends, quantity })
      }
    return ended(row, fact, 'REPACKED')
  },
}

/** Edges that the facts of a lot open and close. */
export const lotEdges = {
  LotReceived: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotReceived'>): Row {
      const { lotId, supplierId: partyId, supplierLotId, deliveryId, shippedLotId } = fact.data
      const fromNode = shippedLotId === null ? sentAs(fact.data) : lotNode(shippedLotId)
      // What came from another site is told by that site; the delivery says which shipment it was.
      const reference = fromNode === null ? supplierLotId : deliveryId
      const ends = { fromNode, toNode: lotNode(lotId), partyId, reference }
      return opened(fact, { ...fact.data, kind: 'RECEIVED', ...ends })
    },
  },
  LotProduced: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotProduced'>): Row {
      const ends = {
        fromNode: orderNodeOrNull(fact.data.orderId),
        toNode: lotNode(fact.data.lotId),
      }
      return opened(fact, { ...fact.data, kind: 'PRODUCED', ...ends })
    },
  },
  LotYielded: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotYielded'>): Row {
      const { lotId, transformationId } = fact.data
      const ends = { fromNode: transformationNode(transformationId), toNode: lotNode(lotId) }
      return opened(fact, { ...fact.data, kind: 'TRANSFORMED', ...ends })
    },
  },
  LotTransformed: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotTransformed'>): Row {
      const { lotId, transformationId } = fact.data
      const ends = { fromNode: lotNode(lotId), toNode: transformationNode(transformationId) }
      return opened(fact, { ...fact.data, kind: 'TRANSFORMED', ...ends })
    },
  },
  LotConsumed: {
    key: (d: Data<'LotConsumed'>) => use(d.lotId, d.movementId, 0),
    evolve(_: Row, fact: Fact<'LotConsumed'>): Row {
      const { lotId, intoLotId, intoSerial, orderId } = fact.data
      const toNode = intoLotId
        ? lotNode(intoLotId)
        : intoSerial
          ? unitNode(intoSerial)
          : orderNode(orderId!)
      return opened(fact, { ...fact.data, kind: 'CONSUMED', fromNode: lotNode(lotId), toNode })
    },
  },
  LotConsumptionBound: rebound,
  LotBindingCancelled: rebound,
  LotConsumptionCancelled: {
    key: (d: Data<'LotConsumptionCancelled'>) => use(d.lotId, d.consumptionId, d.version),
    evolve: retracted,
  },
  LotSplit: left,
  LotMerged: left,
  LotTransferReceived: {
    key: (d: Data<'LotTransferReceived'>) => transfer(d.fromLotId, d.transferId),
    /** Arrives after the departure; in a read of both streams in any order perhaps before. */
    evolve(row: Row, fact: Fact<'LotTransferReceived'>): Row {
      if (row) return { ...row, arrivedFrom: fact.position }
      const { lotId, fromLotId, kind } = fact.data
      const ends = { fromNode: lotNode(fromLotId), toNode: lotNode(lotId) }
      return opened(fact, { ...fact.data, kind: kind === 'SPLIT' ? kind : 'MERGED', ...ends })
    },
  },
  LotTransferReturned: {
    key: (d: Data<'LotTransferReturned'>) => transfer(d.lotId, d.transferId),
    evolve: retracted,
  },
  LotRepacked: repacked,
  LotShipped: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotShipped'>): Row {
      const { lotId, deliveryId, customerId: partyId } = fact.data
      const ends = { fromNode: lotNode(lotId), toNode: deliveryNode(deliveryId), partyId }
      return opened(fact, { ...fact.data, kind: 'SHIPPED', ...ends })
    },
  },
  LotReturned: {
    key: byFact,
    /** Not from the node of the delivery: the lot would come out of what it went into. */
    evolve(_: Row, fact: Fact<'LotReturned'>): Row {
      const { lotId, deliveryId: reference, customerId: partyId } = fact.data
      const ends = { fromNode: null, toNode: lotNode(lotId), reference, partyId }
      return opened(fact, { ...fact.data, kind: 'RETURNED', ...ends })
    },
  },
  LotAdjusted: {
    key: byFact,
    evolve(_: Row, fact: Fact<'LotAdjusted'>): Row {
      const { lotId, difference } = fact.data
      const node = lotNode(lotId)
      const ends =
        difference < 0 ? { fromNode: node, toNode: null } : { fromNode: null, toNode: node }
      const quantity = Math.abs(difference)
      return opened(fact, { ...fact.data, kind: 'ADJUSTED', ...ends, quantity })
    },
  },
  LotScrapped: {
    key: byFact,
    evolve: (_: Row, fact: Fact<'LotScrapped'>): Row =>
      opened(fact, {
        ...fact.data,
        kind: 'SCRAPPED',
        fromNode: lotNode(fact.data.lotId),
        toNode: null,
      }),
  },
}
