import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, reason, text } from '../types.ts'
import { enpiEvents as e, enpiVariable, type EnpiEvent } from './events.ts'

/**
 * An energy performance indicator (EnPI) with its baseline (EnB), after ISO 50006: energy as a ratio to
 * one relevant variable, or as a linear regression on several. Only the definition is kept; figures are
 * computed from readings when asked for.
 */
const enpiCommands = {
  DefineEnpi: z
    .object({
      type: z.literal('DefineEnpi'),
      enpiId: id,
      name: text,
      model: z
        .enum(['RATIO', 'REGRESSION'])
        .describe('RATIO: energy per unit of one variable. REGRESSION: base load plus slopes.'),
      meterIds: z.array(id).min(1).max(200).describe('Meters whose energy it is about.'),
      period: z.enum(['DAY', 'WEEK', 'MONTH']).default('DAY').describe('What is one observation.'),
      variables: z.array(enpiVariable).min(1).max(10).describe('What the energy depends on.'),
      baselineFrom: instant.describe('Begin of the baseline.'),
      baselineTo: instant.describe('End of the baseline, not included.'),
      reason,
    })
    .describe('Define an energy performance indicator and its baseline, or its next version.'),
}
export type EnpiCommand = CommandOf<typeof enpiCommands>
type Definition = EnpiEvent['data']

export const enpi: Decider<
  EnpiCommand,
  Definition | null,
  EnpiEvent,
  'BaselineBackwards' | 'RatioOfSeveral' | 'NameRepeated'
> = {
  context: 'energy',
  category: 'enpi',
  commands: enpiCommands,
  events: e,
  id: (command) => command.enpiId,
  initial: null,
  decide(command, state) {
    const { baselineFrom, baselineTo, model, variables } = command
    if (baselineFrom >= baselineTo)
      return reject('BaselineBackwards', `baselineTo ${baselineTo} is not after ${baselineFrom}.`)
    if (model === 'RATIO' && variables.length > 1)
      return reject('RatioOfSeveral', `variables: a RATIO has one, not ${variables.length}.`)
    if (new Set(variables.map((v) => v.name)).size < variables.length)
      return reject('NameRepeated', 'variables: two have the same name.')
    const next = e.defined({ ...command, version: (state?.version ?? 0) + 1 })
    return state !== null && isSame(state, next.data) ? [] : [next]
  },
  evolve: (_, { data }) => data,
}

const isSame = (a: Definition, b: Definition): boolean => content(a) === content(b)
const content = (d: Definition): string =>
  JSON.stringify([
    ...[d.name, d.model, d.meterIds, d.period, d.baselineFrom, d.baselineTo],
    ...d.variables.map((v) => Object.entries(v).toSorted(([x], [y]) => (x < y ? -1 : 1))),
  ])
