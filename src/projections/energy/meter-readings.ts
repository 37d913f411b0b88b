import type { MeterDataEvent, MeterEvent } from '../../domain/energy/events.ts'
import { READING_ORDER, type RegisterReading } from '../../domain/energy/register.ts'
import { baseOf } from '../../domain/energy/units.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface MeterReadingRow {
  meterId: string
  at: string
  kind: RegisterReading['kind']
  /** Order of readings of one moment: last stand of the old device, first of the new, plain reading. */
  rank: number
  reading: number
  /** Of the register, and what one of it is in the unit of consumption. */
  unit: string
  factor: number
  baseUnit: string
  /** Digits of the new device's register, at its START; null elsewhere and where unknown. */
  digits: number | null
}

/** One row per stand of a register: read, or written down at an exchange. */
export const meterReadings = projection<MeterReadingRow>()<MeterDataEvent | MeterEvent>({
  name: 'meter_readings',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    at: 'timestamptz',
    kind: 'text',
    rank: 'bigint',
    reading: 'double precision',
    unit: 'text',
    factor: 'double precision',
    baseUnit: 'text',
    digits: 'bigint',
  },
  indexes: [['meterId', 'at', 'rank']],
  on: {
    MeterRead: {
      // Two readings of one moment are in one stream; the later one there replaces the earlier.
      key: (d, fact) => compositeKey(d.meterId, fact.metadata.occurredAt),
      evolve: (_, { data, metadata }) =>
        stand({ ...data, at: metadata.occurredAt, kind: 'READING', digits: null }),
    },
    MeterExchanged: {
      key: (d) => [
        ...(d.finalReading === null ? [] : [exchangeKey(d, 'FINAL')]),
        exchangeKey(d, 'START'),
      ],
      evolve: (_, { data, metadata: { occurredAt: at } }, key) => {
        const { meterId, unit, finalReading, startReading, digits } = data
        return finalReading !== null && key === exchangeKey(data, 'FINAL')
          ? stand({ meterId, unit, at, kind: 'FINAL', reading: finalReading, digits: null })
          : stand({ meterId, unit, at, kind: 'START', reading: startReading, digits })
      },
    },
  },
})

const stand = (r: RegisterReading & { readonly meterId: string }): MeterReadingRow => {
  const { unit: baseUnit, factor } = baseOf(r.unit)
  return { ...r, rank: READING_ORDER[r.kind], factor, baseUnit }
}

const exchangeKey = (
  d: { readonly meterId: string; readonly exchangeId: string },
  kind: 'FINAL' | 'START',
): string => compositeKey(d.meterId, kind, d.exchangeId)
