import type { ShiftReportEvent } from '../../domain/kpi/shift-events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

/** A figure of a shift that is another than was told: old value, new value, and why. */
export interface KpiRestatementRow {
  scopeId: string
  shiftId: string
  day: string
  from: string
  to: string
  kpi: string
  oldValue: number | null
  newValue: number | null
  oldNumerator: number | null
  newNumerator: number | null
  oldDenominator: number | null
  newDenominator: number | null
  oldCoverage: number | null
  newCoverage: number | null
  /** 1, 2, 3 ... of the shift. */
  restatement: number
  restatedAt: string
  causeEventId: string
  causeType: string
  causeFacts: number
}

type Restated = Extract<ShiftReportEvent, { type: 'ShiftRestated' }>

export const kpiRestatements = projection<KpiRestatementRow>()<Restated>({
  name: 'kpi_restatements',
  context: 'kpi',
  version: 1,
  columns: {
    scopeId: 'text',
    shiftId: 'text',
    day: 'text',
    from: 'timestamptz',
    to: 'timestamptz',
    kpi: 'text',
    oldValue: 'double precision',
    newValue: 'double precision',
    oldNumerator: 'double precision',
    newNumerator: 'double precision',
    oldDenominator: 'double precision',
    newDenominator: 'double precision',
    oldCoverage: 'double precision',
    newCoverage: 'double precision',
    restatement: 'bigint',
    restatedAt: 'timestamptz',
    causeEventId: 'text',
    causeType: 'text',
    causeFacts: 'bigint',
  },
  indexes: [['restatedAt'], ['scopeId', 'from'], ['kpi', 'restatedAt'], ['causeEventId']],
  on: {
    ShiftRestated: {
      key: ({ changed }, { id }) => changed.map(({ kpi }) => compositeKey(id, kpi)),
      evolve: (_, { id, data, metadata }, rowKey) => {
        const { scopeId, shiftId, day, from, to, cause, restatement } = data
        const { kpi, before, after } = data.changed.find((c) => compositeKey(id, c.kpi) === rowKey)!
        return {
          ...{ scopeId, shiftId, day, from, to, kpi, restatement },
          ...{ oldValue: before.value, newValue: after.value },
          ...{ oldNumerator: before.numerator, newNumerator: after.numerator },
          ...{ oldDenominator: before.denominator, newDenominator: after.denominator },
          ...{ oldCoverage: data.coverageBefore, newCoverage: data.coverage },
          restatedAt: metadata.occurredAt,
          ...{ causeEventId: cause.eventId, causeType: cause.type, causeFacts: cause.facts },
        }
      },
    },
  },
})
