import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, reason } from '../types.ts'
import {
  planCosts,
  planEvents as e,
  planPart,
  planRequest,
  planVariant,
  plannedOrders,
  type PlanEvent,
} from './plan-events.ts'
import { planFold, type PlanState } from './plan-state.ts'
import { scheduleFold, type ScheduleState } from './schedule-state.ts'

/**
 * One plan, from the request to its proposals. Its stream guards that only what was written down whole
 * is proposed, and that nothing changes afterwards. Which plan is in force is decided elsewhere, in the
 * one stream of the site.
 */
export const planCommands = {
  RequestPlan: z
    .object({ type: z.literal('RequestPlan'), planId: id, ...planRequest })
    .describe('Have a plan made of the problem with this hash.'),
  ListPlannedOperations: z
    .object({
      type: z.literal('ListPlannedOperations'),
      ...{ planId: id, variant: planVariant, part: planPart, orders: plannedOrders },
    })
    .describe('Write a part of a proposal down.'),
  ProposePlan: z
    .object({
      type: z.literal('ProposePlan'),
      ...{ planId: id, variant: planVariant, partCount: planPart, operationCount: planPart },
      ...{ costs: planCosts, bound: z.number(), iteration: planPart },
    })
    .describe('Propose what was written down.'),
  FailPlan: z
    .object({ type: z.literal('FailPlan'), planId: id, reason })
    .describe('No plan could be made.'),
  AbandonPlan: z
    .object({ type: z.literal('AbandonPlan'), planId: id, reason })
    .describe('Nobody searches for it any more, and nothing was proposed.'),
  RejectPlan: z
    .object({ type: z.literal('RejectPlan'), planId: id, reason })
    .describe('Turn a proposed plan down: it cannot be accepted any more.'),
}
export type PlanCommand = CommandOf<typeof planCommands>

export type PlanRefusal =
  | 'PlanUnknown'
  | 'PlanExists'
  | 'PlanClosed'
  | 'PlanInForce'
  | 'PartsMissing'

export const planDecider: Decider<PlanCommand, PlanState, PlanEvent, PlanRefusal, ScheduleState> = {
  ...planFold,
  context: 'planning',
  commands: planCommands,
  internal: ['RequestPlan', 'ListPlannedOperations', 'ProposePlan', 'FailPlan', 'AbandonPlan'],
  events: e,
  id: ({ planId }) => planId,
  consults: {
    decider: scheduleFold,
    id: ({ type }, site) => (type === 'RejectPlan' ? site : null),
  },

  decide(command, state, { consulted: { plan } }) {
    if (command.type === 'RequestPlan') return request(command, state)
    if (state.status === 'unknown')
      return reject('PlanUnknown', `planId ${command.planId} has not been requested.`)
    if (command.type === 'RejectPlan') {
      if (state.status === 'rejected') return []
      if (plan?.planId === command.planId)
        return reject('PlanInForce', `planId ${command.planId} is in force; accept another.`)
      return [e.rejected(command)]
    }
    if (command.type === 'FailPlan') return state.status === 'failed' ? [] : [e.failed(command)]
    if (command.type === 'AbandonPlan') {
      const isProposed = Object.values(state.variants).some((variant) => variant.isProposed)
      return state.status === 'open' && !isProposed ? [e.failed(command)] : []
    }
    const variant = state.variants[command.variant]
    if (command.type === 'ListPlannedOperations') {
      if (variant?.parts.has(command.part)) return []
      return state.status === 'open' && !variant?.isProposed ? [e.listed(command)] : closed(command)
    }
    if (variant?.isProposed) return []
    if (state.status !== 'open') return closed(command)
    return (variant?.parts.size ?? 0) === command.partCount
      ? [e.proposed(command)]
      : reject(
          'PartsMissing',
          `partCount ${command.partCount}: ${variant?.parts.size ?? 0} parts are written down.`,
        )
  },
}

function request(
  command: Extract<PlanCommand, { type: 'RequestPlan' }>,
  state: PlanState,
): readonly PlanEvent[] | Rejection<PlanRefusal> {
  if (state.status === 'unknown') return [e.requested(command)]
  return state.startsAt === command.startsAt && state.basePlanId === command.basePlanId
    ? []
    : reject('PlanExists', `planId ${command.planId} was requested for another moment.`)
}

const closed = ({ planId, variant }: { readonly planId: string; readonly variant: string }) =>
  reject('PlanClosed', `planId ${planId}, variant ${variant}: nothing can be added to it any more.`)
