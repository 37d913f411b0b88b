import type { HoldCause, LotEvent } from '../../domain/material/events.ts'
import { handlingChange, type HandlingEvent } from '../../domain/material/lot-uses.ts'
import { minus, plus } from '../../domain/types.ts'
import { projection } from '../projection.ts'

export interface LotHold {
  holdId: string
  reason: string
  cause: HoldCause | null
  personId: string | null
  at: string
}

export interface LotRow {
  materialId: string
  /** On hand now, in `unit`. */
  quantity: number
  unit: string
  /** CONSUMED: nothing is left of it, whether used, split or merged. */
  status: 'ON_HAND' | 'HELD' | 'CONSUMED' | 'SCRAPPED'
  locationId: string | null
  /** Since when it is there. */
  locatedAt: string
  holds: LotHold[]
  origin: 'RECEIVED' | 'PRODUCED' | 'SPLIT' | 'MERGE'
  /** Lot it was split off; null for any other origin. */
  fromLotId: string | null
  orderId: string | null
  operationId: string | null
  equipmentId: string | null
  supplierId: string | null
  supplierLotId: string | null
  createdAt: string
}

const used = {
  key: (d: { readonly lotId: string }) => d.lotId,
  evolve: (row: LotRow | null, fact: HandlingEvent) => row && changed(row, handlingChange(fact)),
}

/** One row per lot: what it is, how much is left, where, and where it came from. */
export const lots = projection<LotRow>()<LotEvent>({
  name: 'lots',
  context: 'material',
  version: 1,
  columns: {
    materialId: 'text',
    quantity: 'double precision',
    unit: 'text',
    status: 'text',
    locationId: 'text',
    locatedAt: 'timestamptz',
    holds: 'jsonb',
    origin: 'text',
    fromLotId: 'text',
    orderId: 'text',
    operationId: 'text',
    equipmentId: 'text',
    supplierId: 'text',
    supplierLotId: 'text',
    createdAt: 'timestamptz',
  },
  indexes: [
    ['createdAt'],
    ['materialId', 'createdAt'],
    ['status', 'createdAt'],
    ['locationId', 'status'],
    ['orderId'],
    ['supplierLotId'],
  ],
  on: {
    LotReceived: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata }) =>
        arrived(row, { ...unmade, ...data, origin: 'RECEIVED' }, metadata.occurredAt),
    },
    LotProduced: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata }) =>
        arrived(row, { ...unbought, ...data, origin: 'PRODUCED' }, metadata.occurredAt),
    },
    LotYielded: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata }) =>
        arrived(row, { ...unbought, ...data, origin: 'PRODUCED' }, metadata.occurredAt),
    },
    LotTransferReceived: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata }) =>
        arrived(row, { ...unbought, ...data, origin: data.kind }, metadata.occurredAt),
    },
    LotTransferReturned: {
      key: (d) => d.lotId,
      evolve: (row, { data }) => row && changed(row, data.quantity),
    },
    LotConsumed: used,
    LotSplit: {
      key: (d) => d.lotId,
      evolve: (row, { data }) => row && changed(row, -data.quantity),
    },
    LotMerged: {
      key: (d) => d.lotId,
      evolve: (row, { data }) => row && changed(row, -data.quantity),
    },
    LotTransformed: used,
    LotShipped: used,
    LotRepacked: used,
    LotReturned: used,
    LotConsumptionCancelled: used,
    LotAdjusted: {
      key: (d) => d.lotId,
      evolve: (row, { data }) => row && changed(row, data.difference),
    },
    LotScrapped: {
      key: (d) => d.lotId,
      evolve: (row, { data }) => {
        const left = row && changed(row, -data.quantity)
        return left?.quantity === 0 ? { ...left, status: 'SCRAPPED' } : left
      },
    },
    LotMoved: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row && (at < row.locatedAt ? row : { ...row, locationId: data.to, locatedAt: at }),
    },
    LotHeld: {
      key: (d) => d.lotId,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { holdId, reason, cause, personId } = data
        const hold = { holdId, reason, cause, personId, at }
        return row && rated({ ...row, holds: [...row.holds, hold] })
      },
    },
    LotReleased: {
      key: (d) => d.lotId,
      evolve: (row, { data }) =>
        row && rated({ ...row, holds: row.holds.filter((h) => h.holdId !== data.holdId) }),
    },
  },
})

const unmade = { orderId: null, operationId: null, equipmentId: null }
const unbought = { supplierId: null, supplierLotId: null }

type Arrival = Pick<
  LotRow,
  | 'materialId'
  | 'quantity'
  | 'unit'
  | 'locationId'
  | 'origin'
  | 'orderId'
  | 'operationId'
  | 'equipmentId'
  | 'supplierId'
  | 'supplierLotId'
> & { readonly fromLotId?: string }

/** What came first tells where the lot is from; later parts add to it. */
function arrived(row: LotRow | null, d: Arrival, at: string): LotRow {
  if (row) {
    const locationId = row.locationId ?? d.locationId
    const createdAt = at < row.createdAt ? at : row.createdAt
    return changed({ ...row, locationId, createdAt }, d.quantity)
  }
  const { materialId, quantity, unit, locationId, origin } = d
  const { orderId, operationId, equipmentId, supplierId, supplierLotId } = d
  return {
    materialId,
    quantity,
    unit,
    status: 'ON_HAND',
    locationId,
    locatedAt: at,
    holds: [],
    origin,
    fromLotId: d.fromLotId ?? null,
    orderId,
    operationId,
    equipmentId,
    supplierId,
    supplierLotId,
    createdAt: at,
  }
}

const changed = (row: LotRow, by: number): LotRow =>
  rated({ ...row, quantity: by < 0 ? minus(row.quantity, -by) : plus(row.quantity, by) })

/** A scrapped lot stays so until something is found or comes back. */
const rated = (row: LotRow): LotRow => ({
  ...row,
  status:
    row.quantity === 0 && row.status === 'SCRAPPED'
      ? 'SCRAPPED'
      : row.holds.length > 0
        ? 'HELD'
        : row.quantity === 0
          ? 'CONSUMED'
          : 'ON_HAND',
})
