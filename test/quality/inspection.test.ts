import { describe, expect, test } from 'vitest'
import {
  inspectionEvents as e,
  type Characteristic,
  type InspectionEvent,
  type JudgedResult,
} from '../../src/domain/quality/events.ts'
import type { InspectionPlan } from '../../src/domain/quality/inspection-plan.ts'
import { inspection } from '../../src/domain/quality/inspection.ts'
import { inspectionResults } from '../../src/projections/quality/inspection-results.ts'
import { inspections } from '../../src/projections/quality/inspections.ts'
import { after, at, given, projecting } from '../spec.ts'

const bore: Characteristic = {
  ...{ characteristicId: 'bore', name: 'Bore', kind: 'DIAMETER', unit: 'MMT' },
  ...{ nominal: 10, lowerLimit: 9.9, upperLimit: 10.1 },
}
const flat: Characteristic = {
  ...{ characteristicId: 'flat', name: 'Flatness', kind: 'FLATNESS', unit: 'MMT' },
  ...{ nominal: null, lowerLimit: null, upperLimit: 0.1 },
}
const current = {
  ...{ planId: 'IP-1', version: 3, materialId: 'gear', operationId: '20', removed: [] },
  characteristics: [bore, flat],
}
const plan: InspectionPlan = {
  status: 'defined',
  current,
  characteristics: new Map([
    ['bore', bore],
    ['flat', flat],
  ]),
}
const nothing = { name: null, kind: null, nominal: null, lowerLimit: null, upperLimit: null }
const result = (characteristicId: string, value: number | null, more = {}) => ({
  ...{ characteristicId, sample: 1, value, passed: null, instrumentId: 'CMM1' },
  ...nothing,
  unit: null,
  ...more,
})
const head = {
  ...{ inspectionId: 'I-1', subjectKind: 'SERIAL' as const, subjectId: 'S1', planId: 'IP-1' },
  ...{ materialId: null, orderId: 'PO-1', operationId: '20', personId: 'P1' },
}
const record = (...results: ReturnType<typeof result>[]) => ({
  type: 'RecordInspection' as const,
  ...head,
  results,
})
const judged = (
  of: Characteristic,
  value: number | null,
  verdict: JudgedResult['verdict'],
): JudgedResult => ({ ...of, sample: 1, value, passed: null, instrumentId: 'CMM1', verdict })
const recorded = (
  verdict: JudgedResult['verdict'],
  results: JudgedResult[],
  missing: string[] = [],
): InspectionEvent =>
  e.recorded({ ...head, materialId: 'gear', planVersion: 3, results, missing, verdict })

const both = recorded('FAIL', [judged(bore, 10.2, 'FAIL'), judged(flat, 0.1, 'PASS')])
const correction = {
  type: 'CorrectInspectionResult' as const,
  ...{ inspectionId: 'I-1', correctionId: 'k1', characteristicId: 'bore', sample: 1 },
  ...{ personId: 'P2', reason: 'probe was dirty', value: 10.05, passed: null },
}
const corrected = e.resultCorrected({
  ...{ inspectionId: 'I-1', correctionId: 'k1', characteristicId: 'bore', sample: 1 },
  ...{ personId: 'P2', reason: 'probe was dirty', verdict: 'PASS' },
  before: { value: 10.2, passed: null, verdict: 'FAIL' },
  after: { value: 10.05, passed: null, verdict: 'PASS' },
})

