import type { PersonEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface PersonRow {
  employer: string | null
  classes: string[]
  status: 'ACTIVE' | 'RETIRED' | 'FORGOTTEN'
  registeredAt: string
  /** When the person left. */
  retiredAt: string | null
  forgottenAt: string | null
  /** Why the person left, came back or was forgotten, whatever was last. */
  reason: string | null
}

/** One row per registered person. Names are not in it: they are kept outside the log. */
export const persons = projection<PersonRow>()<PersonEvent>({
  name: 'persons',
  context: 'personnel',
  version: 1,
  columns: {
    employer: 'text',
    classes: 'jsonb',
    status: 'text',
    registeredAt: 'timestamptz',
    retiredAt: 'timestamptz',
    forgottenAt: 'timestamptz',
    reason: 'text',
  },
  indexes: [['registeredAt'], ['status']],
  on: {
    PersonRegistered: {
      key: (d) => d.personId,
      evolve: (_, { data, metadata }) => ({
        employer: data.employer,
        classes: data.classes,
        status: 'ACTIVE',
        registeredAt: metadata.occurredAt,
        retiredAt: null,
        forgottenAt: null,
        reason: null,
      }),
    },
    PersonChanged: {
      key: (d) => d.personId,
      evolve: (row, { data }) => row && { ...row, employer: data.employer, classes: data.classes },
    },
    PersonRetired: {
      key: (d) => d.personId,
      evolve: (row, { data, metadata }) =>
        row && { ...row, status: 'RETIRED', retiredAt: metadata.occurredAt, reason: data.reason },
    },
    PersonReinstated: {
      key: (d) => d.personId,
      evolve: (row, { data }) =>
        row && { ...row, status: 'ACTIVE', retiredAt: null, reason: data.reason },
    },
    PersonForgotten: {
      key: (d) => d.personId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row && {
          ...row,
          status: 'FORGOTTEN',
          retiredAt: row.retiredAt ?? at,
          forgottenAt: at,
          reason: data.reason,
        },
    },
  },
})
