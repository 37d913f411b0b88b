import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { id } from '../types.ts'
import {
  productSegmentEvents as e,
  segmentShape,
  type ProductSegmentEvent,
} from './master-events.ts'

/**
 * What the operations of one product take of equipment, tools, material and people: said once for the
 * product, and used for every order of it. One stream a product.
 */
const onSegment = {
  materialId: id.describe('Product that the orders make.'),
  operationId: id.describe('Operation of its routing.'),
}

export const productSegmentCommands = {
  DefineProductSegment: z
    .object({ type: z.literal('DefineProductSegment'), ...onSegment, ...segmentShape })
    .describe('Say what an operation of a product takes: where, with what, after what.'),
  WithdrawProductSegment: z
    .object({ type: z.literal('WithdrawProductSegment'), ...onSegment })
    .describe('From now on the operation takes nothing but what its order says.'),
}
export type ProductSegmentCommand = CommandOf<typeof productSegmentCommands>

/** Content by operation, as JSON: to tell whether it is already so. */
type Segments = ReadonlyMap<string, string>

export const productSegment: Decider<ProductSegmentCommand, Segments, ProductSegmentEvent> = {
  context: 'planning',
  category: 'productSegments',
  commands: productSegmentCommands,
  events: e,
  id: ({ materialId }) => materialId,
  initial: new Map(),

  decide(command, state) {
    const known = state.get(command.operationId)
    if (command.type === 'WithdrawProductSegment')
      return known === undefined ? [] : [e.withdrawn(command)]
    const defined = e.defined(command)
    return JSON.stringify(defined.data) === known ? [] : [defined]
  },

  evolve(state, { type, data }) {
    const segments = new Map(state)
    if (type === 'ProductSegmentDefined') segments.set(data.operationId, JSON.stringify(data))
    else segments.delete(data.operationId)
    return segments
  },
}
