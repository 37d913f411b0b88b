import type { RejectionEvent } from '../../domain/audit/events.ts'
import { byFact, projection } from '../projection.ts'

export interface RejectedCommandRow {
  commandType: string
  commandId: string
  stream: string
  code: string
  why: string
  command: unknown
  actor: string
  source: string
  occurredAt: string
  recordedAt: string
}

/** One row per refusal: who wished what, and which rule said no. */
export const rejectedCommands = projection<RejectedCommandRow>()<RejectionEvent>({
  name: 'rejected_commands',
  context: 'audit',
  version: 1,
  columns: {
    commandType: 'text',
    commandId: 'text',
    stream: 'text',
    code: 'text',
    why: 'text',
    command: 'jsonb',
    actor: 'text',
    source: 'text',
    occurredAt: 'timestamptz',
    recordedAt: 'timestamptz',
  },
  indexes: [['recordedAt'], ['code', 'recordedAt'], ['stream']],
  on: {
    CommandRejected: {
      key: byFact,
      evolve: (_, { data, metadata: { actor, source, occurredAt }, recordedAt }) => ({
        ...data,
        actor,
        source,
        occurredAt,
        recordedAt,
      }),
    },
  },
})
