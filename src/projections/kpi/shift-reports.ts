import type { Cause, ShiftFigure, ShiftReportEvent } from '../../domain/kpi/shift-events.ts'
import { shiftReportId } from '../../domain/kpi/shift-events.ts'
import { projection } from '../projection.ts'

/** What was told of a shift at a time. */
export interface ToldOfShift {
  readonly figures: readonly ShiftFigure[]
  readonly coverage: number | null
  /** Position of the log up to which it was reckoned. */
  readonly position: number
  /** ISO-8601: when it was told. */
  readonly at: string
  /** Null: the first report. */
  readonly cause: Cause | null
}

/** One shift of one scope: what was told of it first, last, and in between. */
export interface ShiftReportRow {
  scopeId: string
  shiftId: string
  /** Plant day, YYYY-MM-DD. */
  day: string
  from: string
  to: string
  status: 'CLOSED' | 'REPORTED' | 'RESTATED'
  closedAt: string
  /** Oldest first. */
  told: ToldOfShift[]
  restatements: number
  coverage: number | null
  oee: number | null
}

const key = (d: ShiftReportEvent['data']): string => shiftReportId(d)
const oeeOf = (figures: readonly ShiftFigure[]): number | null =>
  figures.find(({ kpi }) => kpi === 'oee')?.value ?? null

export const shiftReports = projection<ShiftReportRow>()<ShiftReportEvent>({
  name: 'shift_reports',
  context: 'kpi',
  version: 1,
  columns: {
    scopeId: 'text',
    shiftId: 'text',
    day: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    status: 'text',
    closedAt: 'timestamptz',
    told: 'jsonb',
    restatements: 'bigint',
    coverage: 'double precision',
    oee: 'double precision',
  },
  indexes: [['scopeId', 'from'], ['from'], ['to'], ['day', 'shiftId']],
  on: {
    ShiftClosed: {
      key,
      evolve: (_, { data, metadata }) => ({
        ...{ ...data, status: 'CLOSED', closedAt: metadata.occurredAt, told: [] },
        ...{ restatements: 0, coverage: null, oee: null },
      }),
    },
    ShiftReported: {
      key,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { from, to, figures, coverage, position } = data
        const told = [{ figures, coverage, position, at, cause: null }]
        return { ...row!, from, to, coverage, status: 'REPORTED', told, oee: oeeOf(figures) }
      },
    },
    ShiftRestated: {
      key,
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { from, to, figures, coverage, position, cause, restatement } = data
        const told = [...row!.told, { figures, coverage, position, at, cause }]
        return {
          ...{ ...row!, from, to, coverage, status: 'RESTATED', told, oee: oeeOf(figures) },
          restatements: restatement,
        }
      },
    },
  },
})
