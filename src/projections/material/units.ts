import type { UnitEvent } from '../../domain/material/events.ts'
import { projection } from '../projection.ts'

export interface UnitRow {
  /** Null while nobody has said what it is. */
  materialId: string | null
  /** IN_PROCESS: machines have worked on it, and nobody has reported it as made. */
  status: 'IN_PROCESS' | 'ON_HAND' | 'INSTALLED' | 'PACKED' | 'SHIPPED' | 'SCRAPPED'
  parentSerial: string | null
  position: string | null
  /** Box or pallet it is on. */
  logisticUnitId: string | null
  /** Delivery it was shipped with by itself. */
  deliveryId: string | null
  /** Order that made it; while in process, the order of its operations. */
  orderId: string | null
  /** Lot it is counted in. */
  lotId: string | null
  supplierId: string | null
  supplierLotId: string | null
  /** When it was received or made; null while in process. */
  madeAt: string | null
  scrappedAt: string | null
  scrapReason: string | null
  /** How often machines have worked on it, and from when to when. */
  operations: number
  firstStartedAt: string | null
  lastEndedAt: string | null
  /** Earliest moment anything is known of it. */
  createdAt: string
}

/** One row per serialised item: what it is, where it is built in, how far it has come. */
export const units = projection<UnitRow>()<UnitEvent>({
  name: 'units',
  context: 'material',
  version: 2,
  columns: {
    materialId: 'text',
    status: 'text',
    parentSerial: 'text',
    position: 'text',
    logisticUnitId: 'text',
    deliveryId: 'text',
    orderId: 'text',
    lotId: 'text',
    supplierId: 'text',
    supplierLotId: 'text',
    madeAt: 'timestamptz',
    scrappedAt: 'timestamptz',
    scrapReason: 'text',
    operations: 'bigint',
    firstStartedAt: 'timestamptz',
    lastEndedAt: 'timestamptz',
    createdAt: 'timestamptz',
  },
  indexes: [
    ['createdAt'],
    ['materialId', 'createdAt'],
    ['status', 'createdAt'],
    ['orderId', 'createdAt'],
    ['parentSerial'],
    ['lotId'],
  ],
  on: {
    UnitReceived: {
      key: (d) => d.serial,
      evolve: (row, { data, metadata: { occurredAt: at } }) => ({
        ...since(row, at),
        materialId: data.materialId,
        supplierId: data.supplierId,
        supplierLotId: data.supplierLotId,
        status: 'ON_HAND',
        madeAt: at,
      }),
    },
    UnitProduced: {
      key: (d) => d.serial,
      evolve: (row, { data, metadata: { occurredAt: at } }) => ({
        ...since(row, at),
        materialId: data.materialId,
        orderId: data.orderId ?? row?.orderId ?? null,
        lotId: data.lotId,
        status: 'ON_HAND',
        madeAt: at,
      }),
    },
    ComponentInstalled: {
      key: (d) => d.serial,
      evolve: (row, { data: { parentSerial, position } }) =>
        row && { ...row, status: 'INSTALLED', parentSerial, position },
    },
    ComponentRemoved: {
      key: (d) => d.serial,
      evolve: (row) => row && { ...row, status: 'ON_HAND', parentSerial: null, position: null },
    },
    ComponentReplaced: {
      key: (d) => d.serial,
      evolve: (row) => row && { ...row, status: 'ON_HAND', parentSerial: null, position: null },
    },
    ComponentReplacementCancelled: {
      key: (d) => d.serial,
      evolve: (row, { data: { parentSerial, position } }) =>
        row && { ...row, status: 'INSTALLED', parentSerial, position },
    },
    UnitRepacked: {
      key: (d) => d.serial,
      evolve: (row, { data: { into } }) =>
        row && { ...row, status: into === null ? 'ON_HAND' : 'PACKED', logisticUnitId: into },
    },
    UnitShipped: {
      key: (d) => d.serial,
      evolve: (row, { data: { deliveryId } }) => row && { ...row, status: 'SHIPPED', deliveryId },
    },
    UnitReturned: {
      key: (d) => d.serial,
      evolve: (row) => row && { ...row, status: 'ON_HAND', deliveryId: null },
    },
    UnitScrapped: {
      key: (d) => d.serial,
      evolve: (row, { data, metadata }) =>
        row && {
          ...row,
          status: 'SCRAPPED',
          scrappedAt: metadata.occurredAt,
          scrapReason: data.reason,
        },
    },
    UnitProcessed: {
      key: (d) => d.serial,
      evolve: (row, { data }) => {
        const unit = since(row, data.startedAt)
        const { firstStartedAt: first, lastEndedAt: last } = unit
        return {
          ...unit,
          materialId: unit.materialId ?? data.materialId,
          orderId: unit.orderId ?? data.orderId,
          operations: unit.operations + 1,
          firstStartedAt: first === null || data.startedAt < first ? data.startedAt : first,
          lastEndedAt: last === null || data.endedAt > last ? data.endedAt : last,
        }
      },
    },
  },
})

const NEW: Omit<UnitRow, 'createdAt'> = {
  materialId: null,
  status: 'IN_PROCESS',
  parentSerial: null,
  position: null,
  logisticUnitId: null,
  deliveryId: null,
  orderId: null,
  lotId: null,
  supplierId: null,
  supplierLotId: null,
  madeAt: null,
  scrappedAt: null,
  scrapReason: null,
  operations: 0,
  firstStartedAt: null,
  lastEndedAt: null,
}

/** The row, known since this moment at the latest. */
const since = (row: UnitRow | null, at: string): UnitRow =>
  row ? { ...row, createdAt: at < row.createdAt ? at : row.createdAt } : { ...NEW, createdAt: at }
