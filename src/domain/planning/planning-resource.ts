import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { id, positiveQuantity } from '../types.ts'
import {
  changeovers,
  planningResourceEvents as e,
  type PlanningResourceEvent,
} from './master-events.ts'

/**
 * What planning has to know of equipment: how long it takes to change over from family to family, and
 * how much an oven holds, and what power it takes. Said for a work unit, or for a work centre and all its work units.
 */
const once = (all: z.output<typeof changeovers>): boolean =>
  new Set(all.map(({ fromFamily, toFamily }) => JSON.stringify([fromFamily, toFamily]))).size ===
  all.length

export const planningResourceCommands = {
  DefineSetupMatrix: z
    .object({
      type: z.literal('DefineSetupMatrix'),
      scopeId: id.describe('Work unit, or work centre for all its work units.'),
      changeovers: changeovers
        .refine(once, 'must have each pair of families once')
        .describe('Family to family; what is not listed takes no time. None: no matrix.'),
    })
    .describe('Say how long equipment takes to change over from one setup family to another.'),
  SetBatchCapacity: z
    .object({
      type: z.literal('SetBatchCapacity'),
      scopeId: id.describe('Work unit, or work centre for all its work units.'),
      capacity: positiveQuantity
        .nullable()
        .describe('Total size of what it does at once; null: one operation at a time.'),
    })
    .describe('Say that equipment is an oven: it does operations of one family together.'),
  SetRunningPower: z
    .object({
      type: z.literal('SetRunningPower'),
      scopeId: id.describe('Work unit, or work centre for each of its work units.'),
      kilowatts: positiveQuantity
        .nullable()
        .describe('Mean power while it runs; null: its energy does not count.'),
    })
    .describe(
      'Say what power equipment takes while it runs: what can wait is planned in cheap hours.',
    ),
}
export type PlanningResourceCommand = CommandOf<typeof planningResourceCommands>

interface Resource {
  readonly changeovers: string
  readonly capacity: number | null
  readonly kilowatts: number | null
}

export const planningResource: Decider<PlanningResourceCommand, Resource, PlanningResourceEvent> = {
  context: 'planning',
  category: 'planningResource',
  commands: planningResourceCommands,
  events: e,
  id: ({ scopeId }) => scopeId,
  initial: { changeovers: '[]', capacity: null, kilowatts: null },

  decide(command, state) {
    if (command.type === 'SetBatchCapacity')
      return command.capacity === state.capacity ? [] : [e.batchCapacitySet(command)]
    if (command.type === 'SetRunningPower')
      return command.kilowatts === state.kilowatts ? [] : [e.runningPowerSet(command)]
    return JSON.stringify(command.changeovers) === state.changeovers
      ? []
      : [e.setupMatrixDefined(command)]
  },

  evolve(state, { type, data }) {
    switch (type) {
      case 'SetupMatrixDefined':
        return { ...state, changeovers: JSON.stringify(data.changeovers) }
      case 'BatchCapacitySet':
        return { ...state, capacity: data.capacity }
      case 'RunningPowerSet':
        return { ...state, kilowatts: data.kilowatts }
    }
  },
}
