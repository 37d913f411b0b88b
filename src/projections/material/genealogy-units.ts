import type { Recorded } from '../../domain/event.ts'
import type { UnitEvent } from '../../domain/material/events.ts'
import { byFact } from '../projection.ts'
import { edgeKey, ended, opened, reopened, type GenealogyEdgeRow } from './genealogy-row.ts'
import {
  deliveryNode,
  logisticUnitNode,
  lotNode,
  orderNodeOrNull,
  sentAs,
  unitNode,
} from './genealogy-nodes.ts'

type Fact<T extends UnitEvent['type']> = Recorded<Extract<UnitEvent, { type: T }>>
type Data<T extends UnitEvent['type']> = Extract<UnitEvent, { type: T }>['data']
type Row = GenealogyEdgeRow | null

/** A movement id is unique within its serial. */
const joint = (serial: string, movementId: string): string => edgeKey('unit', serial, movementId)
const made = (serial: string): string => edgeKey('made', serial)
const member = (serial: string): string => edgeKey('member', serial)
const ONE_PIECE = { quantity: 1, unit: 'C62' }

/** Edges that the facts of a serialised item open and close. */
export const unitEdges = {
  UnitReceived: {
    key: (d: Data<'UnitReceived'>) => made(d.serial),
    evolve(_: Row, fact: Fact<'UnitReceived'>): Row {
      const { serial, supplierId: partyId, supplierLotId, deliveryId, shippedSerial } = fact.data
      const fromNode = shippedSerial === null ? sentAs(fact.data) : unitNode(shippedSerial)
      const reference = fromNode === null ? supplierLotId : deliveryId
      const ends = { fromNode, toNode: unitNode(serial), partyId, reference }
      return opened(fact, { ...fact.data, ...ONE_PIECE, kind: 'RECEIVED', ...ends })
    },
  },
  UnitProduced: {
    key: (d: Data<'UnitProduced'>) =>
      d.lotId === null ? [made(d.serial)] : [made(d.serial), member(d.serial)],
    evolve(_: Row, fact: Fact<'UnitProduced'>, key: string): Row {
      const { serial, lotId, orderId } = fact.data
      const said = { ...fact.data, ...ONE_PIECE, toNode: unitNode(serial) }
      return key === made(serial)
        ? opened(fact, { ...said, kind: 'PRODUCED', fromNode: orderNodeOrNull(orderId) })
        : opened(fact, { ...said, kind: 'MEMBER', fromNode: lotNode(lotId!) })
    },
  },
  ComponentInstalled: {
    key: (d: Data<'ComponentInstalled'>) => joint(d.serial, d.movementId),
    evolve(_: Row, fact: Fact<'ComponentInstalled'>): Row {
      const { serial, parentSerial, position: reference } = fact.data
      const ends = { fromNode: unitNode(serial), toNode: unitNode(parentSerial), reference }
      return opened(fact, { ...fact.data, ...ONE_PIECE, kind: 'INSTALLED', ...ends })
    },
  },
  ComponentRemoved: {
    key: (d: Data<'ComponentRemoved'>) => joint(d.serial, d.installedBy),
    evolve: (row: Row, fact: Fact<'ComponentRemoved'>): Row =>
      ended(row, fact, 'REMOVED', fact.data.reason),
  },
  ComponentReplaced: {
    key: (d: Data<'ComponentReplaced'>) => joint(d.serial, d.installedBy),
    evolve: (row: Row, fact: Fact<'ComponentReplaced'>): Row =>
      ended(row, fact, 'REPLACED', fact.data.reason),
  },
  ComponentReplacementCancelled: {
    key: (d: Data<'ComponentReplacementCancelled'>) => joint(d.serial, d.installedBy),
    evolve: reopened,
  },
  UnitReworked: {
    key: byFact,
    /** From the order of the rework: what was used for that order alone may be in this item. */
    evolve(_: Row, fact: Fact<'UnitReworked'>): Row {
      const { serial, orderId } = fact.data
      const ends = { fromNode: orderNodeOrNull(orderId), toNode: unitNode(serial) }
      return opened(fact, { ...fact.data, kind: 'REWORKED', ...ends })
    },
  },
  UnitRepacked: {
    key: ({ serial, movementId, into, packedBy }: Data<'UnitRepacked'>) => [
      ...(packedBy === null ? [] : [joint(serial, packedBy)]),
      ...(into === null ? [] : [joint(serial, movementId)]),
    ],
    evolve(row: Row, fact: Fact<'UnitRepacked'>, key: string): Row {
      const { serial, movementId, into } = fact.data
      if (into === null || key !== joint(serial, movementId)) return ended(row, fact, 'REPACKED')
      const ends = { fromNode: unitNode(serial), toNode: logisticUnitNode(into) }
      return opened(fact, { ...fact.data, ...ONE_PIECE, kind: 'PACKED', ...ends })
    },
  },
  UnitShipped: {
    key: (d: Data<'UnitShipped'>) => joint(d.serial, d.movementId),
    evolve(_: Row, fact: Fact<'UnitShipped'>): Row {
      const { serial, deliveryId, customerId: partyId } = fact.data
      const ends = { fromNode: unitNode(serial), toNode: deliveryNode(deliveryId), partyId }
      return opened(fact, { ...fact.data, ...ONE_PIECE, kind: 'SHIPPED', ...ends })
    },
  },
  UnitReturned: {
    key: (d: Data<'UnitReturned'>) => joint(d.serial, d.shipmentId),
    evolve: (row: Row, fact: Fact<'UnitReturned'>): Row =>
      ended(row, fact, 'RETURNED', fact.data.reason),
  },
  UnitScrapped: {
    key: byFact,
    evolve(_: Row, fact: Fact<'UnitScrapped'>): Row {
      const ends = { fromNode: unitNode(fact.data.serial), toNode: null }
      return opened(fact, { ...fact.data, ...ONE_PIECE, kind: 'SCRAPPED', ...ends })
    },
  },
}
