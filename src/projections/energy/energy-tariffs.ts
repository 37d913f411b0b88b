import type { EnergyTariffEvent } from '../../domain/energy/tariff.ts'
import { projection } from '../projection.ts'

export interface EnergyTariffRow {
  currency: string
  /** By time, without overlap; of one kWh. */
  prices: { from: string; to: string; pricePerKwh: number }[]
  startsAt: string
  endsAt: string
  source: string
  setAt: string
}

/** One row per tariff of electricity, as last set. */
export const energyTariffs = projection<EnergyTariffRow>()<EnergyTariffEvent>({
  name: 'energy_tariffs',
  context: 'energy',
  version: 1,
  columns: {
    currency: 'text',
    prices: 'jsonb',
    startsAt: 'timestamptz',
    endsAt: 'timestamptz',
    source: 'text',
    setAt: 'timestamptz',
  },
  indexes: [['endsAt']],
  on: {
    EnergyTariffSet: {
      key: (d) => d.tariffId,
      evolve: (_, { data: { currency, prices, source }, metadata }) => ({
        ...{ currency, prices, source },
        startsAt: prices[0]!.from,
        endsAt: prices.at(-1)!.to,
        setAt: metadata.occurredAt,
      }),
    },
  },
})
