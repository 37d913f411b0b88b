import type { Recorded } from '../../domain/event.ts'
import type { LotEvent } from '../../domain/material/events.ts'
import { handlingChange } from '../../domain/material/lot-uses.ts'
import { projection } from '../projection.ts'

export interface LotMovementRow {
  lotId: string
  materialId: string | null
  kind:
    | 'RECEIVED'
    | 'PRODUCED'
    | 'CONSUMED'
    | 'SPLIT_OUT'
    | 'SPLIT_IN'
    | 'MERGE_OUT'
    | 'MERGE_IN'
    | 'TRANSFER_RETURNED'
    | 'MOVED'
    | 'ADJUSTED'
    | 'SCRAPPED'
    | 'HELD'
    | 'RELEASED'
    | 'TRANSFORMED'
    | 'YIELDED'
    | 'BOUND'
    | 'BINDING_CANCELLED'
    | 'CONSUMPTION_CANCELLED'
    | 'PACKED'
    | 'UNPACKED'
    | 'REPACKED'
    | 'SHIPPED'
    | 'RETURNED'
  /** What the lot gained (positive) or lost (negative); the sum over a lot is what it has. */
  quantity: number
  unit: string | null
  /** The movement, transfer or hold it belongs to. */
  bookingId: string
  /** Lot or serial at the other end; both null where it is known per order only. */
  counterpartLotId: string | null
  counterpartSerial: string | null
  supplierId: string | null
  supplierLotId: string | null
  orderId: string | null
  operationId: string | null
  equipmentId: string | null
  personId: string | null
  fromLocationId: string | null
  toLocationId: string | null
  reason: string | null
  occurredAt: string
  recordedAt: string
}

/**
 * One row per fact of a lot: its history, and the edges of the genealogy. The two ends of a transfer
 * are facts of two lots, so it has two rows.
 */
export const lotMovements = projection<LotMovementRow>()<LotEvent>({
  name: 'lot_movements',
  context: 'material',
  version: 2,
  columns: {
    lotId: 'text',
    materialId: 'text',
    kind: 'text',
    quantity: 'double precision',
    unit: 'text',
    bookingId: 'text',
    counterpartLotId: 'text',
    counterpartSerial: 'text',
    supplierId: 'text',
    supplierLotId: 'text',
    orderId: 'text',
    operationId: 'text',
    equipmentId: 'text',
    personId: 'text',
    fromLocationId: 'text',
    toLocationId: 'text',
    reason: 'text',
    occurredAt: 'timestamptz',
    recordedAt: 'timestamptz',
  },
  indexes: [
    ['lotId', 'occurredAt'],
    ['counterpartLotId'],
    ['counterpartSerial'],
    ['orderId', 'kind'],
    ['occurredAt'],
  ],
  on: {
    LotReceived: {
      key: byFact,
      evolve: (_, fact) =>
        row(fact, 'RECEIVED', { ...fact.data, toLocationId: fact.data.locationId }),
    },
    LotProduced: {
      key: byFact,
      evolve: (_, fact) =>
        row(fact, 'PRODUCED', { ...fact.data, toLocationId: fact.data.locationId }),
    },
    LotConsumed: {
      key: byFact,
      evolve: (_, fact) => {
        const { intoLotId: counterpartLotId, intoSerial: counterpartSerial } = fact.data
        return row(fact, 'CONSUMED', { ...out(fact.data), counterpartLotId, counterpartSerial })
      },
    },
    LotSplit: {
      key: byFact,
      evolve: (_, fact) =>
        row(fact, 'SPLIT_OUT', { ...out(fact.data), counterpartLotId: fact.data.intoLotId }),
    },
    LotMerged: {
      key: byFact,
      evolve: (_, fact) =>
        row(fact, 'MERGE_OUT', { ...out(fact.data), counterpartLotId: fact.data.intoLotId }),
    },
    LotTransferReceived: {
      key: byFact,
      evolve: (_, fact) => {
        const { kind, fromLotId: counterpartLotId, locationId: toLocationId } = fact.data
        const ends = { ...fact.data, counterpartLotId, toLocationId }
        return row(fact, kind === 'SPLIT' ? 'SPLIT_IN' : 'MERGE_IN', ends)
      },
    },
    LotTransferReturned: {
      key: byFact,
      evolve: (_, fact) => {
        const { intoLotId: counterpartLotId, why: reason } = fact.data
        return row(fact, 'TRANSFER_RETURNED', { ...fact.data, counterpartLotId, reason })
      },
    },
    LotMoved: {
      key: byFact,
      evolve: (_, fact) => {
        const { from: fromLocationId, to: toLocationId } = fact.data
        return row(fact, 'MOVED', { ...fact.data, fromLocationId, toLocationId })
      },
    },
    LotAdjusted: {
      key: byFact,
      evolve: (_, fact) => row(fact, 'ADJUSTED', { ...fact.data, quantity: fact.data.difference }),
    },
    LotScrapped: { key: byFact, evolve: (_, fact) => row(fact, 'SCRAPPED', out(fact.data)) },
    LotHeld: { key: byFact, evolve: (_, fact) => row(fact, 'HELD', fact.data) },
    LotReleased: { key: byFact, evolve: (_, fact) => row(fact, 'RELEASED', fact.data) },
    LotTransformed: { key: byFact, evolve: (_, fact) => row(fact, 'TRANSFORMED', out(fact.data)) },
    LotYielded: {
      key: byFact,
      evolve: (_, fact) =>
        row(fact, 'YIELDED', { ...fact.data, toLocationId: fact.data.locationId }),
    },
    LotConsumptionBound: { key: byFact, evolve: (_, fact) => bound(fact, 'BOUND') },
    LotBindingCancelled: { key: byFact, evolve: (_, fact) => bound(fact, 'BINDING_CANCELLED') },
    LotConsumptionCancelled: {
      key: byFact,
      evolve: (_, fact) => {
        const { consumptionId: movementId, cancelledBy: personId } = fact.data
        return row(fact, 'CONSUMPTION_CANCELLED', { ...fact.data, movementId, personId })
      },
    },
    LotRepacked: {
      key: byFact,
      evolve: (_, fact) => {
        const { from: fromLocationId, into: toLocationId } = fact.data
        const kind =
          fromLocationId === null ? 'PACKED' : toLocationId === null ? 'UNPACKED' : 'REPACKED'
        const quantity = handlingChange(fact)
        return row(fact, kind, { ...fact.data, quantity, fromLocationId, toLocationId })
      },
    },
    LotShipped: { key: byFact, evolve: (_, fact) => row(fact, 'SHIPPED', out(fact.data)) },
    LotReturned: { key: byFact, evolve: (_, fact) => row(fact, 'RETURNED', fact.data) },
  },
})

