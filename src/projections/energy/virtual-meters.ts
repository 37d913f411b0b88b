import type { Medium, Term, VirtualMeterEvent } from '../../domain/energy/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface VirtualMeterRow {
  meterId: string
  name: string
  medium: Medium
  scopeId: string | null
  terms: readonly Term[]
  definedAt: string
}

/** One row per virtual meter in use, as last defined. */
export const virtualMeters = projection<VirtualMeterRow>()<VirtualMeterEvent>({
  name: 'virtual_meters',
  context: 'energy',
  version: 1,
  columns: {
    meterId: 'text',
    name: 'text',
    medium: 'text',
    scopeId: 'text',
    terms: 'jsonb',
    definedAt: 'timestamptz',
  },
  indexes: [['meterId']],
  on: {
    VirtualMeterDefined: {
      key: (d, { metadata }) => compositeKey(metadata.site, d.meterId),
      evolve: (_, { data, metadata }) => ({ ...data, definedAt: metadata.occurredAt }),
    },
    VirtualMeterRemoved: {
      key: (d, { metadata }) => compositeKey(metadata.site, d.meterId),
      evolve: () => null,
    },
  },
})
