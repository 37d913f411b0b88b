import type { QualificationEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface QualificationVersion {
  version: number
  at: string
  name: string
  description: string | null
  validity: string | null
}
export interface QualificationRow {
  name: string
  description: string | null
  personnelClassId: string | null
  validity: string | null
  currentVersion: number
  status: 'DEFINED' | 'WITHDRAWN'
  /** Why it was withdrawn. */
  reason: string | null
  /** Oldest first, today's included. */
  versions: QualificationVersion[]
}

/** One row per qualification, as defined now, with all its versions. */
export const qualifications = projection<QualificationRow>()<QualificationEvent>({
  name: 'qualifications',
  context: 'personnel',
  version: 1,
  columns: {
    name: 'text',
    description: 'text',
    personnelClassId: 'text',
    validity: 'text',
    currentVersion: 'bigint',
    status: 'text',
    reason: 'text',
    versions: 'jsonb',
  },
  indexes: [['name'], ['personnelClassId']],
  on: {
    QualificationDefined: {
      key: (d) => d.qualificationId,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { name, description, personnelClassId, validity, version } = data
        const own = { name, description, validity }
        return {
          ...own,
          personnelClassId,
          currentVersion: version,
          status: 'DEFINED',
          reason: null,
          versions: [...(row?.versions ?? []), { version, at, ...own }],
        }
      },
    },
    QualificationWithdrawn: {
      key: (d) => d.qualificationId,
      evolve: (row, { data }) => row && { ...row, status: 'WITHDRAWN', reason: data.reason },
    },
  },
})