describe('recording an inspection', () => {
  const consulted = plan
  test('passes on its limits and keeps them', () =>
    given(inspection)
      .when(record(result('bore', 9.9), result('flat', 0)), { consulted })
      .then(recorded('PASS', [judged(bore, 9.9, 'PASS'), judged(flat, 0, 'PASS')])))
  test('one result out of its limits fails it', () =>
    given(inspection)
      .when(record(result('bore', 10.2), result('flat', 0.1)), { consulted })
      .then(both))
  test('is not passed while something of the plan is missing', () =>
    given(inspection)
      .when(record(result('bore', 10)), { consulted })
      .then(recorded(null, [judged(bore, 10, 'PASS')], ['flat'])))
  test('is not passed while something was not measured', () =>
    given(inspection)
      .when(record(result('bore', 10), result('flat', null)), { consulted })
      .then(recorded(null, [judged(bore, 10, 'PASS'), judged(flat, null, null)])))
  test.each([
    ['PlanUnknown' as const, record(result('bore', 10)), { status: 'unknown' } as const],
    ['CharacteristicUnknown' as const, record(result('depth', 10)), plan],
    ['LimitsBesidePlan' as const, record(result('bore', 10, { upperLimit: 99 })), plan],
    ['PlanOfOtherMaterial' as const, { ...record(result('bore', 10)), materialId: 'x' }, plan],
    ['PlanOfOtherMaterial' as const, { ...record(result('bore', 10)), operationId: '10' }, plan],
  ])('%s', (code, command, state) =>
    given(inspection).when(command, { consulted: state }).thenRejected(code),
  )
  test('without a plan the limits of the measuring machine count', () => {
    const { type: _, ...command } = { ...record(result('x', 2, { lowerLimit: 3 })), planId: null }
    const x = { ...bore, characteristicId: 'x', name: 'x', kind: 'UNSPECIFIED', unit: null }
    const own = { ...x, nominal: null, lowerLimit: 3, upperLimit: null }
    given(inspection)
      .when({ type: 'RecordInspection', ...command })
      .then(
        e.recorded({
          ...command,
          ...{ planVersion: null, missing: [], verdict: 'FAIL' },
          results: [judged(own, 2, 'FAIL')],
        }),
      )
  })
  test('a value without any limits is never a pass', () => {
    const state = inspection.initial
    const command = { ...record(result('x', 2)), planId: null }
    const decided = inspection.decide(command, state, { at: '', consulted: plan })
    const [fact] = decided as readonly { readonly data: unknown }[]
    expect(fact?.data).toMatchObject({ verdict: null, results: [{ verdict: null }] })
  })
  test('the same content again is already so, other content is not', () => {
    const again = record(result('bore', 10.2), result('flat', 0.1))
    given(inspection, both, corrected).when(again, { consulted: plan }).thenNothing()
    given(inspection, both)
      .when(record(result('bore', 10.2)), { consulted: plan })
      .thenRejected('InspectionDiffers')
  })
})

describe('correcting a result', () => {
  test('judges by the limits of the inspection', () =>
    given(inspection, both).when(correction).then(corrected))
  test.each([
    ['InspectionUnknown' as const, correction, []],
    ['ResultUnknown' as const, { ...correction, sample: 2 }, [both]],
    ['CorrectionDiffers' as const, { ...correction, value: 10 }, [both, corrected]],
  ])('%s', (code, command, past) =>
    given(inspection, ...past)
      .when(command)
      .thenRejected(code),
  )
})

describe('read models', () => {
  const facts = [both, at(after(30), corrected)]
  test('inspections count results by verdict, as last corrected', () => {
    expect(projecting(inspections, both)['I-1']).toMatchObject({ passed: 1, failed: 1 })
    expect(projecting(inspections, ...facts)['I-1']).toMatchObject({
      ...{ verdict: 'PASS', passed: 2, failed: 0, notJudged: 0, corrections: 1 },
      ...{ subjectId: 'S1', materialId: 'gear', planVersion: 3, at: after(0) },
    })
  })
  test('results keep their limits and every value they had', () => {
    const row = projecting(inspectionResults, ...facts)['I-1/1/bore']
    expect(row).toMatchObject({
      ...{ value: 10.05, verdict: 'PASS', lowerLimit: 9.9, instrumentId: 'CMM1', place: 0 },
      corrections: [{ at: after(30), personId: 'P2', before: { value: 10.2, verdict: 'FAIL' } }],
    })
  })
})
