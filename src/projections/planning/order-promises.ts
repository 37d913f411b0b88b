import type { ScheduleEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface OrderPromiseRow {
  /** End in the first plan that was accepted with all of it; null before. */
  baselineAt: string | null
  baselinePlanId: string | null
  /** End in the plan in force; null where not all of it is planned. */
  forecastAt: string | null
  forecastPlanId: string | null
  /** As last told, by a plan in force or proposed; null where nothing was told. */
  isLate: boolean | null
  /** When this was told, and the end and due date then. */
  toldAt: string | null
  toldEndsAt: string | null
  toldDueAt: string | null
}

const NEW: OrderPromiseRow = {
  baselineAt: null,
  baselinePlanId: null,
  forecastAt: null,
  forecastPlanId: null,
  isLate: null,
  toldAt: null,
  toldEndsAt: null,
  toldDueAt: null,
}

type Promises = Extract<ScheduleEvent, { type: 'PlanAccepted' }>['data']['promises']
/** A plan promises thousands of orders at once, and each is a row of its own. */
const known = new WeakMap<Promises, ReadonlyMap<string, string | null>>()
function endsOf(promises: Promises): ReadonlyMap<string, string | null> {
  const found = known.get(promises) ?? new Map(promises.map((p) => [p.orderId, p.endsAt]))
  known.set(promises, found)
  return found
}

/** One row per order that was ever planned: what was promised first, and what is expected now. */
export const orderPromises = projection<OrderPromiseRow>()<ScheduleEvent>({
  name: 'order_promises',
  context: 'planning',
  version: 1,
  columns: {
    baselineAt: 'timestamptz',
    baselinePlanId: 'text',
    forecastAt: 'timestamptz',
    forecastPlanId: 'text',
    isLate: 'boolean',
    toldAt: 'timestamptz',
    toldEndsAt: 'timestamptz',
    toldDueAt: 'timestamptz',
  },
  indexes: [['forecastAt'], ['isLate', 'forecastAt']],
  on: {
    PlanAccepted: {
      key: (d) => d.promises.map(({ orderId }) => orderId),
      evolve: (row, { data: { planId, promises } }, key) => {
        const endsAt = endsOf(promises).get(key) ?? null
        const before = row ?? NEW
        const isFirst = before.baselineAt === null && endsAt !== null
        return {
          ...before,
          ...(isFirst ? { baselineAt: endsAt, baselinePlanId: planId } : {}),
          ...{ forecastAt: endsAt, forecastPlanId: planId },
        }
      },
    },
    OrderPromiseChanged: {
      key: (d) => d.orderId,
      evolve: (row, { data: { dueAt, endsAt, isLate }, metadata }) => ({
        ...{ ...(row ?? NEW), isLate, toldAt: metadata.occurredAt },
        ...{ toldEndsAt: endsAt, toldDueAt: dueAt },
      }),
    },
  },
})