function byFact(_: unknown, fact: Recorded): string {
  return fact.id
}

const out = <D extends { readonly quantity: number }>(data: D): D => ({
  ...data,
  quantity: -data.quantity,
})

/** A binding says more about a consumption; the lot neither gains nor loses. */
const bound = (
  fact: Recorded<Extract<LotEvent, { type: 'LotConsumptionBound' | 'LotBindingCancelled' }>>,
  kind: 'BOUND' | 'BINDING_CANCELLED',
): LotMovementRow => {
  const { bindingId: movementId, serial: counterpartSerial } = fact.data
  return row(fact, kind, { ...fact.data, movementId, counterpartSerial, quantity: 0 })
}

type Moved = { readonly lotId: string } & Partial<
  Pick<
    LotMovementRow,
    | 'materialId'
    | 'quantity'
    | 'unit'
    | 'counterpartLotId'
    | 'counterpartSerial'
    | 'supplierId'
    | 'supplierLotId'
    | 'orderId'
    | 'operationId'
    | 'equipmentId'
    | 'personId'
    | 'fromLocationId'
    | 'toLocationId'
    | 'reason'
  >
> & { readonly movementId?: string; readonly transferId?: string; readonly holdId?: string }

/** A row with null in every column the fact has nothing for. */
const row = (
  { metadata, recordedAt }: Recorded,
  kind: LotMovementRow['kind'],
  d: Moved,
): LotMovementRow => ({
  lotId: d.lotId,
  materialId: d.materialId ?? null,
  kind,
  quantity: d.quantity ?? 0,
  unit: d.unit ?? null,
  bookingId: d.movementId ?? d.transferId ?? d.holdId ?? '',
  counterpartLotId: d.counterpartLotId ?? null,
  counterpartSerial: d.counterpartSerial ?? null,
  supplierId: d.supplierId ?? null,
  supplierLotId: d.supplierLotId ?? null,
  orderId: d.orderId ?? null,
  operationId: d.operationId ?? null,
  equipmentId: d.equipmentId ?? null,
  personId: d.personId ?? null,
  fromLocationId: d.fromLocationId ?? null,
  toLocationId: d.toLocationId ?? null,
  reason: d.reason ?? null,
  occurredAt: metadata.occurredAt,
  recordedAt,
})
