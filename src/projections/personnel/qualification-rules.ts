import type {
  Enforcement,
  QualificationRulesEvent,
  Required,
} from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface Requirement {
  /** Null for the whole site. */
  scopeId: string | null
  qualifications: Required[]
  at: string
  reason: string
}
export interface QualificationRulesRow {
  enforcement: Enforcement
  /** By place; those of the whole site first. */
  requirements: Requirement[]
}

/** One row per site: what it asks of whoever works there. */
export const qualificationRules = projection<QualificationRulesRow>()<QualificationRulesEvent>({
  name: 'qualification_rules',
  context: 'personnel',
  version: 1,
  columns: { enforcement: 'text', requirements: 'jsonb' },
  indexes: [],
  on: {
    QualificationEnforcementSet: {
      key: (_, { metadata }) => metadata.site,
      evolve: (row, { data }) => ({ ...(row ?? NONE), enforcement: data.enforcement }),
    },
    QualificationRequirementSet: {
      key: (_, { metadata }) => metadata.site,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { requirements } = row ?? NONE
        const others = requirements.filter((r) => r.scopeId !== data.scopeId)
        const all = data.qualifications.length === 0 ? others : [...others, { ...data, at }]
        return {
          ...(row ?? NONE),
          requirements: all.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)),
        }
      },
    },
  },
})

const NONE: QualificationRulesRow = { enforcement: 'REFUSE', requirements: [] }
const place = ({ scopeId }: Requirement): string => scopeId ?? ''
