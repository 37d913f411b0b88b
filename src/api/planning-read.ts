import type { ScheduledOperation } from '../domain/planning/plan-text.ts'
import type { PlanContent, PlanRef } from '../projections/planning/plan-content.ts'
import type { ScheduleRow } from '../projections/planning/schedules.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { Planner } from './planner.ts'

/** A whole plan of a large plant; a board asks for a part. */
export const MAX_OPERATIONS = 20_000

export interface ScheduleQuestion {
  readonly site: string
  /** Null: the plan in force. */
  readonly plan: PlanRef | null
  readonly from: string | null
  readonly to: string | null
  readonly equipmentIds: readonly string[] | null
  readonly orderIds: readonly string[] | null
}

export interface ShownSchedule {
  readonly site: string
  readonly plan: PlanContent
  readonly row: ScheduleRow | null
  /** Those asked for, by start. */
  readonly operations: readonly ScheduledOperation[]
}

/** @throws GraphQLError where this process makes no plans */
export function plannerOf({ planner }: Context): Planner {
  if (!planner) throw apiError('InvalidInput', 'Nothing is planned in this process.')
  return planner
}

/** A plan of a site, in force or proposed; null where there is none. */
export async function shownSchedule(
  question: ScheduleQuestion,
  context: Context,
): Promise<ShownSchedule | null> {
  const { site, from, to } = question
  await context.access.demand({ kind: 'read', context: 'planning', site })
  const { contents } = plannerOf(context)
  const { row, plan: inForce } = await contents.inForce(site)
  const plan = question.plan ? await contents.content(question.plan, [site]) : inForce
  if (!plan) return null
  const machines = question.equipmentIds && new Set(question.equipmentIds)
  const orders = question.orderIds && new Set(question.orderIds)
  const operations = plan.operations.filter(
    (one) =>
      (from === null || one.endsAt > from) &&
      (to === null || one.setupStartsAt < to) &&
      (machines === null || machines.has(one.equipmentId)) &&
      (orders === null || orders.has(one.orderId)),
  )
  if (operations.length > MAX_OPERATIONS)
    throw apiError(
      'InvalidInput',
      `more than ${MAX_OPERATIONS} operations; ask for a shorter time.`,
    )
  const byStart = operations.toSorted((a, b) =>
    a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0,
  )
  return { site, plan, row, operations: byStart }
}
