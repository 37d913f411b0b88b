import fc from 'fast-check'
import type { OrderCommand } from '../../src/domain/production/order-commands.ts'
import { T0, after } from '../spec.ts'

const orderId = fc.constantFrom('PO-1', 'PO-1', 'PO-1', 'PO-2')
const operationId = fc.constantFrom('10', '10', '20')
const personId = fc.constantFrom('P1', 'P1', 'P2')
const equipmentId = fc.constantFrom(null, 'M1')
const bookingId = fc.constantFrom('b1', 'b2', 'b3')
const count = fc.integer({ min: 0, max: 9 })
const quantities = {
  good: count,
  scrap: count,
  scrapReason: fc.constantFrom(null, 'burr'),
  rework: count,
  awaitingDisposition: count,
}
const working = fc.constantFrom('SETUP' as const, 'PRODUCTION' as const)
const reason = fc.constant('because')
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const routing = ['10', '20'].map((operationId, i) => ({
  operationId,
  sequence: i,
  name: `step ${operationId}`,
  workCentreId: 'WC1',
  setupTimeMs: 60_000,
  ...(operationId === '20' ? { qualifications: [{ qualificationId: 'WELD', minVersion: 1 }] } : {}),
  ...(operationId === '10' ? { plannedScrapShare: 0.05 } : {}),
  runTimeMsPerUnit: 1_000,
}))

/** Wishes about two orders of two operations by two persons, so that they meet; what ends an order is rare. */
export const orderCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      ...type('ReleaseOrder'),
      orderId,
      materialId: fc.constant('gear'),
      quantity: fc.constantFrom(10, null),
      unit: fc.constant('C62'),
      dueAt: fc.constantFrom(null, after(600)),
      priority: fc.constantFrom(1, 500),
      operations: fc.constant(routing),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...type('StartOperation'),
      orderId,
      operationId,
      personId,
      equipmentId,
      activity: working,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...type('ChangeActivity'),
      orderId,
      operationId,
      personId,
      activity: working,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ ...type('PauseOperation'), orderId, operationId, personId, reason }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...type('ResumeOperation'),
      orderId,
      operationId,
      personId,
      activity: working,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...type('CompleteOperation'), orderId, operationId, personId }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...type('ReportQuantity'),
      orderId,
      operationId,
      bookingId,
      personId,
      equipmentId,
      ...quantities,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...type('BookWork'),
      orderId,
      operationId,
      bookingId,
      personId,
      equipmentId,
      activity: fc.constantFrom('SETUP' as const, 'PRODUCTION' as const, 'BREAK' as const),
      startedAt: fc.constant(T0),
      endedAt: fc.integer({ min: 0, max: 90 }).map(after),
      isRework: fc.boolean(),
      ...quantities,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...type('CorrectBooking'),
      orderId,
      bookingId,
      correctionId: fc.constantFrom('k1', 'k2'),
      personId,
      reason,
      ...quantities,
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...type('HoldOrder'), orderId, reason }) },
  { weight: 1, arbitrary: fc.record({ ...type('LiftOrderHold'), orderId, reason }) },
  { weight: 1, arbitrary: fc.record({ ...type('CancelOrder'), orderId, reason }) },
  { weight: 1, arbitrary: fc.record({ ...type('CompleteOrder'), orderId }) },
)
