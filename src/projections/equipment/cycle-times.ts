import type { CycleTimeEvent } from '../../domain/equipment/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface CycleTimeRow {
  equipmentId: string
  /** Null: for whatever has no entry of its own; so with operation and program. */
  materialId: string | null
  operationId: string | null
  program: string | null
  validFrom: string
  /** Milliseconds of running for one counted unit; null: not known any more from then on. */
  idealMs: number | null
  tolerance: number | null
}

const key = (d: CycleTimeEvent['data']): string =>
  compositeKey(d.equipmentId, JSON.stringify([d.materialId, d.operationId, d.program]), d.validFrom)

/** One row per machine, what it is for, and date from which the ideal cycle time holds. */
export const cycleTimes = projection<CycleTimeRow>()<CycleTimeEvent>({
  name: 'cycle_times',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    materialId: 'text',
    operationId: 'text',
    program: 'text',
    validFrom: 'timestamptz',
    idealMs: 'double precision',
    tolerance: 'double precision',
  },
  indexes: [['equipmentId', 'validFrom'], ['materialId']],
  on: {
    CycleTimeDefined: { key, evolve: (_, { data }) => ({ ...data }) },
    CycleTimeWithdrawn: {
      key,
      evolve: (_, { data }) => ({ ...data, idealMs: null, tolerance: null }),
    },
  },
})

/** What a machine was making. */
export interface Making {
  readonly materialId: string | null
  readonly operationId: string | null
  readonly program: string | null
}

const CRITERIA = ['materialId', 'operationId', 'program'] as const

/**
 * The ideal cycle time that holds for what is made at a moment: of the entries that fit, the one that
 * says most, material before operation before program; of those the latest. Null where none is known.
 */
export function cycleTimeAt(
  entries: readonly CycleTimeRow[],
  making: Making,
  at: string,
): { readonly idealMs: number; readonly tolerance: number } | null {
  let best: CycleTimeRow | null = null
  let bestRank = ''
  for (const entry of entries) {
    const fits = CRITERIA.every((c) => entry[c] === null || entry[c] === making[c])
    if (!fits || entry.validFrom > at) continue
    const said = CRITERIA.map((c) => (entry[c] === null ? '0' : '1')).join('')
    const rank = `${said.replaceAll('0', '').length}/${said}/${entry.validFrom}`
    if (rank > bestRank) [best, bestRank] = [entry, rank]
  }
  if (best === null || best.idealMs === null) return null
  return { idealMs: best.idealMs, tolerance: best.tolerance ?? 0 }
}
