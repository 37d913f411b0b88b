import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { id, text } from '../types.ts'
import { planningToolEvents as e, toolCount, type PlanningToolEvent } from './master-events.ts'

/** How many tools of one kind there are: an operation that takes one binds it while it is done. */
export const planningToolCommands = {
  CountTools: z
    .object({
      type: z.literal('CountTools'),
      toolId: id.describe('Kind of tool: a mould, fixture or gauge.'),
      name: text.default('').describe('What people call it.'),
      count: toolCount.describe('How many of them may be used at once.'),
    })
    .describe('Say how many tools of a kind can be used.'),
}
export type PlanningToolCommand = CommandOf<typeof planningToolCommands>

type Counted = { readonly name: string; readonly count: number } | null

export const planningTool: Decider<PlanningToolCommand, Counted, PlanningToolEvent> = {
  context: 'planning',
  category: 'planningTool',
  commands: planningToolCommands,
  events: e,
  id: ({ toolId }) => toolId,
  initial: null,
  decide: (command, state) =>
    state?.count === command.count && state.name === command.name ? [] : [e.counted(command)],
  evolve: (_, { data: { name, count } }) => ({ name, count }),
}
