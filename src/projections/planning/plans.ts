import type { PlanEvent, PlanVariant, ScheduleEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface Proposal {
  partCount: number
  operationCount: number
  costs: Record<string, number>
  bound: number
  iteration: number
  proposedAt: string
}
type Requested = Extract<PlanEvent, { type: 'PlanRequested' }>['data']

export interface PlanRow {
  status: 'REQUESTED' | 'PROPOSED' | 'ACCEPTED' | 'REJECTED' | 'FAILED'
  requestedAt: string | null
  request: Omit<Requested, 'planId'> | null
  proposals: Partial<Record<PlanVariant, Proposal>>
  acceptedVariant: PlanVariant | null
  acceptedAt: string | null
  /** Why it failed or was rejected. */
  reason: string | null
}

const NEW: PlanRow = {
  status: 'REQUESTED',
  requestedAt: null,
  request: null,
  proposals: {},
  acceptedVariant: null,
  acceptedAt: null,
  reason: null,
}
const RANK = { REQUESTED: 0, PROPOSED: 1, FAILED: 2, REJECTED: 3, ACCEPTED: 4 } as const

/** Acceptance is decided in another stream and may be heard of first: the furthest status counts. */
const to = (row: PlanRow | null, status: PlanRow['status'], more: Partial<PlanRow>): PlanRow => {
  const known = row ?? NEW
  return { ...known, ...more, status: RANK[status] > RANK[known.status] ? status : known.status }
}
const key = (d: { readonly planId: string }): string => d.planId

/** One row per plan: what it was made from, what it costs, and what became of it. */
export const plans = projection<PlanRow>()<PlanEvent | ScheduleEvent>({
  name: 'plans',
  context: 'planning',
  version: 1,
  columns: {
    status: 'text',
    requestedAt: 'timestamptz',
    request: 'jsonb',
    proposals: 'jsonb',
    acceptedVariant: 'text',
    acceptedAt: 'timestamptz',
    reason: 'text',
  },
  indexes: [['requestedAt'], ['status', 'requestedAt']],
  on: {
    PlanRequested: {
      key,
      evolve: (row, { data: { planId: _id, ...request }, metadata }) =>
        to(row, 'REQUESTED', { request, requestedAt: metadata.occurredAt }),
    },
    PlanProposed: {
      key,
      evolve: (row, { data: { planId: _id, variant, ...proposal }, metadata }) =>
        to(row, 'PROPOSED', {
          proposals: {
            ...row?.proposals,
            [variant]: { ...proposal, proposedAt: metadata.occurredAt },
          },
        }),
    },
    PlanFailed: { key, evolve: (row, { data }) => to(row, 'FAILED', { reason: data.reason }) },
    PlanRejected: { key, evolve: (row, { data }) => to(row, 'REJECTED', { reason: data.reason }) },
    PlanAccepted: {
      key,
      evolve: (row, { data, metadata }) =>
        to(row, 'ACCEPTED', { acceptedVariant: data.variant, acceptedAt: metadata.occurredAt }),
    },
  },
})
