import fc from 'fast-check'
import type { ExpectedReceiptCommand } from '../../src/domain/material/expected-receipt.ts'
import type { BottleneckCommand } from '../../src/domain/planning/bottleneck-watch.ts'
import type { PlanCommand } from '../../src/domain/planning/plan-decider.ts'
import type { ScheduleCommand } from '../../src/domain/planning/schedule-decider.ts'
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
  fc.record({ ...type('SetRunningPower'), scopeId, kilowatts: fc.constantFrom(null, 7.5) }),
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
    bottleneckHours: fc.constantFrom(0, 16),
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

const planId = fc.constantFrom('plan-1', 'plan-1', 'plan-2')
const variant = fc.constantFrom('IMPROVED', 'IMPROVED', 'REPAIRED')
const tuple = fc
  .record({ operation: fc.constantFrom('10', '20'), start: fc.integer({ min: 0, max: 9_000 }) })
  .map(
    ({
      operation,
      start,
    }): [
      string,
      string,
      string | null,
      number | null,
      number,
      number,
      number,
      number,
      string | null,
    ] => [
      ...([operation, 'M1', null, null] as const),
      ...([start, start, start + 600, 3, null] as const),
    ],
  )

/** Wishes about two plans, mostly of one part: many are written down whole and proposed. */
export const planCommand: fc.Arbitrary<PlanCommand> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      ...type('RequestPlan'),
      planId,
      startsAt: fc.constantFrom(after(0), after(60)),
      position: fc.option(fc.integer({ min: 0, max: 99 })),
      problemHash: fc.constant('ab'.repeat(32)),
      ...{ schedulerVersion: fc.constant(1), seed: fc.constantFrom(1, 2) },
      ...{ iterations: fc.constant(500), workers: fc.constant(1) },
      basePlanId: fc.constantFrom(null, null, 'plan-1'),
      reason: fc.constantFrom('', 'M1 is down'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...type('ListPlannedOperations'),
      ...{ planId, variant, part: fc.constantFrom(0, 0, 0, 1) },
      orders: fc.array(
        fc.record({
          orderId: fc.constantFrom('A', 'B'),
          isWhole: fc.boolean(),
          operations: fc.array(tuple, { minLength: 1, maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...type('ProposePlan'),
      ...{ planId, variant, partCount: fc.constantFrom(1, 1, 2), operationCount: fc.constant(3) },
      costs: fc.constant({ weightedTardiness: 0, setup: 60 }),
      ...{ bound: fc.constant(100), iteration: fc.constant(500) },
    }),
  },
  fc.record({ ...type('FailPlan'), planId, reason: fc.constant('out of memory') }),
  fc.record({ ...type('AbandonPlan'), planId, reason: fc.constant('its process ended') }),
  fc.record({ ...type('RejectPlan'), planId, reason: fc.constant('customer first') }),
)

const place = {
  ...{ orderId: fc.constantFrom('A', 'B'), operationId: fc.constantFrom('10', '20'), equipmentId },
  personId: fc.constantFrom(null, 'P1'),
  ...{ startsAt: fc.constantFrom(after(0), after(60)), endsAt: fc.constant(after(90)) },
  basePlanId: planId,
}

/** Wishes about what is in force: only with plans beside them does anything come of most. */
export const scheduleCommand: fc.Arbitrary<ScheduleCommand> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ...type('AcceptPlan'), planId, variant }) },
  fc.record({ ...type('PinOperation'), ...place }),
  fc.record({
    ...{ ...type('MoveOperation'), ...place },
    from: fc.record({ equipmentId, startsAt: fc.constant(after(0)) }),
    violations: fc.array(fc.constant('A/10 overlaps B/10'), { maxLength: 1 }),
  }),
  fc.record({ ...type('UnpinOperation'), orderId: place.orderId, operationId: place.operationId }),
  fc.record({
    ...{ ...type('AssessPromises'), planId, variant },
    due: fc.array(
      fc.record({
        orderId: fc.constantFrom('A', 'B'),
        dueAt: fc.constantFrom(after(1), after(600)),
      }),
      { maxLength: 3 },
    ),
  }),
)

const chances = fc.array(
  fc.record({
    equipmentId,
    startsAt: fc.constantFrom(null, after(60), after(180)),
    probability: fc.constantFrom(0.1, 0.5, 0.9),
  }),
  { maxLength: 3 },
)
/** Forecasts as they follow each other, at first none has passed. */
export const bottleneckCommand: fc.Arbitrary<BottleneckCommand> = fc.record({
  ...type('AssessBottlenecks'),
  assessmentId: fc.constantFrom('a1', 'a2', 'a3'),
  at: fc.constantFrom(after(0), after(0), after(120)),
  ...{ horizonEndsAt: fc.constant(after(960)), chances, position: fc.integer({ min: 0, max: 99 }) },
  planId: fc.constantFrom(null, 'plan-1'),
  ...{ simulationVersion: fc.constant(1), replications: fc.constant(100), seed: fc.constant(1) },
})
