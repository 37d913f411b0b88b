import { describe, expect, test } from 'vitest'
import { orderEvents as e } from '../../src/domain/production/events.ts'
import type { OrderCommand } from '../../src/domain/production/order-commands.ts'
import { order } from '../../src/domain/production/order.ts'
import { bookings } from '../../src/projections/production/bookings.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { workClocks } from '../../src/projections/production/work-clocks.ts'
import { T0, after, at, given, projecting } from '../spec.ts'

const operation = (operationId: string, sequence: number) => ({
  operationId,
  sequence,
  name: `Mill ${operationId}`,
  workCentreId: 'WC1',
  setupTimeMs: 600_000,
  runTimeMsPerUnit: 30_000,
})
const content = {
  orderId: 'PO-1',
  materialId: 'gear',
  quantity: 10,
  unit: 'C62',
  dueAt: null,
  priority: 500,
  operations: [operation('10', 0), operation('20', 1)],
}
const release: OrderCommand = { type: 'ReleaseOrder', ...content }
const released = e.released(content)
const on = { orderId: 'PO-1', operationId: '10' }
const clock = (activity: 'SETUP' | 'PRODUCTION' | 'BREAK', since: string) => ({
  operationId: '10',
  personId: 'P1',
  equipmentId: 'M1',
  activity,
  since,
})
const started = e.operationStarted({ ...on, personId: 'P1', equipmentId: 'M1', activity: 'SETUP' })
const q = { good: 4, scrap: 1, scrapReason: 'burr', rework: 0, awaitingDisposition: 0 }
const who = { personId: 'P1', equipmentId: 'M1' }
const reported = e.quantityReported({ ...on, bookingId: 'b1', ...who, ...q })
const held = e.held({ orderId: 'PO-1', reason: 'no material' })
const start: OrderCommand = { type: 'StartOperation', ...on, ...who, activity: 'SETUP' }

describe('release', () => {
  test('makes an order known', () => given(order).when(release).then(released))
  test('twice with other content is an error, not a change', () =>
    given(order, released)
      .when({ ...release, quantity: 11 })
      .thenRejected('OrderDiffers'))
  test('refuses a routing that names an operation twice', () =>
    given(order)
      .when({ ...release, operations: [operation('10', 0), operation('10', 1)] })
      .thenRejected('OperationRepeated'))
})

describe('work on an operation', () => {
  test('starts on a released order', () => given(order, released).when(start).then(started))
  test('cannot start before release', () => given(order).when(start).thenRejected('OrderUnknown'))
  test('cannot start while the order is held', () =>
    given(order, released, held).when(start).thenRejected('OrderHeld'))
  test('a person works at one machine at a time', () =>
    given(order, released, started)
      .when({ ...start, equipmentId: 'M2' })
      .thenRejected('OtherEquipment'))
  test('changing the activity stops the setup clock', () =>
    given(order, released, started)
      .when(
        { type: 'ChangeActivity', ...on, personId: 'P1', activity: 'PRODUCTION' },
        { at: after(10) },
      )
      .then(
        e.activityChanged({
          ...on,
          personId: 'P1',
          activity: 'PRODUCTION',
          closed: [clock('SETUP', T0)],
        }),
      ))
  test('clocks do not run backwards', () =>
    given(order, released, at(after(10), started))
      .when({ type: 'PauseOperation', ...on, personId: 'P1', reason: null }, { at: after(5) })
      .thenRejected('BeforePrevious'))
  test('completing it stops every clock on it', () =>
    given(order, released, started)
      .when({ type: 'CompleteOperation', ...on, personId: 'P2' }, { at: after(10) })
      .then(e.operationCompleted({ ...on, personId: 'P2', closed: [clock('SETUP', T0)] })))
  test('an operation that never started cannot be completed', () =>
    given(order, released)
      .when({ type: 'CompleteOperation', ...on, personId: 'P1' })
      .thenRejected('OperationNotRunning'))
  test('the last operation completes the order', () => {
    const other = { orderId: 'PO-1', operationId: '20' }
    given(order, released, started, e.operationCompleted({ ...other, personId: 'P1', closed: [] }))
      .when({ type: 'CompleteOperation', ...on, personId: 'P1' }, { at: after(10) })
      .then(
        e.operationCompleted({ ...on, personId: 'P1', closed: [clock('SETUP', T0)] }),
        e.completed({ orderId: 'PO-1', closed: [] }),
      )
  })
  test('cancelling the order stops the clocks on it', () =>
    given(order, released, started)
      .when({ type: 'CancelOrder', orderId: 'PO-1', reason: 'not needed' }, { at: after(3) })
      .then(e.cancelled({ orderId: 'PO-1', reason: 'not needed', closed: [clock('SETUP', T0)] })))
})

