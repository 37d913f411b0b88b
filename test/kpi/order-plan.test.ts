import { expect, test } from 'vitest'
import { firstPasses, type JudgedOnce } from '../../src/domain/kpi/first-pass.ts'
import { orderActuals } from '../../src/domain/kpi/order-plan.ts'
import { at, HOUR, MINUTE, START } from './plant.ts'

const operation = (operationId: string, sequence: number, more: object) => ({
  ...{ operationId, sequence, setupTimeMs: HOUR, runTimeMsPerUnit: MINUTE },
  ...{ status: 'COMPLETED' as const, startedAt: null, endedAt: null },
  ...{ good: 0, scrap: 0, rework: 0, awaitingDisposition: 0 },
  ...more,
})
const clock = (
  operationId: string,
  activity: 'SETUP' | 'PRODUCTION',
  from: number,
  to: number,
) => ({
  ...{ operationId, activity, from: START + from * HOUR, to: START + to * HOUR },
})

test('an order against its plan: setup, run, wait, interruption, lateness', () => {
  const order = {
    ...{ releasedAt: at(0), dueAt: at(10 * HOUR), endedAt: at(12 * HOUR), quantity: 100 },
    operations: [
      operation('20', 2, { startedAt: at(7 * HOUR), endedAt: at(12 * HOUR), good: 90, scrap: 4 }),
      operation('10', 1, { startedAt: at(HOUR), endedAt: at(6 * HOUR), good: 95, scrap: 5 }),
    ],
  }
  const clocks = [
    clock('10', 'SETUP', 1, 2),
    // Two persons produce at one time: it is one time on the wall.
    ...[clock('10', 'PRODUCTION', 2, 4), clock('10', 'PRODUCTION', 3, 6)],
    ...[clock('20', 'SETUP', 7, 9), clock('20', 'PRODUCTION', 8, 10)],
    clock('20', 'PRODUCTION', 11, 12),
  ]
  const found = orderActuals(order, clocks, START + 24 * HOUR)
  expect(found.operations).toEqual([
    {
      ...{ operationId: '10', plannedSetupMs: HOUR, plannedRunMs: 100 * MINUTE },
      ...{ earnedRunMs: 100 * MINUTE, setupMs: HOUR, runMs: 4 * HOUR, waitMs: HOUR },
      ...{ interruptedMs: 0, produced: 100 },
    },
    {
      ...{ operationId: '20', plannedSetupMs: HOUR, plannedRunMs: 100 * MINUTE },
      ...{ earnedRunMs: 94 * MINUTE, setupMs: HOUR, runMs: 3 * HOUR, waitMs: HOUR },
      ...{ interruptedMs: HOUR, produced: 94 },
    },
  ])
  expect(found).toMatchObject({
    ...{ plannedMs: 2 * HOUR + 200 * MINUTE, workedMs: 9 * HOUR },
    ...{ leadTimeMs: 12 * HOUR, latenessMs: 2 * HOUR },
  })
})

test('an open order is as late as it is by now; what nobody planned is not known', () => {
  const open = operation('10', 1, {
    status: 'RUNNING',
    runTimeMsPerUnit: null,
    startedAt: at(HOUR),
  })
  const order = { releasedAt: at(0), dueAt: at(4 * HOUR), endedAt: null, quantity: null }
  const found = orderActuals({ ...order, operations: [open] }, [], START + 3 * HOUR)
  expect(found).toMatchObject({ plannedMs: null, latenessMs: -HOUR, leadTimeMs: 3 * HOUR })
  expect(found.operations[0]).toMatchObject({
    ...{ plannedRunMs: null, earnedRunMs: null, interruptedMs: 2 * HOUR },
  })
})

const judged = (subjectId: string, ms: number, verdict: 'PASS' | 'FAIL' | null): JudgedOnce => ({
  ...{ subjectId, operationId: '10', characteristicId: 'd', name: 'Diameter', sample: 1 },
  ...{ inspectionId: `${subjectId}-${ms}`, at: at(ms), verdict },
})

test('a piece fails first once, however often it is inspected, whenever that was', () => {
  const results = [
    ...[judged('a', 5, 'PASS'), judged('a', 3, 'FAIL'), judged('a', 4, 'FAIL')],
    ...[judged('b', 1, 'FAIL'), judged('b', 6, 'PASS'), judged('c', 4, 'PASS')],
    ...[judged('d', 4, null), judged('e', 10, 'FAIL')],
  ]
  const window = { from: at(2), to: at(10) }
  const counts = { inspected: 2, failedFirst: 1, repeated: 3, failedAgain: 1 }
  expect(firstPasses(results, window)).toEqual([{ key: 'd', name: 'Diameter', ...counts }])
  expect(firstPasses(results.toReversed(), window)).toEqual(firstPasses(results, window))
})
