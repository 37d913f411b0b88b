import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { durationMs, id, instant } from '../types.ts'
import { stopRuleEvents as e, type StopRuleEvent } from './stop-events.ts'

/**
 * From which length on a stop has to be explained. Said for a site, an area, a work centre or one
 * machine; the narrowest counts. Each limit holds from a date on, so the past keeps its stops unless
 * somebody says a new limit for the past.
 */
export const stopRuleCommands = {
  SetMicroStopLimit: z
    .object({
      type: z.literal('SetMicroStopLimit'),
      scopeId: id.describe('Node of the hierarchy it holds for, with all below it.'),
      limitMs: durationMs.describe('A shorter stop is a micro-stop. In milliseconds.'),
      validFrom: instant.describe('For stops that begin then or later.'),
    })
    .describe('Say up to which length a stop is a micro-stop, from a date on.'),
}
export type StopRuleCommand = CommandOf<typeof stopRuleCommands>

/** Limit in milliseconds by the date from which it holds. */
type Limits = ReadonlyMap<string, number>

export const stopRule: Decider<StopRuleCommand, Limits, StopRuleEvent> = {
  context: 'equipment',
  category: 'stopRule',
  commands: stopRuleCommands,
  events: e,
  id: (command) => command.scopeId,
  initial: new Map(),
  decide: (command, state) =>
    state.get(command.validFrom) === command.limitMs ? [] : [e.set(command)],
  evolve: (state, { data }) => new Map(state).set(data.validFrom, data.limitMs),
}
