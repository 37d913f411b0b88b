import type { InspectionEvent, Verdict } from '../../domain/quality/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface ResultCorrection {
  correctionId: string
  at: string
  personId: string
  reason: string
  before: { value: number | null; passed: boolean | null; verdict: Verdict | null }
}

export interface InspectionResultRow {
  inspectionId: string
  subjectKind: 'SERIAL' | 'LOT'
  subjectId: string
  materialId: string | null
  orderId: string | null
  operationId: string | null
  personId: string | null
  at: string
  characteristicId: string
  sample: number
  /** Place in the inspection, from 0. */
  place: number
  name: string
  kind: string
  unit: string | null
  /** The limits it was judged by, whatever the plan says today. */
  nominal: number | null
  lowerLimit: number | null
  upperLimit: number | null
  value: number | null
  passed: boolean | null
  instrumentId: string | null
  verdict: Verdict | null
  /** Oldest first; `before` of the first is what was found originally. */
  corrections: ResultCorrection[]
}

/** One row per measured value or attribute, as last corrected, with every value it had before. */
export const inspectionResults = projection<InspectionResultRow>()<InspectionEvent>({
  name: 'inspection_results',
  context: 'quality',
  version: 1,
  columns: {
    inspectionId: 'text',
    subjectKind: 'text',
    subjectId: 'text',
    materialId: 'text',
    orderId: 'text',
    operationId: 'text',
    personId: 'text',
    at: 'timestamptz',
    characteristicId: 'text',
    sample: 'bigint',
    place: 'bigint',
    name: 'text',
    kind: 'text',
    unit: 'text',
    nominal: 'double precision',
    lowerLimit: 'double precision',
    upperLimit: 'double precision',
    value: 'double precision',
    passed: 'boolean',
    instrumentId: 'text',
    verdict: 'text',
    corrections: 'jsonb',
  },
  indexes: [
    ['inspectionId'],
    ['subjectId', 'at'],
    ['characteristicId', 'at'],
    ['materialId', 'at'],
    ['at'],
  ],
  on: {
    InspectionRecorded: {
      key: ({ inspectionId, results }) => results.map((r) => resultRowKey(inspectionId, r)),
      evolve: (_, { data, metadata: { occurredAt: at } }, _key, place) => {
        const { inspectionId, subjectKind, subjectId, materialId } = data
        const { orderId, operationId, personId, results } = data
        const inspection = { inspectionId, subjectKind, subjectId, materialId, orderId }
        const result = results[place]!
        return { ...result, ...inspection, operationId, personId, place, at, corrections: [] }
      },
    },
    InspectionResultCorrected: {
      key: (d) => resultRowKey(d.inspectionId, d),
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { correctionId, personId, reason, before, after } = data
        const correction = { correctionId, at, personId, reason, before }
        return row && { ...row, ...after, corrections: [...row.corrections, correction] }
      },
    },
  },
})

const resultRowKey = (
  inspectionId: string,
  { sample, characteristicId }: { readonly sample: number; readonly characteristicId: string },
): string => compositeKey(inspectionId, String(sample), characteristicId)
