import type { VariableEvent } from '../../domain/energy/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface VariableValueRow {
  seriesId: string
  from: string
  to: string
  value: number
  unit: string
  saidAt: string
}

/** One row per series and span; of two values for one span the one said later counts. */
export const variableValues = projection<VariableValueRow>()<VariableEvent>({
  name: 'variable_values',
  context: 'energy',
  version: 1,
  columns: {
    seriesId: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    value: 'double precision',
    unit: 'text',
    saidAt: 'timestamptz',
  },
  indexes: [['seriesId', 'to']],
  on: {
    VariableObserved: {
      key: (d) => compositeKey(d.seriesId, d.from, d.to),
      // Two that were said at one moment are in one stream (series and day), whose order decides.
      evolve: (row, { data, metadata: { occurredAt: saidAt } }) =>
        row && saidAt < row.saidAt ? row : { ...data, saidAt },
    },
  },
})
