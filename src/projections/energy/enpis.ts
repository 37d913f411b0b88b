import type { EnpiEvent, EnpiVariable } from '../../domain/energy/events.ts'
import { projection } from '../projection.ts'

export interface EnpiRow {
  version: number
  name: string
  model: 'RATIO' | 'REGRESSION'
  meterIds: readonly string[]
  period: 'DAY' | 'WEEK' | 'MONTH'
  variables: readonly EnpiVariable[]
  baselineFrom: string
  baselineTo: string
  reason: string
  definedAt: string
}

/** One row per energy performance indicator, as last defined. */
export const enpis = projection<EnpiRow>()<EnpiEvent>({
  name: 'enpis',
  context: 'energy',
  version: 1,
  columns: {
    version: 'bigint',
    name: 'text',
    model: 'text',
    meterIds: 'jsonb',
    period: 'text',
    variables: 'jsonb',
    baselineFrom: 'timestamptz',
    baselineTo: 'timestamptz',
    reason: 'text',
    definedAt: 'timestamptz',
  },
  indexes: [],
  on: {
    EnpiDefined: {
      key: (d) => d.enpiId,
      evolve: (_, { data: { enpiId: _id, ...definition }, metadata }) => ({
        ...{ ...definition, definedAt: metadata.occurredAt },
      }),
    },
  },
})
