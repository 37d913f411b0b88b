import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import type { InspectionCommand } from '../../src/domain/quality/inspection-commands.ts'
import { after } from '../spec.ts'
import type { InspectionPlanCommand } from '../../src/domain/quality/inspection-plan.ts'

const planId = fc.constantFrom('IP-1', 'IP-2')
const inspectionId = fc.constantFrom('I-1', 'I-2')
const characteristicId = fc.constantFrom('d1', 'flat', 'burr/free')
const personId = fc.constantFrom('P1', 'P2')
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })

const characteristic = characteristicId.chain((id) =>
  fc.record({
    characteristicId: fc.constant(id),
    name: fc.constant(`${id} name`),
    kind: fc.constant(id === 'burr/free' ? 'ATTRIBUTE' : 'DIAMETER'),
    nominal: fc.constant(id === 'd1' ? 10 : null),
    lowerLimit: id === 'd1' ? fc.constantFrom(9, 9.5) : fc.constant(null),
    upperLimit: id === 'burr/free' ? fc.constant(null) : fc.constantFrom(10.5, 11),
    unit: fc.constant(id === 'burr/free' ? null : 'MMT'),
  }),
)

/** Wishes about two plans of up to three characteristics whose limits move. */
export const inspectionPlanCommand: fc.Arbitrary<InspectionPlanCommand> = fc.record({
  ...type('DefineInspectionPlan'),
  planId,
  materialId: fc.constantFrom('gear', 'gear', 'gear', 'shaft'),
  operationId: fc.constant(null),
  characteristics: fc.uniqueArray(characteristic, {
    minLength: 1,
    selector: (c) => c.characteristicId,
  }),
})

/** A value or a yes/no or nothing, never both. */
const finding = fc.oneof(
  fc.record({ value: fc.integer({ min: 8, max: 12 }), passed: fc.constant(null) }),
  fc.record({ value: fc.constant(null), passed: orNull(fc.boolean()) }),
)
const sample = fc.constantFrom(1, 2)
const result = fc
  .tuple(
    fc.record({
      characteristicId,
      sample,
      instrumentId: orNull(fc.constantFrom('CMM1', 'G7')),
      name: fc.constant(null),
      kind: fc.constant(null),
      nominal: fc.constant(null),
      lowerLimit: orNull(fc.constant(9)),
      upperLimit: orNull(fc.constant(11)),
      unit: fc.constant(null),
    }),
    finding,
  )
  .map(([known, found]) => ({ ...known, ...found }))

/** Wishes about two inspections of one serial and one lot, mostly without a plan. */
export const inspectionCommand: fc.Arbitrary<InspectionCommand> = fc.oneof(
  fc.record({
    ...type('RecordInspection'),
    inspectionId,
    subjectKind: fc.constantFrom('SERIAL' as const, 'LOT' as const),
    subjectId: fc.constantFrom('S1', 'S2'),
    planId: fc.constantFrom(null, null, null, 'IP-1'),
    materialId: fc.constantFrom(null, 'gear'),
    orderId: orNull(fc.constant('PO-1')),
    operationId: orNull(fc.constant('10')),
    personId: orNull(personId),
    results: fc.uniqueArray(result, {
      minLength: 1,
      maxLength: 4,
      selector: (r) => `${r.sample}/${r.characteristicId}`,
    }),
  }),
  fc
    .tuple(
      fc.record({
        ...type('CorrectInspectionResult'),
        inspectionId,
        correctionId: fc.constantFrom('k1', 'k2', 'k3'),
        characteristicId,
        sample,
        personId,
        reason: fc.constant('typing error'),
      }),
      finding,
    )
    .map(([wish, found]) => ({ ...wish, ...found })),
)

/** A value of one of two items or a lot, with or without limits. */
export const processValueObservation: fc.Arbitrary<Observation> = fc
  .record({
    minute: fc.integer({ min: 0, max: 500 }),
    subjectKind: fc.constantFrom('SERIAL' as const, 'LOT' as const),
    subjectId: fc.constantFrom('S1', 'S2', 'L1'),
    parameterId: fc.constantFrom('TORQUE', 'TEMP'),
    value: fc.integer({ min: 8, max: 12 }),
    lowerLimit: orNull(fc.constant(9)),
    upperLimit: orNull(fc.constant(11)),
    equipmentId: orNull(fc.constantFrom('M1', 'M2')),
    personId: orNull(personId),
  })
  .map(({ minute, ...data }) => ({
    type: 'ProcessValueRecorded',
    occurredAt: after(minute),
    data,
  }))
