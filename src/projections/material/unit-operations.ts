import type { UnitEvent } from '../../domain/material/events.ts'
import { byFact, projection } from '../projection.ts'

export interface UnitOperationRow {
  serial: string
  materialId: string | null
  orderId: string | null
  operationId: string
  operationName: string | null
  equipmentId: string
  program: string | null
  personId: string | null
  startedAt: string
  endedAt: string
}

/** One row per operation a machine reported on one serialised item. */
export const unitOperations = projection<UnitOperationRow>()<UnitEvent>({
  name: 'unit_operations',
  context: 'material',
  version: 1,
  columns: {
    serial: 'text',
    materialId: 'text',
    orderId: 'text',
    operationId: 'text',
    operationName: 'text',
    equipmentId: 'text',
    program: 'text',
    personId: 'text',
    startedAt: 'timestamptz',
    endedAt: 'timestamptz',
  },
  indexes: [
    ['serial', 'startedAt'],
    ['equipmentId', 'startedAt'],
    ['orderId', 'startedAt'],
  ],
  on: { UnitProcessed: { key: byFact, evolve: (_, { data }) => ({ ...data }) } },
})
