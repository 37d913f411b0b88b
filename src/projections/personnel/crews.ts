import type { CrewEvent } from '../../domain/personnel/events.ts'
import { projection } from '../projection.ts'

export interface CrewMember {
  personId: string
  role: string | null
  since: string
  /** Null while a member. */
  until: string | null
}
export interface CrewRow {
  name: string
  scopeId: string | null
  status: 'ACTIVE' | 'DISBANDED'
  formedAt: string
  /** Why it was disbanded. */
  reason: string | null
  /** Everybody who ever was, in the order of joining; one who changed the role is in it twice. */
  members: CrewMember[]
}

/** One row per crew with its members over time. */
export const crews = projection<CrewRow>()<CrewEvent>({
  name: 'crews',
  context: 'personnel',
  version: 1,
  columns: {
    name: 'text',
    scopeId: 'text',
    status: 'text',
    formedAt: 'timestamptz',
    reason: 'text',
    members: 'jsonb',
  },
  indexes: [['name']],
  on: {
    CrewFormed: {
      key: (d) => d.crewId,
      evolve: (_, { data, metadata }) => ({
        name: data.name,
        scopeId: data.scopeId,
        status: 'ACTIVE',
        formedAt: metadata.occurredAt,
        reason: null,
        members: [],
      }),
    },
    CrewMemberAdded: {
      key: (d) => d.crewId,
      evolve: (row, { data: { personId, role }, metadata: { occurredAt: at } }) =>
        row && {
          ...row,
          members: [...left(row, at, personId), { personId, role, since: at, until: null }],
        },
    },
    CrewMemberRemoved: {
      key: (d) => d.crewId,
      evolve: (row, { data, metadata }) =>
        row && { ...row, members: left(row, metadata.occurredAt, data.personId) },
    },
    CrewDisbanded: {
      key: (d) => d.crewId,
      evolve: (row, { data, metadata }) =>
        row && {
          ...row,
          status: 'DISBANDED',
          reason: data.reason,
          members: left(row, metadata.occurredAt),
        },
    },
  },
})

/** The members, of whom this one (or everybody) has left. */
const left = ({ members }: CrewRow, at: string, personId?: string): CrewMember[] =>
  members.map((m) =>
    m.until === null && (personId === undefined || m.personId === personId)
      ? { ...m, until: at }
      : m,
  )
