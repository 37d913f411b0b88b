import type { AllocationBasis, AllocationRuleEvent } from '../../domain/energy/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface AllocationRuleRow {
  meterId: string
  version: number
  basis: AllocationBasis
  periodMinutes: number
  equipment: readonly { readonly equipmentId: string; readonly weight: number }[]
  reason: string
  definedAt: string
}

/** One row per version of the allocation rule of a meter; the highest version is in force. */
export const allocationRules = projection<AllocationRuleRow>()<AllocationRuleEvent>({
  name: 'allocation_rules',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    version: 'bigint',
    basis: 'text',
    periodMinutes: 'bigint',
    equipment: 'jsonb',
    reason: 'text',
    definedAt: 'timestamptz',
  },
  indexes: [['meterId', 'version']],
  on: {
    AllocationRuleDefined: {
      key: (d) => compositeKey(d.meterId, String(d.version)),
      evolve: (_, { data, metadata: { occurredAt: definedAt } }) => ({ ...data, definedAt }),
    },
  },
})
