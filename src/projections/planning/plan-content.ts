import { scheduledOperations, type ScheduledOperation } from '../../domain/planning/plan-text.ts'
import type { PlanVariant } from '../../domain/planning/events.ts'
import type { ReadModels } from '../read-models.ts'
import { planParts } from './plan-parts.ts'
import { plans, type PlanRow } from './plans.ts'
import { schedules, type Pin, type ScheduleRow } from './schedules.ts'

/** Which proposal. */
export interface PlanRef {
  readonly planId: string
  readonly variant: PlanVariant
}
export interface PlanContent extends PlanRef {
  readonly startsAt: string
  /** Facts up to here made its problem; null where the read models were not all at one. */
  readonly position: number | null
  readonly operations: readonly ScheduledOperation[]
}

/** Plans kept at hand: what one board and one comparison show. A large one takes some megabytes. */
const KEPT = 8
const PAGE = 500

/** Reads plans whole, and keeps the last ones: a proposal never changes. */
export function createPlanContents(reads: ReadModels) {
  const kept = new Map<string, PlanContent>()

  const read = async ({ planId, variant }: PlanRef, row: PlanRow): Promise<PlanContent> => {
    const { startsAt, position } = row.request!
    const { rows } = await reads.page(
      planParts,
      {
        where: [
          { column: 'planId', op: '=', value: planId },
          { column: 'variant', op: '=', value: variant },
        ],
        orderBy: { column: 'part', direction: 'asc' },
        first: PAGE,
      },
      null,
    )
    const operations = rows.flatMap(({ row: part }) => scheduledOperations(part.orders, startsAt))
    return { planId, variant, startsAt, position, operations }
  }

  /** Null where there is no such proposal, or not at these sites. */
  const content = async (
    ref: PlanRef,
    sites: readonly string[] | null,
  ): Promise<PlanContent | null> => {
    const [row] = await reads.byKey(plans, [ref.planId], sites)
    if (!row?.request || !row.proposals[ref.variant]) return null
    const key = JSON.stringify([ref.planId, ref.variant])
    const found = kept.get(key) ?? (await read(ref, row))
    kept.delete(key)
    kept.set(key, found)
    const [oldest] = kept.keys()
    if (kept.size > KEPT) kept.delete(oldest!)
    return found
  }

  /** The plan in force at a site with what people moved in it; null where nothing was accepted. */
  const inForce = async (
    site: string,
  ): Promise<{ readonly row: ScheduleRow | null; readonly plan: PlanContent | null }> => {
    const [row] = await reads.byKey(schedules, [site], [site])
    if (!row?.planId || !row.variant) return { row: row ?? null, plan: null }
    const plan = await content({ planId: row.planId, variant: row.variant }, [site])
    return { row, plan: plan && { ...plan, operations: withPins(plan.operations, row.pins) } }
  }
  return { content, inForce }
}
export type PlanContents = ReturnType<typeof createPlanContents>

/** What was moved is where it was moved to, with the changeover before it. */
export function withPins(
  operations: readonly ScheduledOperation[],
  pins: readonly Pin[],
): readonly ScheduledOperation[] {
  if (pins.length === 0) return operations
  const byOperation = new Map(
    pins.map((pin) => [JSON.stringify([pin.orderId, pin.operationId]), pin]),
  )
  return operations.map((one) => {
    const pin = byOperation.get(JSON.stringify([one.orderId, one.operationId]))
    if (!pin || (pin.startsAt === one.startsAt && pin.equipmentId === one.equipmentId)) return one
    const { equipmentId, personId, startsAt, endsAt } = pin
    const setupMs = Date.parse(one.startsAt) - Date.parse(one.setupStartsAt)
    const setupStartsAt = new Date(Date.parse(startsAt) - setupMs).toISOString()
    const moved = { equipmentId, personId, setupStartsAt, startsAt, endsAt }
    return { ...one, ...moved, cause: 'frozen', culprit: null }
  })
}
