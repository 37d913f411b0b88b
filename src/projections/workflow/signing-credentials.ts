import type { SigningEvent } from '../../domain/workflow/events.ts'
import { projection } from '../projection.ts'

export interface SigningCredentialRow {
  status: 'INITIAL' | 'USABLE' | 'LOCKED' | 'REVOKED'
  login: string | null
  failures: number
  failedAt: string | null
  lockedAt: string | null
  /** When the secret that counts was set or changed. */
  secretSince: string
  /** What it was before it was locked. */
  initial: boolean
}

type Changed = Partial<SigningCredentialRow>
const on = <T extends SigningEvent['type']>(
  change: (data: Extract<SigningEvent, { type: T }>['data'], at: string) => Changed,
) => ({
  key: (data: { readonly personId: string }) => data.personId,
  evolve: (row: SigningCredentialRow | null, fact: any) =>
    row && { ...row, ...change(fact.data, fact.metadata.occurredAt) },
})

/** One row per person with a signing secret: the report of failed attempts and lock-outs. */
export const signingCredentials = projection<SigningCredentialRow>()<SigningEvent>({
  name: 'signing_credentials',
  context: 'workflow',
  version: 1,
  columns: {
    status: 'text',
    login: 'text',
    failures: 'bigint',
    failedAt: 'timestamptz',
    lockedAt: 'timestamptz',
    secretSince: 'timestamptz',
    initial: 'boolean',
  },
  indexes: [['status'], ['failedAt']],
  on: {
    SigningSecretSet: {
      key: ({ personId }) => personId,
      evolve: (row, { data: { login }, metadata: { occurredAt } }) => ({
        ...{ status: 'INITIAL', login, failures: 0, lockedAt: null, initial: true },
        failedAt: row?.failedAt ?? null,
        secretSince: occurredAt,
      }),
    },
    SigningSecretChanged: on<'SigningSecretChanged'>((_, at) => ({
      ...{ status: 'USABLE', failures: 0, initial: false, secretSince: at },
    })),
    SigningSecretRevoked: on<'SigningSecretRevoked'>(() => ({ status: 'REVOKED' })),
    SigningAttemptFailed: on<'SigningAttemptFailed'>(({ failures }, at) => ({
      ...{ failures, failedAt: at },
    })),
    SigningLocked: on<'SigningLocked'>((_, at) => ({ status: 'LOCKED', lockedAt: at })),
    SigningUnlocked: {
      key: ({ personId }) => personId,
      evolve: (row) =>
        row && {
          ...row,
          ...{ status: row.initial ? 'INITIAL' : 'USABLE', failures: 0, lockedAt: null },
        },
    },
    SigningIdentityConfirmed: on<'SigningIdentityConfirmed'>(() => ({ failures: 0 })),
  },
})
