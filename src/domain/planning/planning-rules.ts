import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { durationMs, id } from '../types.ts'
import {
  planningRulesEvents as e,
  planningRulesShape,
  type PlanningRulesEvent,
} from './master-events.ts'

/** How one site is planned: how far ahead, what must not move, and how long things are on their way. */
export const planningRulesCommands = {
  SetPlanningRules: z
    .object({ type: z.literal('SetPlanningRules'), ...planningRulesShape })
    .describe('Say how this site is planned; what is not said takes its usual value.'),
  SetTransportTime: z
    .object({
      type: z.literal('SetTransportTime'),
      fromScopeId: id.describe('Work unit, work centre or area it leaves.'),
      toScopeId: id.describe('Work unit, work centre or area it comes to.'),
      durationMs: durationMs.nullable().describe('How long it is on its way; null: no time.'),
    })
    .describe('Say how long goods are on their way from one place of the site to another.'),
}
export type PlanningRulesCommand = CommandOf<typeof planningRulesCommands>

interface Rules {
  /** As JSON; empty while nobody has set any. */
  readonly rules: string
  readonly ways: ReadonlyMap<string, number | null>
}

const wayOf = (d: { readonly fromScopeId: string; readonly toScopeId: string }): string =>
  JSON.stringify([d.fromScopeId, d.toScopeId])

export const planningRules: Decider<PlanningRulesCommand, Rules, PlanningRulesEvent> = {
  context: 'planning',
  category: 'planningRules',
  commands: planningRulesCommands,
  events: e,
  id: (_, site) => site,
  initial: { rules: '', ways: new Map() },

  decide(command, state) {
    if (command.type === 'SetTransportTime')
      return (state.ways.get(wayOf(command)) ?? null) === command.durationMs
        ? []
        : [e.transportTimeSet(command)]
    const set = e.set(command)
    return JSON.stringify(set.data) === state.rules ? [] : [set]
  },

  evolve: (state, { type, data }) =>
    type === 'PlanningRulesSet'
      ? { ...state, rules: JSON.stringify(data) }
      : { ...state, ways: new Map(state.ways).set(wayOf(data), data.durationMs) },
}
