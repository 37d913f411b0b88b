import type { MeterQualityEvent } from '../../domain/energy/events.ts'
import { baseOf } from '../../domain/energy/units.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface MeterCorrectionRow {
  meterId: string
  correctionId: string
  /** INTERVAL, or which reading of the moment. */
  kind: 'INTERVAL' | 'READING' | 'FINAL' | 'START'
  /** The interval; both the moment of a reading. */
  from: string
  to: string
  /** In `unit`; null: struck out. */
  quantity: number | null
  unit: string
  /** One of `unit` is this many of `baseUnit`. */
  factor: number
  baseUnit: string
  personId: string
  reason: string
  saidAt: string
  /** Place among what was said about the meter: the later correction counts. */
  nth: number
}

/** One row per correction of a reading or an interval; what was corrected stays in its own row. */
export const meterCorrections = projection<MeterCorrectionRow>()<MeterQualityEvent>({
  name: 'meter_corrections',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    correctionId: 'text',
    kind: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    quantity: 'double precision',
    unit: 'text',
    factor: 'double precision',
    baseUnit: 'text',
    personId: 'text',
    reason: 'text',
    saidAt: 'timestamptz',
    nth: 'bigint',
  },
  indexes: [['meterId', 'to']],
  on: {
    MeterReadingCorrected: {
      key: (d) => compositeKey(d.meterId, d.correctionId),
      evolve: (_, { data: { at, reading: quantity, ...data }, metadata, revision: nth }) => ({
        ...{ ...data, from: at, to: at, quantity, ...baseUnitOf(data.unit) },
        ...{ saidAt: metadata.occurredAt, nth },
      }),
    },
    MeterIntervalCorrected: {
      key: (d) => compositeKey(d.meterId, d.correctionId),
      evolve: (_, { data, metadata, revision: nth }) => ({
        ...{ ...data, kind: 'INTERVAL', ...baseUnitOf(data.unit) },
        ...{ saidAt: metadata.occurredAt, nth },
      }),
    },
  },
})

const baseUnitOf = (unit: string) => {
  const { unit: baseUnit, factor } = baseOf(unit)
  return { baseUnit, factor }
}
