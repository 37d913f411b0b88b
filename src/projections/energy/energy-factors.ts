import type { EnergySiteEvent, Medium } from '../../domain/energy/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface EnergyFactorRow {
  factorId: string
  kind: 'EMISSION' | 'CONVERSION'
  medium: Medium
  unit: string
  value: number
  source: string
  validFrom: string
  validTo: string | null
  reason: string | null
  setAt: string
}

/** One row per factor of a site, as last set. */
export const energyFactors = projection<EnergyFactorRow>()<EnergySiteEvent>({
  name: 'energy_factors',
  context: 'energy',
  version: 1,
  columns: {
    factorId: 'text',
    kind: 'text',
    medium: 'text',
    unit: 'text',
    value: 'double precision',
    source: 'text',
    validFrom: 'timestamptz',
    validTo: 'timestamptz',
    reason: 'text',
    setAt: 'timestamptz',
  },
  indexes: [['kind', 'medium']],
  on: {
    EnergyFactorSet: {
      key: (d, { metadata }) => compositeKey(metadata.site, d.factorId),
      evolve: (_, { data, metadata }) => ({ ...data, setAt: metadata.occurredAt }),
    },
  },
})
