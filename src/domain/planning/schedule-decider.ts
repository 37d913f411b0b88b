import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, instant, text } from '../types.ts'
import { pinnedPlace, planVariant, scheduleEvents as e, type ScheduleEvent } from './plan-events.ts'
import { planFold, type PlanState } from './plan-state.ts'
import { pinKey, scheduleFold, type ScheduleState } from './schedule-state.ts'

/**
 * What is in force at one site: the plan that the floor works by, and the operations that people pinned
 * or moved in it. Its stream guards that of two plans made from the same one only the first is
 * accepted. Whether a move breaks a rule is found out before, with the problem of that moment.
 */
const onOperation = { orderId: id, operationId: id }
/** A plan and its moves break few rules at a time; the first ones say enough. */
const MAX_VIOLATIONS = 20
const violations = z.array(text).max(MAX_VIOLATIONS)
const place = { ...pinnedPlace, basePlanId: id }

export const scheduleCommands = {
  AcceptPlan: z
    .object({ type: z.literal('AcceptPlan'), planId: id, variant: planVariant.default('IMPROVED') })
    .describe('Put a proposed plan in force: from now on the floor works by it.'),
  PinOperation: z
    .object({ type: z.literal('PinOperation'), ...onOperation, ...place })
    .describe('Keep an operation where the plan in force has it.'),
  MoveOperation: z
    .object({
      type: z.literal('MoveOperation'),
      ...onOperation,
      ...place,
      from: z.object({ equipmentId: id, startsAt: instant }),
      violations,
    })
    .describe('Move an operation of the plan in force, and keep it there.'),
  UnpinOperation: z
    .object({ type: z.literal('UnpinOperation'), ...onOperation })
    .describe('Let planning move an operation again that was pinned or moved.'),
  AssessPromises: z
    .object({
      type: z.literal('AssessPromises'),
      ...{ planId: id, variant: planVariant },
      due: z.array(z.object({ orderId: id, dueAt: instant })),
    })
    .describe('Compare what a plan promises with what is due, and tell what has changed.'),
}
export type ScheduleCommand = CommandOf<typeof scheduleCommands>

export type ScheduleRefusal =
  | 'PlanUnknown'
  | 'PlanNotProposed'
  | 'PlanRejected'
  | 'PlanSuperseded'
  | 'ChangedMeanwhile'
  | 'MoveBreaksRule'

type Decision = readonly ScheduleEvent[] | Rejection<ScheduleRefusal>
type Command<T> = Extract<ScheduleCommand, { type: T }>

export const scheduleDecider: Decider<
  ScheduleCommand,
  ScheduleState,
  ScheduleEvent,
  ScheduleRefusal,
  PlanState
> = {
  ...scheduleFold,
  context: 'planning',
  commands: scheduleCommands,
  internal: ['PinOperation', 'MoveOperation', 'AssessPromises'],
  events: e,
  id: (_, site) => site,
  consults: {
    decider: planFold,
    id: (command) =>
      command.type === 'AcceptPlan' || command.type === 'AssessPromises' ? command.planId : null,
  },

  decide(command, state, { consulted: plan }) {
    switch (command.type) {
      case 'AcceptPlan':
        return accept(command, state, plan)
      case 'AssessPromises':
        return assess(command, state, plan)
      case 'UnpinOperation':
        return state.pins.has(pinKey(command)) ? [e.unpinned(command)] : []
      case 'PinOperation':
      case 'MoveOperation':
        return pin(command, state)
    }
  },
}

function accept(
  { planId, variant }: Command<'AcceptPlan'>,
  state: ScheduleState,
  plan: PlanState,
): Decision {
  if (state.plan?.planId === planId && state.plan.variant === variant) return []
  if (plan.status === 'unknown')
    return reject('PlanUnknown', `planId ${planId} has not been requested.`)
  if (plan.status === 'rejected') return reject('PlanRejected', `planId ${planId} was rejected.`)
  const proposed = plan.variants[variant]
  if (!proposed?.isProposed)
    return reject('PlanNotProposed', `planId ${planId} has no proposal ${variant} yet.`)
  const previousPlanId = state.plan?.planId ?? null
  if (plan.basePlanId !== previousPlanId)
    return reject(
      'PlanSuperseded',
      `planId ${planId} was made from ${plan.basePlanId ?? 'no plan'}; ${previousPlanId} is in force.`,
    )
  const promises = [...proposed.ends]
    .filter(([orderId, endsAt]) => state.promises.get(orderId) !== endsAt)
    .map(([orderId, endsAt]) => ({ orderId, endsAt }))
  return [e.accepted({ planId, variant, previousPlanId, promises })]
}

function assess(
  command: Command<'AssessPromises'>,
  state: ScheduleState,
  plan: PlanState,
): Decision {
  if (plan.status === 'unknown')
    return reject('PlanUnknown', `planId ${command.planId} has not been requested.`)
  const ends = plan.variants[command.variant]?.ends
  const { planId } = command
  const seen = new Set<string>()
  return command.due.flatMap(({ orderId, dueAt }) => {
    const endsAt = ends?.get(orderId)
    if (endsAt == null || seen.has(orderId)) return []
    seen.add(orderId)
    const isLate = endsAt > dueAt
    return isLate === state.late.has(orderId)
      ? []
      : [e.promiseChanged({ orderId, planId, dueAt, endsAt, isLate })]
  })
}

function pin(command: Command<'PinOperation' | 'MoveOperation'>, state: ScheduleState): Decision {
  const { equipmentId, personId, startsAt, basePlanId, orderId, operationId } = command
  const at = JSON.stringify([equipmentId, personId, startsAt])
  if (state.pins.get(pinKey(command)) === at) return []
  if (basePlanId !== state.plan?.planId)
    return reject(
      'ChangedMeanwhile',
      `basePlanId ${basePlanId}: ${state.plan?.planId ?? 'no plan'} is in force by now.`,
    )
  if (command.type === 'PinOperation') return [e.pinned(command)]
  if (command.violations.length > 0)
    return reject(
      'MoveBreaksRule',
      `operation ${operationId} of order ${orderId} cannot go there: ${command.violations.join('; ')}.`,
    )
  return [e.moved(command)]
}
