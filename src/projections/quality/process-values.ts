import { judge } from '../../domain/quality/verdict.ts'
import type { ProcessValueEvent, Verdict } from '../../domain/quality/events.ts'
import { byFact, projection } from '../projection.ts'

type Said = ProcessValueEvent['data']
export interface ProcessValueRow extends Said {
  at: string
  /** By the limits that came with the value; null where there were none. */
  verdict: Verdict | null
}

/** One row per process value of an item or lot, with what it was held against. */
export const processValues = projection<ProcessValueRow>()<ProcessValueEvent>({
  name: 'process_values',
  context: 'quality',
  version: 1,
  columns: {
    subjectKind: 'text',
    subjectId: 'text',
    parameterId: 'text',
    name: 'text',
    value: 'double precision',
    nominal: 'double precision',
    lowerLimit: 'double precision',
    upperLimit: 'double precision',
    unit: 'text',
    orderId: 'text',
    operationId: 'text',
    equipmentId: 'text',
    toolId: 'text',
    program: 'text',
    personId: 'text',
    at: 'timestamptz',
    verdict: 'text',
  },
  indexes: [
    ['subjectId', 'at'],
    ['parameterId', 'at'],
    ['equipmentId', 'at'],
  ],
  on: {
    ProcessValueRecorded: {
      key: byFact,
      evolve: (_, { data, metadata: { occurredAt: at } }) => ({
        ...data,
        at,
        verdict: judge({ value: data.value, passed: null }, data),
      }),
    },
  },
})
