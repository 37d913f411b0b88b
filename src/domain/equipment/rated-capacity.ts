import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, instant } from '../types.ts'

/**
 * How much a machine is rated to produce (ISO 22400 EPC), from a date on: what its load is measured
 * against. It is said of the machine alone, whatever it makes; ideal cycle times are said per product.
 */
const perHour = z.number().positive().nullable()
const onCapacity = { equipmentId: id, validFrom: instant }

export const ratedCapacityEvents = {
  rated: event(
    'EquipmentCapacityRated',
    z.object({
      ...onCapacity,
      /** Pieces, or whatever its counters count; null: not known any more. */
      perHour,
    }),
  ),
}
export type RatedCapacityEvent = EventOf<typeof ratedCapacityEvents>

export const ratedCapacityCommands = {
  RateEquipmentCapacity: z
    .object({
      type: z.literal('RateEquipmentCapacity'),
      equipmentId: id,
      validFrom: instant.describe('From when on it holds.'),
      perHour: perHour.describe('Quantity of an hour of busy time; null: not known any more.'),
    })
    .describe('Say how much a machine is rated to produce in an hour, from a date on.'),
}
export type RatedCapacityCommand = CommandOf<typeof ratedCapacityCommands>

export const ratedCapacity: Decider<
  RatedCapacityCommand,
  ReadonlyMap<string, number | null>,
  RatedCapacityEvent
> = {
  context: 'equipment',
  category: 'ratedCapacity',
  commands: ratedCapacityCommands,
  events: ratedCapacityEvents,
  id: ({ equipmentId }) => equipmentId,
  initial: new Map(),
  decide: (command, state) =>
    state.get(command.validFrom) === command.perHour ? [] : [ratedCapacityEvents.rated(command)],
  evolve: (state, { data }) => new Map(state).set(data.validFrom, data.perHour),
}
