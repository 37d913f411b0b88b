import type { RecallDrillEvent } from '../../domain/material/events.ts'
import type { DrilledLot } from '../../domain/material/recall-drill.ts'
import { projection } from '../projection.ts'

export interface RecallDrillRow {
  status: 'REQUESTED' | 'PASSED' | 'FAILED'
  seed: string
  requestedAt: string | null
  /** When it was completed; null while it is not. */
  at: string | null
  /** What the log held then. */
  position: number | null
  lots: DrilledLot[]
  why: string[]
}

/** One row per drill: what was drawn, and what was found. */
export const recallDrills = projection<RecallDrillRow>()<RecallDrillEvent>({
  name: 'recall_drills',
  context: 'material',
  version: 1,
  columns: {
    status: 'text',
    seed: 'text',
    requestedAt: 'timestamptz',
    at: 'timestamptz',
    position: 'bigint',
    lots: 'jsonb',
    why: 'jsonb',
  },
  indexes: [['at'], ['status', 'at']],
  on: {
    RecallDrillRequested: {
      key: (d) => d.drillId,
      evolve: (_, { data: { seed }, metadata: { occurredAt: requestedAt } }) => ({
        ...{ status: 'REQUESTED', seed, requestedAt },
        ...{ at: null, position: null, lots: [], why: [] },
      }),
    },
    RecallDrillPassed: {
      key: (d) => d.drillId,
      evolve: (row, { data: { seed, position, lots }, metadata: { occurredAt: at } }) => ({
        ...{ status: 'PASSED', seed, requestedAt: row?.requestedAt ?? null },
        ...{ at, position, lots, why: [] },
      }),
    },
    RecallDrillFailed: {
      key: (d) => d.drillId,
      evolve: (row, { data: { seed, position, lots, why }, metadata: { occurredAt: at } }) => ({
        ...{ status: 'FAILED', seed, requestedAt: row?.requestedAt ?? null },
        ...{ at, position, lots, why },
      }),
    },
  },
})
