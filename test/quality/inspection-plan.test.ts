import { describe, expect, test } from 'vitest'
import { inspectionPlanEvents as e } from '../../src/domain/quality/events.ts'
import {
  inspectionPlan,
  inspectionPlanCommands,
  type InspectionPlanCommand,
} from '../../src/domain/quality/inspection-plan.ts'
import { characteristics } from '../../src/projections/quality/characteristics.ts'
import { after, at, given, projecting } from '../spec.ts'

const bore = {
  characteristicId: 'bore',
  name: 'Bore',
  kind: 'DIAMETER',
  nominal: 10,
  lowerLimit: 9.9,
  upperLimit: 10.1,
  unit: 'MMT',
}
const burr = {
  ...{ characteristicId: 'burr', name: 'Free of burr', kind: 'ATTRIBUTE', nominal: null },
  ...{ lowerLimit: null, upperLimit: null, unit: null },
}
const define: InspectionPlanCommand = {
  type: 'DefineInspectionPlan',
  planId: 'IP-1',
  materialId: 'gear',
  operationId: null,
  characteristics: [bore, burr],
}
const { type: _, ...content } = define
const first = e.defined({ ...content, version: 1, removed: [] })
const wider = { ...bore, upperLimit: 10.2 }
const second = e.defined({
  ...content,
  characteristics: [wider],
  version: 2,
  removed: ['burr'],
})

describe('inspection plan', () => {
  test('is defined once', () => given(inspectionPlan).when(define).then(first))
  test('the same again is no new version', () =>
    given(inspectionPlan, first).when(define).thenNothing())
  test('changed limits are a new version that names what it dropped', () =>
    given(inspectionPlan, first)
      .when({ ...define, characteristics: [wider] })
      .then(second))
  test('going back is a third version', () =>
    given(inspectionPlan, first, second)
      .when(define)
      .then(e.defined({ ...content, version: 3, removed: [] })))
  test('belongs to one material', () =>
    given(inspectionPlan, first)
      .when({ ...define, materialId: 'shaft' })
      .thenRejected('PlanOfOtherMaterial'))
  test.each([
    ['limits that cross', [{ ...bore, upperLimit: 9 }]],
    ['an attribute with limits', [{ ...burr, upperLimit: 1 }]],
    ['a characteristic twice', [bore, bore]],
    ['no characteristic', []],
  ])('%s is not a plan', (_name, list) =>
    expect(
      inspectionPlanCommands.DefineInspectionPlan.safeParse({ ...define, characteristics: list })
        .success,
    ).toBe(false),
  )
})

test('characteristics: what is inspected today, and since when', () => {
  const rows = projecting(characteristics, first, at(after(60), second))
  expect(Object.keys(rows)).toEqual(['IP-1/bore'])
  expect(rows['IP-1/bore']).toMatchObject({ upperLimit: 10.2, version: 2, since: after(60) })
  const unchanged = e.defined({
    ...content,
    characteristics: [burr, bore],
    version: 2,
    removed: [],
  })
  expect(projecting(characteristics, first, at(after(60), unchanged))['IP-1/bore']).toMatchObject({
    version: 1,
    place: 1,
  })
})
