import type { PlanEvent, PlannedOrderPart, PlanVariant } from '../../domain/planning/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface PlanPartRow {
  planId: string
  variant: PlanVariant
  part: number
  orders: PlannedOrderPart[]
}

/** One row per part of a proposal: as it was written down, for it never changes. */
export const planParts = projection<PlanPartRow>()<PlanEvent>({
  name: 'plan_parts',
  context: 'planning',
  version: 1,
  columns: { planId: 'text', variant: 'text', part: 'bigint', orders: 'jsonb' },
  indexes: [['planId', 'variant', 'part']],
  on: {
    PlannedOperationsListed: {
      key: (d) => compositeKey(d.planId, d.variant, `${d.part}`),
      evolve: (_, { data }) => ({ ...data }),
    },
  },
})