describe('bookings', () => {
  const report: OrderCommand = { type: 'ReportQuantity', ...on, bookingId: 'b1', ...who, ...q }
  const correct: OrderCommand = {
    type: 'CorrectBooking',
    orderId: 'PO-1',
    bookingId: 'b1',
    correctionId: 'k1',
    personId: 'P2',
    reason: 'miscounted',
    ...q,
    good: 5,
  }
  const corrected = e.bookingCorrected({
    ...on,
    bookingId: 'b1',
    correctionId: 'k1',
    personId: 'P2',
    reason: 'miscounted',
    before: q,
    after: { ...q, good: 5 },
  })
  test('count once', () => given(order, released, reported).when(report).thenNothing())
  test('under a used id with other content are refused', () =>
    given(order, released, reported)
      .when({ ...report, good: 9 })
      .thenRejected('BookingDiffers'))
  test('are corrected with a reason', () =>
    given(order, released, reported).when(correct).then(corrected))
  test('that do not exist cannot be corrected', () =>
    given(order, released).when(correct).thenRejected('BookingUnknown'))
  test('of work must not end before they start', () =>
    given(order, released)
      .when({
        type: 'BookWork',
        ...on,
        bookingId: 'w1',
        ...who,
        activity: 'SETUP',
        startedAt: after(5),
        endedAt: T0,
        isRework: false,
        ...q,
      })
      .thenRejected('EndsBeforeStart'))
  test('show every value they had', () =>
    expect(projecting(bookings, released, reported, corrected)['PO-1/b1']).toMatchObject({
      good: 5,
      corrections: [{ reason: 'miscounted', before: { good: 4 } }],
    }))
  test('and their corrections add up on the operation', () =>
    expect(projecting(orders, released, reported, corrected)['PO-1']).toMatchObject({
      status: 'RUNNING',
      operations: [{ good: 5, scrap: 1 }, { good: 0 }],
    }))
})

describe('clocks', () => {
  const facts = [
    released,
    started,
    at(
      after(10),
      e.activityChanged({
        ...on,
        personId: 'P1',
        activity: 'PRODUCTION',
        closed: [clock('SETUP', T0)],
      }),
    ),
    at(
      after(40),
      e.operationPaused({
        ...on,
        personId: 'P1',
        reason: null,
        closed: [clock('PRODUCTION', after(10))],
      }),
    ),
    at(
      after(55),
      e.operationResumed({
        ...on,
        personId: 'P1',
        activity: 'PRODUCTION',
        closed: [clock('BREAK', after(40))],
      }),
    ),
    at(
      after(60),
      e.operationCompleted({ ...on, personId: 'P1', closed: [clock('PRODUCTION', after(55))] }),
    ),
  ]
  test('run apart for setup, production and break', () =>
    expect(projecting(orders, ...facts)['PO-1']!.operations[0]).toMatchObject({
      status: 'COMPLETED',
      setupMs: 10 * 60_000,
      productionMs: 35 * 60_000,
      breakMs: 15 * 60_000,
      startedAt: T0,
      endedAt: after(60),
    }))
  test('leave one row each', () =>
    expect(Object.values(projecting(workClocks, ...facts)).map((r) => r.activity)).toEqual([
      'SETUP',
      'PRODUCTION',
      'BREAK',
      'PRODUCTION',
    ]))
})
