import type { Medium, MeterEvent, MeterKind } from '../../domain/energy/events.ts'
import { projection } from '../projection.ts'

export interface MeterRow {
  name: string
  scopeId: string | null
  parentMeterId: string | null
  medium: Medium
  kind: MeterKind
  unit: string
  /** Of the first device's register, and of the device in place. */
  firstDigits: number | null
  digits: number | null
  deviceId: string | null
  status: 'ACTIVE' | 'RETIRED'
  registeredAt: string
  exchangedAt: string | null
  retiredAt: string | null
}

/** One row per meter: what it measures, where, below which other, and whether it still does. */
export const meters = projection<MeterRow>()<MeterEvent>({
  name: 'meters',
  context: 'energy',
  version: 1,
  columns: {
    name: 'text',
    scopeId: 'text',
    parentMeterId: 'text',
    medium: 'text',
    kind: 'text',
    unit: 'text',
    firstDigits: 'bigint',
    digits: 'bigint',
    deviceId: 'text',
    status: 'text',
    registeredAt: 'timestamptz',
    exchangedAt: 'timestamptz',
    retiredAt: 'timestamptz',
  },
  indexes: [['scopeId'], ['parentMeterId'], ['medium']],
  on: {
    MeterRegistered: {
      key: (d) => d.meterId,
      evolve: (_, { data, metadata }) => ({
        name: data.name,
        scopeId: data.scopeId,
        parentMeterId: data.parentMeterId,
        medium: data.medium,
        kind: data.kind,
        unit: data.unit,
        firstDigits: data.digits,
        digits: data.digits,
        deviceId: null,
        status: 'ACTIVE',
        registeredAt: metadata.occurredAt,
        exchangedAt: null,
        retiredAt: null,
      }),
    },
    MeterChanged: {
      key: (d) => d.meterId,
      evolve: (row, { data: { name, scopeId, parentMeterId } }) =>
        row && { ...row, name, scopeId, parentMeterId },
    },
    MeterExchanged: {
      key: (d) => d.meterId,
      evolve: (row, { data: { deviceId, digits }, metadata }) =>
        row && { ...row, deviceId, digits, exchangedAt: metadata.occurredAt },
    },
    MeterRetired: {
      key: (d) => d.meterId,
      evolve: (row, { metadata }) =>
        row && { ...row, status: 'RETIRED', retiredAt: metadata.occurredAt },
    },
  },
})
