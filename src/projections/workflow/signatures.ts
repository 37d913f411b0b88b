import type { SignatureEvent, Signed } from '../../domain/workflow/events.ts'
import { byFact, projection } from '../projection.ts'

export interface SignatureRow extends Signed {
  /** Of the record that was signed. */
  stream: string
  /** By the clock of the server. */
  signedAt: string
  actor: string
}

/** One row per signature. Whether the record has changed since, is found out when asked. */
export const signatures = projection<SignatureRow>()<SignatureEvent>({
  name: 'signatures',
  context: 'workflow',
  version: 1,
  columns: {
    signatureId: 'text',
    kind: 'text',
    recordId: 'text',
    revision: 'bigint',
    hash: 'text',
    meaning: 'text',
    remark: 'text',
    personId: 'text',
    components: 'text',
    proof: 'jsonb',
    stream: 'text',
    signedAt: 'timestamptz',
    actor: 'text',
  },
  indexes: [['stream', 'signedAt'], ['personId', 'signedAt'], ['signedAt']],
  on: {
    RecordSigned: {
      key: byFact,
      evolve: (_, { data, metadata: { occurredAt, actor } }) => ({
        ...data,
        stream: `${data.kind}-${data.recordId}`,
        signedAt: occurredAt,
        actor,
      }),
    },
  },
})
