import type { ProductSegmentEvent } from '../../domain/planning/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export type ProductSegmentRow = Extract<
  ProductSegmentEvent,
  { type: 'ProductSegmentDefined' }
>['data']

const key = (d: ProductSegmentEvent['data']): string => compositeKey(d.materialId, d.operationId)

/** One row per operation of a product: what it takes beside what orders say. */
export const productSegments = projection<ProductSegmentRow>()<ProductSegmentEvent>({
  name: 'product_segments',
  context: 'planning',
  version: 1,
  columns: {
    materialId: 'text',
    operationId: 'text',
    alternatives: 'jsonb',
    setupFamily: 'text',
    toolId: 'text',
    attendance: 'text',
    interruptible: 'boolean',
    batch: 'jsonb',
    materials: 'jsonb',
    dependencies: 'jsonb',
  },
  indexes: [['materialId', 'operationId'], ['setupFamily']],
  on: {
    ProductSegmentDefined: { key, evolve: (_, { data }) => ({ ...data }) },
    ProductSegmentWithdrawn: { key, evolve: () => null },
  },
})
