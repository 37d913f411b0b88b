import type { KpiDefinitionEvent } from '../../domain/kpi/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface KpiVersionRow {
  siteId: string
  kpiId: string
  validFrom: string
  version: number | null
  name: string | null
  /** Null: retired from `validFrom` on. */
  formula: string | null
  unit: string | null
  trend: 'HIGHER_IS_BETTER' | 'LOWER_IS_BETTER' | null
  /** Why it was retired. */
  reason: string | null
}

const key = (d: KpiDefinitionEvent['data']): string => compositeKey(d.siteId, d.kpiId, d.validFrom)

/** Key figures of the sites' own: one row per figure and date from which a version holds. */
export const kpiVersions = projection<KpiVersionRow>()<KpiDefinitionEvent>({
  name: 'kpi_versions',
  context: 'kpi',
  version: 1,
  columns: {
    siteId: 'text',
    kpiId: 'text',
    validFrom: 'timestamptz',
    version: 'bigint',
    name: 'text',
    formula: 'text',
    unit: 'text',
    trend: 'text',
    reason: 'text',
  },
  indexes: [['kpiId', 'validFrom'], ['siteId']],
  on: {
    KpiDefined: { key, evolve: (_, { data }) => ({ ...data, reason: null }) },
    KpiRetired: {
      key,
      evolve: (_, { data: { siteId, kpiId, validFrom, reason } }) => ({
        ...{ siteId, kpiId, validFrom, version: null, reason },
        ...{ name: null, formula: null, unit: null, trend: null },
      }),
    },
  },
})
