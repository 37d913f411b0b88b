import fc from 'fast-check'
import type { ExpectedReceiptCommand } from '../../src/domain/material/expected-receipt.ts'
import type { PlanningResourceCommand } from '../../src/domain/planning/planning-resource.ts'
import type { PlanningRulesCommand } from '../../src/domain/planning/planning-rules.ts'
import type { PlanningToolCommand } from '../../src/domain/planning/planning-tool.ts'
import type { ProductSegmentCommand } from '../../src/domain/planning/product-segment.ts'
import { after } from '../spec.ts'

const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const equipmentId = fc.constantFrom('M1', 'M2')
const durationMs = fc.constantFrom(0, 60_000, 3_600_000)
const onSegment = {
  materialId: fc.constantFrom('gear', 'shaft'),
  operationId: fc.constantFrom('10', '20'),
}

/** Wishes about what few operations of two products take. */
export const productSegmentCommand: fc.Arbitrary<ProductSegmentCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('DefineProductSegment'),
      ...onSegment,
      alternatives: fc.array(
        fc.record({
          equipmentId,
          setupTimeMs: fc.option(durationMs),
          runTimeMsPerUnit: fc.option(durationMs),
        }),
        { maxLength: 2 },
      ),
      setupFamily: fc.constantFrom(null, 'red', 'white'),
      toolId: fc.constantFrom(null, 'jig'),
      attendance: fc.constantFrom('SETUP', 'RUN', 'ALL'),
      interruptible: fc.boolean(),
      batch: fc.option(fc.record({ runTimeMs: durationMs, sizePerUnit: fc.constant(1) })),
      materials: fc.array(
        fc.record({
          materialId: fc.constant('steel'),
          quantityPerUnit: fc.constantFrom(1, 0.25),
          unit: fc.constant('KGM'),
        }),
        { maxLength: 1 },
      ),
      dependencies: fc.option(
        fc.array(
          fc.record({
            operationId: fc.constant('10'),
            minLagMs: durationMs,
            maxLagMs: fc.option(durationMs),
            transferQuantity: fc.option(fc.constant(5)),
          }),
          { maxLength: 1 },
        ),
      ),
    }),
  },
  fc.record({ ...type('WithdrawProductSegment'), ...onSegment }),
)

const scopeId = fc.constantFrom('M1', 'MILLS')
export const planningResourceCommand: fc.Arbitrary<PlanningResourceCommand> = fc.oneof(
  fc.record({
    ...type('DefineSetupMatrix'),
    scopeId,
    changeovers: fc.array(
      fc.record({
        fromFamily: fc.constant('red'),
        toFamily: fc.constant('white'),
        durationMs: fc.constantFrom(0, 60_000),
      }),
      { maxLength: 1 },
    ),
  }),
  fc.record({ ...type('SetBatchCapacity'), scopeId, capacity: fc.constantFrom(null, 10, 20) }),
)

export const planningToolCommand: fc.Arbitrary<PlanningToolCommand> = fc.record({
  ...type('CountTools'),
  toolId: fc.constantFrom('jig', 'mould'),
  name: fc.constantFrom('', 'Jig'),
  count: fc.integer({ min: 0, max: 3 }),
})

export const planningRulesCommand: fc.Arbitrary<PlanningRulesCommand> = fc.oneof(
  fc.record({
    ...type('SetPlanningRules'),
    horizonMs: fc.constantFrom(3_600_000, 86_400_000),
    frozenMs: durationMs,
    firmMs: durationMs,
    repairMs: durationMs,
    automatic: fc.boolean(),
  }),
  fc.record({
    ...type('SetTransportTime'),
    fromScopeId: scopeId,
    toScopeId: scopeId,
    durationMs: fc.option(durationMs),
  }),
)

const receiptId = fc.constantFrom('PO-1/10', 'PO-1/20', 'PO-2/10')
export const expectedReceiptCommand: fc.Arbitrary<ExpectedReceiptCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('ExpectReceipt'),
      receiptId,
      materialId: fc.constantFrom('steel', 'paint'),
      quantity: fc.constantFrom(1, 12.5),
      unit: fc.constant('KGM'),
      expectedAt: fc.constantFrom(after(60), after(600)),
      supplierId: fc.constantFrom(null, 'S'),
    }),
  },
  fc.record({ ...type('CloseExpectedReceipt'), receiptId, reason: fc.constant('it has come') }),
)
