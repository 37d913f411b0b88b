import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason } from '../types.ts'

/**
 * What a kilowatt-hour of electricity costs by time: a contract for a year, the auction of one day. A tariff
 * is replaced in whole. Where two price the same moment, the one that begins later counts, so the prices of a
 * day take the place of those of the contract.
 */

/** A year of four prices a day, or a month of quarter hours. */
const MAX_PRICES = 3_000

const pricedInterval = z
  .object({
    from: instant,
    to: instant,
    pricePerKwh: z
      .number()
      .min(-1e6)
      .max(1e6)
      .describe('Of one kWh in the currency of the tariff; markets know negative ones.'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' })
  .meta({ id: 'PricedInterval' })
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
  .describe('ISO 4217, such as EUR. All tariffs of a site should have the same.')

const isOrdered = (prices: readonly { from: string; to: string }[]): boolean =>
  prices.every(({ from }, i) => i === 0 || prices[i - 1]!.to <= from)
const tariff = {
  tariffId: id,
  currency,
  prices: z
    .array(pricedInterval)
    .min(1)
    .max(MAX_PRICES)
    .refine(isOrdered, 'must be sorted by time, without overlap'),
  source: reason.describe('Contract or auction they were taken from.'),
}

export const energyTariffEvents = { set: event('EnergyTariffSet', z.object(tariff)) }
export type EnergyTariffEvent = EventOf<typeof energyTariffEvents>

export const energyTariffCommands = {
  SetEnergyTariff: z
    .object({ type: z.literal('SetEnergyTariff'), ...tariff })
    .describe(
      'Say what electricity costs by time, or replace what was said: plans use cheap hours.',
    ),
}
export type EnergyTariffCommand = CommandOf<typeof energyTariffCommands>

/** Content as JSON, to tell whether it is already so. */
export const energyTariff: Decider<EnergyTariffCommand, string, EnergyTariffEvent> = {
  context: 'energy',
  category: 'energyTariff',
  commands: energyTariffCommands,
  events: energyTariffEvents,
  id: ({ tariffId }) => tariffId,
  initial: '',
  decide(command, state) {
    const set = energyTariffEvents.set(command)
    return JSON.stringify(set.data) === state ? [] : [set]
  },
  evolve: (_, { data }) => JSON.stringify(data),
}
