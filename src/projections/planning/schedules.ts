import type { PlanVariant, ScheduleEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'
import type { Recorded } from '../../domain/event.ts'

export interface Pin {
  orderId: string
  operationId: string
  equipmentId: string
  personId: string | null
  startsAt: string
  endsAt: string
}
export interface ScheduleRow {
  /** Null where nothing was accepted yet. */
  planId: string | null
  variant: PlanVariant | null
  acceptedAt: string | null
  /** Operations that people pinned or moved, in the order in which they did. */
  pins: Pin[]
}

const NONE: ScheduleRow = { planId: null, variant: null, acceptedAt: null, pins: [] }
const key = (_: unknown, { metadata }: Recorded): string => metadata.site
const others = (row: ScheduleRow | null, of: { orderId: string; operationId: string }): Pin[] =>
  (row ?? NONE).pins.filter((p) => p.orderId !== of.orderId || p.operationId !== of.operationId)

const pinned = (row: ScheduleRow | null, { orderId, operationId, ...place }: Pin): ScheduleRow => {
  const { equipmentId, personId, startsAt, endsAt } = place
  const pin = { orderId, operationId, equipmentId, personId, startsAt, endsAt }
  return { ...(row ?? NONE), pins: [...others(row, pin), pin] }
}

/** One row per site: the plan in force, and what people pinned or moved in it. */
export const schedules = projection<ScheduleRow>()<ScheduleEvent>({
  name: 'schedules',
  context: 'planning',
  version: 1,
  columns: { planId: 'text', variant: 'text', acceptedAt: 'timestamptz', pins: 'jsonb' },
  indexes: [],
  on: {
    PlanAccepted: {
      key,
      evolve: (row, { data: { planId, variant }, metadata }) => ({
        ...{ ...(row ?? NONE), planId, variant },
        acceptedAt: metadata.occurredAt,
      }),
    },
    OperationPinned: { key, evolve: (row, { data }) => pinned(row, data) },
    OperationMoved: { key, evolve: (row, { data }) => pinned(row, data) },
    OperationUnpinned: {
      key,
      evolve: (row, { data }) => ({ ...(row ?? NONE), pins: others(row, data) }),
    },
  },
})
