import type { Recorded } from '../../domain/event.ts'
import type { PersonEvent } from '../../domain/personnel/events.ts'
import { standingAt, withChange, type HoldingChange } from '../../domain/personnel/person-state.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface HeldQualificationRow {
  personId: string
  qualificationId: string
  /** After the last change; whether it has expired depends on when one asks. */
  status: 'HELD' | 'SUSPENDED' | 'REVOKED' | 'NOT_HELD'
  /** Of the grant or renewal that counts; null where none does. */
  heldVersion: number | null
  grantedAt: string | null
  expiresAt: string | null
  evidence: string | null
  /** Of the last change. */
  changedAt: string
  reason: string | null
  /** In the order in which they happened. */
  changes: readonly HoldingChange[]
}

type Change = Extract<PersonEvent, { data: { qualificationId: string } }>

/** A moment after everything; what ends by itself does so in the row only by its `expiresAt`. */
const LAST = '9999-12-31T23:59:59.999Z'

const changed = {
  key: (d: Change['data']) => compositeKey(d.personId, d.qualificationId),
  evolve: (row: HeldQualificationRow | null, fact: Recorded<Change>): HeldQualificationRow => {
    const { personId, qualificationId } = fact.data
    const changes = withChange(row?.changes ?? [], fact, fact.metadata.occurredAt)
    const { status, grant } = standingAt(changes, LAST)
    const last = changes.at(-1)!
    return {
      personId,
      qualificationId,
      status: status === 'EXPIRED' ? 'HELD' : status,
      heldVersion: grant?.version ?? null,
      grantedAt: grant?.at ?? null,
      expiresAt: grant?.expiresAt ?? null,
      evidence: grant?.evidence ?? null,
      changedAt: last.at,
      reason: last.reason,
      changes,
    }
  },
} as never

/** One row per person and qualification that was ever granted, with all its changes. */
export const heldQualifications = projection<HeldQualificationRow>()<PersonEvent>({
  name: 'held_qualifications',
  context: 'personnel',
  version: 1,
  columns: {
    personId: 'text',
    qualificationId: 'text',
    status: 'text',
    heldVersion: 'bigint',
    grantedAt: 'timestamptz',
    expiresAt: 'timestamptz',
    evidence: 'text',
    changedAt: 'timestamptz',
    reason: 'text',
    changes: 'jsonb',
  },
  indexes: [['personId', 'qualificationId'], ['qualificationId', 'personId'], ['expiresAt']],
  on: {
    QualificationGranted: changed,
    QualificationRenewed: changed,
    QualificationSuspended: changed,
    QualificationSuspensionLifted: changed,
    QualificationRevoked: changed,
  },
})
