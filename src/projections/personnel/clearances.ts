import type { Clearance } from '../../domain/personnel/events.ts'
import type { OrderEvent } from '../../domain/production/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { projection } from '../projection.ts'

export interface ClearanceRow extends Clearance {
  at: string
  orderId: string
  operationId: string
  personId: string
  equipmentId: string | null
}

type Begun = Extract<OrderEvent, { type: 'OperationStarted' | 'OperationResumed' }>

const begun = {
  // Most work asks for no qualification: it leaves no row.
  key: (d: Begun['data'], fact: Recorded<Begun>) => (d.qualified === undefined ? [] : fact.id),
  evolve: (_: unknown, { data, metadata }: Recorded<Begun>): ClearanceRow => ({
    at: metadata.occurredAt,
    orderId: data.orderId,
    operationId: data.operationId,
    personId: data.personId,
    equipmentId: 'equipmentId' in data ? data.equipmentId : (data.closed[0]?.equipmentId ?? null),
    qualified: data.qualified!,
    proof: data.proof ?? [],
    missing: data.missing ?? [],
  }),
} as never

/** One row per start or resumption of work that asked for a qualification, with what was shown. */
export const clearances = projection<ClearanceRow>()<OrderEvent>({
  name: 'clearances',
  context: 'personnel',
  version: 1,
  columns: {
    at: 'timestamptz',
    orderId: 'text',
    operationId: 'text',
    personId: 'text',
    equipmentId: 'text',
    qualified: 'boolean',
    proof: 'jsonb',
    missing: 'jsonb',
  },
  indexes: [['at'], ['orderId', 'at'], ['personId', 'at']],
  on: { OperationStarted: begun, OperationResumed: begun },
})
