import type { UnitEvent } from '../../domain/material/events.ts'
import { projection } from '../projection.ts'

export interface UnitComponentRow {
  /** The component. */
  serial: string
  materialId: string | null
  parentSerial: string
  position: string | null
  installedAt: string
  /** Null while it is in. */
  removedAt: string | null
  removalReason: string | null
  /** Of the installation. */
  orderId: string | null
  operationId: string | null
  equipmentId: string | null
  personId: string | null
}

/** One row per installation of a serialised component into a parent, with its end where it has one. */
export const unitComponents = projection<UnitComponentRow>()<UnitEvent>({
  name: 'unit_components',
  context: 'material',
  version: 1,
  columns: {
    serial: 'text',
    materialId: 'text',
    parentSerial: 'text',
    position: 'text',
    installedAt: 'timestamptz',
    removedAt: 'timestamptz',
    removalReason: 'text',
    orderId: 'text',
    operationId: 'text',
    equipmentId: 'text',
    personId: 'text',
  },
  indexes: [
    ['parentSerial', 'installedAt'],
    ['serial', 'installedAt'],
  ],
  on: {
    ComponentInstalled: {
      key: (d) => installation(d.serial, d.movementId),
      evolve: (_, { data: { movementId: _id, ...data }, metadata }) => ({
        ...data,
        installedAt: metadata.occurredAt,
        removedAt: null,
        removalReason: null,
      }),
    },
    ComponentRemoved: {
      key: (d) => installation(d.serial, d.installedBy),
      evolve: (row, { data, metadata }) =>
        row && { ...row, removedAt: metadata.occurredAt, removalReason: data.reason },
    },
    ComponentReplaced: {
      key: (d) => installation(d.serial, d.installedBy),
      evolve: (row, { data, metadata }) =>
        row && { ...row, removedAt: metadata.occurredAt, removalReason: data.reason },
    },
    ComponentReplacementCancelled: {
      key: (d) => installation(d.serial, d.installedBy),
      evolve: (row) => row && { ...row, removedAt: null, removalReason: null },
    },
  },
})

/** A movement id is unique within its serial; as JSON, no two pairs look alike. */
const installation = (serial: string, movementId: string): string =>
  JSON.stringify([serial, movementId])
