import type { MeterDataEvent } from '../../domain/energy/events.ts'
import { baseOf } from '../../domain/energy/units.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface EnergyIntervalRow {
  meterId: string
  from: string
  to: string
  /** In `unit`: KWH for energy, else the base unit of its kind. */
  quantity: number
  unit: string
  demandKw: number | null
  reactiveLaggingKvarh: number | null
  reactiveLeadingKvarh: number | null
  co2Kg: number | null
  /** When the value that counts was said. */
  saidAt: string
}

/**
 * One row per meter and interval. Of two values for one interval the one said later counts. Two that
 * were said at one moment are in one stream (meter and day), whose order decides.
 */
export const energyIntervals = projection<EnergyIntervalRow>()<MeterDataEvent>({
  name: 'energy_intervals',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    quantity: 'double precision',
    unit: 'text',
    demandKw: 'double precision',
    reactiveLaggingKvarh: 'double precision',
    reactiveLeadingKvarh: 'double precision',
    co2Kg: 'double precision',
    saidAt: 'timestamptz',
  },
  indexes: [['meterId', 'to']],
  on: {
    EnergyMeasured: {
      key: (d) => intervalKey(d),
      evolve: (row, { data, metadata: { occurredAt: saidAt } }) => {
        if (row && saidAt < row.saidAt) return row
        const { energyKwh, ...rest } = data
        return { ...rest, quantity: energyKwh, unit: 'KWH', saidAt }
      },
    },
    MediumMeasured: {
      key: (d) => intervalKey(d),
      evolve: (row, { data, metadata: { occurredAt: saidAt } }) => {
        if (row && saidAt < row.saidAt) return row
        const { unit, factor } = baseOf(data.unit)
        return { ...data, quantity: data.quantity * factor, unit, ...WITHOUT_POWER, saidAt }
      },
    },
  },
})

const WITHOUT_POWER = {
  demandKw: null,
  reactiveLaggingKvarh: null,
  reactiveLeadingKvarh: null,
  co2Kg: null,
}

const intervalKey = (d: { readonly meterId: string; readonly from: string; readonly to: string }) =>
  compositeKey(d.meterId, d.from, d.to)
