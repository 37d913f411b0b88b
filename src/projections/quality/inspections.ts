import type { InspectionEvent, Verdict } from '../../domain/quality/events.ts'
import { projection } from '../projection.ts'

export interface InspectionRow {
  inspectionId: string
  subjectKind: 'SERIAL' | 'LOT'
  subjectId: string
  materialId: string | null
  orderId: string | null
  operationId: string | null
  planId: string | null
  planVersion: number | null
  personId: string | null
  at: string
  /** Null: not judged, or not judged completely. */
  verdict: Verdict | null
  /** Number of results by verdict, as last corrected. */
  passed: number
  failed: number
  notJudged: number
  /** Characteristics of the plan that were not inspected. */
  missing: string[]
  /** What was inspected, and with what. */
  characteristicIds: string[]
  instrumentIds: string[]
  corrections: number
}

/** One row per inspection of a serial or lot. */
export const inspections = projection<InspectionRow>()<InspectionEvent>({
  name: 'inspections',
  context: 'quality',
  version: 1,
  columns: {
    inspectionId: 'text',
    subjectKind: 'text',
    subjectId: 'text',
    materialId: 'text',
    orderId: 'text',
    operationId: 'text',
    planId: 'text',
    planVersion: 'bigint',
    personId: 'text',
    at: 'timestamptz',
    verdict: 'text',
    passed: 'bigint',
    failed: 'bigint',
    notJudged: 'bigint',
    missing: 'jsonb',
    characteristicIds: 'jsonb',
    instrumentIds: 'jsonb',
    corrections: 'bigint',
  },
  indexes: [['at'], ['subjectId', 'at'], ['materialId', 'at'], ['orderId', 'at']],
  on: {
    InspectionRecorded: {
      key: (d) => d.inspectionId,
      evolve: (_, { data, metadata }) => ({
        inspectionId: data.inspectionId,
        subjectKind: data.subjectKind,
        subjectId: data.subjectId,
        materialId: data.materialId,
        orderId: data.orderId,
        operationId: data.operationId,
        planId: data.planId,
        planVersion: data.planVersion,
        personId: data.personId,
        at: metadata.occurredAt,
        verdict: data.verdict,
        ...data.results.reduce((counts, r) => count(counts, r.verdict, 1), NONE),
        missing: data.missing,
        characteristicIds: [...new Set(data.results.map((r) => r.characteristicId))],
        instrumentIds: [...new Set(data.results.flatMap((r) => r.instrumentId ?? []))],
        corrections: 0,
      }),
    },
    InspectionResultCorrected: {
      key: (d) => d.inspectionId,
      evolve: (row, { data }) =>
        row && {
          ...row,
          ...count(count(row, data.before.verdict, -1), data.after.verdict, 1),
          verdict: data.verdict,
          corrections: row.corrections + 1,
        },
    },
  },
})

type Counts = Pick<InspectionRow, 'passed' | 'failed' | 'notJudged'>
const NONE: Counts = { passed: 0, failed: 0, notJudged: 0 }

const count = ({ passed, failed, notJudged }: Counts, verdict: Verdict | null, by: number) => ({
  passed: passed + (verdict === 'PASS' ? by : 0),
  failed: failed + (verdict === 'FAIL' ? by : 0),
  notJudged: notJudged + (verdict === null ? by : 0),
})
