import type { Requirement, SignatureRulesEvent, SignedOff } from '../../domain/workflow/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface SignatureRuleRow {
  kind: string
  requirements: readonly Requirement[]
  before: readonly SignedOff[]
  reason: string
  since: string
}

/** Key of the rule for a kind of record at a site. */
export const signatureRuleKey = (site: string, kind: string): string => compositeKey(site, kind)

/** One row per site and kind of record that needs signatures. */
export const signatureRuleTable = projection<SignatureRuleRow>()<SignatureRulesEvent>({
  name: 'signature_rules',
  context: 'workflow',
  version: 2,
  columns: {
    kind: 'text',
    requirements: 'jsonb',
    before: 'jsonb',
    reason: 'text',
    since: 'timestamptz',
  },
  indexes: [],
  on: {
    SignaturesRequired: {
      key: ({ kind }, { metadata }) => signatureRuleKey(metadata.site, kind),
      evolve: (_, { data, metadata: { occurredAt } }) =>
        data.requirements.length === 0 ? null : { ...data, since: occurredAt },
    },
  },
})
