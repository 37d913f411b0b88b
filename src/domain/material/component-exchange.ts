import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import type { Recorded } from '../event.ts'
import { id, text } from '../types.ts'
import { bookedUnder } from './booked.ts'
import { unitEvents as e, type UnitEvent } from './events.ts'
import { evolveUnit, NO_UNIT, type Unit } from './unit-state.ts'
import { unit } from './unit.ts'

/**
 * The second half of an exchange. The old component's stream says that it went out and what goes in;
 * the policy below installs that. Where it cannot go in, because somebody was faster, the old one
 * was never replaced, and a fact says so.
 */
const exchangeCommands = {
  CancelReplacement: z.object({
    type: z.literal('CancelReplacement'),
    serial: id,
    movementId: id,
    why: text,
  }),
}
type ExchangeCommand = CommandOf<typeof exchangeCommands>

/** Only the policy sends this: a person corrects an exchange by another one. */
const exchange: Decider<ExchangeCommand, Unit, UnitEvent, 'ReplacementUnknown'> = {
  context: 'material',
  category: 'unit',
  commands: exchangeCommands,
  events: e,
  id: (command) => command.serial,
  initial: NO_UNIT,
  decide(command, state) {
    const { serial, movementId, why } = command
    if (bookedUnder(state.booked, movementId) === 'cancelled') return []
    const replaced = state.status === 'onHand' ? state.replaced : null
    if (state.status !== 'onHand' || replaced?.movementId !== movementId)
      return reject(
        'ReplacementUnknown',
        `serial ${serial} did not go out by ${movementId}, or has been used since.`,
      )
    const { parentSerial, position, installedBy } = replaced
    const { materialId } = state
    return [
      e.replacementCancelled({
        serial,
        movementId,
        materialId,
        parentSerial,
        position,
        installedBy,
        why,
      }),
    ]
  },
  evolve: evolveUnit,
}

type Replaced = Extract<UnitEvent, { type: 'ComponentReplaced' }>

export const exchangePolicy = {
  name: 'component-exchange',
  describe:
    'When a component was replaced, then install the other one; when that is refused, then the first was never replaced.',
  types: ['ComponentReplaced'],
  react({ id: movementId, data }: Recorded<Replaced>) {
    const { serial, replacementSerial, materialId: _material, installedBy: _by, ...rest } = data
    const command = {
      ...rest,
      type: 'InstallComponent' as const,
      serial: replacementSerial,
      movementId,
    }
    const otherwise = ({ why }: Rejection) => ({
      decider: exchange,
      command: { type: 'CancelReplacement' as const, serial, movementId: data.movementId, why },
    })
    return [{ decider: unit, command, otherwise }]
  },
}
