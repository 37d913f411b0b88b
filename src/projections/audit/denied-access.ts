import type { RejectionEvent } from '../../domain/audit/events.ts'
import { byFact, projection } from '../projection.ts'

export interface DeniedAccessRow {
  actor: string
  scope: string
  deniedSite: string | null
  why: string
  recordedAt: string
}

/** One row per read, subscription or recording that somebody's scopes or sites did not allow. */
export const deniedAccess = projection<DeniedAccessRow>()<RejectionEvent>({
  name: 'denied_access',
  context: 'audit',
  version: 1,
  columns: {
    actor: 'text',
    scope: 'text',
    deniedSite: 'text',
    why: 'text',
    recordedAt: 'timestamptz',
  },
  indexes: [['recordedAt'], ['actor', 'recordedAt']],
  on: {
    AccessDenied: {
      key: byFact,
      evolve: (_, { data: { scope, site, why }, metadata: { actor }, recordedAt }) => ({
        actor,
        scope,
        deniedSite: site,
        why,
        recordedAt,
      }),
    },
  },
})
