import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, reason } from '../types.ts'
import {
  allocationBasis,
  allocationRuleEvents as e,
  sharer,
  type AllocationRuleEvent,
} from './events.ts'

/**
 * By which rule the energy of a meter is laid upon what was made with it. A new rule is a new version
 * and computes all the past anew; an answer says which version it was computed by.
 */
export const allocationRuleCommands = {
  DefineAllocationRule: z
    .object({
      type: z.literal('DefineAllocationRule'),
      meterId: id,
      basis: allocationBasis.describe(
        'TIME: energy goes to what was worked on at the time. COUNT: energy of each period is ' +
          'divided by the pieces finished in it. CYCLE: by the measured time of work in it.',
      ),
      periodMinutes: z
        .number()
        .int()
        .positive()
        .max(1_440)
        .default(60)
        .describe('Of COUNT and CYCLE: length of a period, counted from midnight; up to a day.'),
      equipment: z
        .array(sharer)
        .min(1)
        .max(500)
        .describe('Machines that share the meter, each by its weight.'),
      reason,
    })
    .describe('Say how the energy of a meter is allocated; the next version of its rule.'),
}
export type AllocationRuleCommand = CommandOf<typeof allocationRuleCommands>
type Rule = AllocationRuleEvent['data']

export const allocationRule: Decider<
  AllocationRuleCommand,
  Rule | null,
  AllocationRuleEvent,
  'EquipmentRepeated'
> = {
  context: 'energy',
  category: 'allocationRule',
  commands: allocationRuleCommands,
  events: e,
  id: (command) => command.meterId,
  initial: null,
  decide(command, state) {
    const ids = command.equipment.map(({ equipmentId }) => equipmentId)
    if (new Set(ids).size < ids.length)
      return reject('EquipmentRepeated', `equipment names a machine twice; add the weights.`)
    if (state !== null && isSame(state, command)) return []
    return [e.defined({ ...command, version: (state?.version ?? 0) + 1 })]
  },
  evolve: (_, { data }) => data,
}

const isSame = (a: Rule, b: AllocationRuleCommand): boolean =>
  a.basis === b.basis &&
  a.periodMinutes === b.periodMinutes &&
  JSON.stringify(a.equipment) === JSON.stringify(b.equipment)
