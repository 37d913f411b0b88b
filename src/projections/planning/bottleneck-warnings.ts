import type { BottleneckEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface BottleneckWarningRow {
  equipmentId: string
  status: 'OPEN' | 'PASSED' | 'UNLIKELY'
  /** The hour in which it becomes the bottleneck begins. */
  startsAt: string
  /** Of that hour, when it was warned of. */
  probability: number
  leadTimeMs: number
  horizonEndsAt: string
  planId: string | null
  position: number
  simulationVersion: number
  replications: number
  seed: number
  warnedAt: string
  /** When it ended, and how likely the machine still was; null while it is open. */
  endedAt: string | null
  endProbability: number | null
}

/** One row per warning that a machine becomes the bottleneck of its site. */
export const bottleneckWarningTable = projection<BottleneckWarningRow>()<BottleneckEvent>({
  name: 'bottleneck_warnings',
  context: 'planning',
  version: 1,
  columns: {
    equipmentId: 'text',
    status: 'text',
    startsAt: 'timestamptz',
    probability: 'double precision',
    leadTimeMs: 'bigint',
    horizonEndsAt: 'timestamptz',
    planId: 'text',
    position: 'bigint',
    simulationVersion: 'bigint',
    replications: 'bigint',
    seed: 'bigint',
    warnedAt: 'timestamptz',
    endedAt: 'timestamptz',
    endProbability: 'double precision',
  },
  indexes: [['startsAt'], ['status', 'startsAt'], ['equipmentId', 'startsAt']],
  on: {
    BottleneckWarned: {
      key: (d) => d.warningId,
      evolve: (_, { data: { warningId: _id, ...warning }, metadata }) => ({
        ...{ ...warning, status: 'OPEN', warnedAt: metadata.occurredAt },
        ...{ endedAt: null, endProbability: null },
      }),
    },
    BottleneckWarningWithdrawn: {
      key: (d) => d.warningId,
      evolve: (row, { data: { cause, probability }, metadata: { occurredAt } }) =>
        row && { ...row, status: cause, endedAt: occurredAt, endProbability: probability },
    },
  },
})
