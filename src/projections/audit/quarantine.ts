import type { RejectionEvent } from '../../domain/audit/events.ts'
import { byFact, projection } from '../projection.ts'

export interface QuarantineRow {
  claimedType: string
  raw: string
  truncated: boolean
  why: string
  source: string
  recordedAt: string
}

/** One row per observation that broke its schema, with what arrived. */
export const quarantine = projection<QuarantineRow>()<RejectionEvent>({
  name: 'quarantine',
  context: 'audit',
  version: 1,
  columns: {
    claimedType: 'text',
    raw: 'text',
    truncated: 'boolean',
    why: 'text',
    source: 'text',
    recordedAt: 'timestamptz',
  },
  indexes: [['recordedAt'], ['source', 'recordedAt']],
  on: {
    ObservationQuarantined: {
      key: byFact,
      evolve: (_, { data, metadata: { source }, recordedAt }) => ({ ...data, source, recordedAt }),
    },
  },
})
