import { describe, expect, test } from 'vitest'
import { planEvents as p, scheduleEvents as s } from '../../src/domain/planning/plan-events.ts'
import { planDecider } from '../../src/domain/planning/plan-decider.ts'
import { planFold } from '../../src/domain/planning/plan-state.ts'
import { partsOf, scheduledOperations } from '../../src/domain/planning/plan-text.ts'
import { scheduleDecider } from '../../src/domain/planning/schedule-decider.ts'
import { scheduleFold } from '../../src/domain/planning/schedule-state.ts'
import { after, given, T0 } from '../spec.ts'

const requested = (planId = 'P1', basePlanId: string | null = null) =>
  p.requested({
    ...{ planId, startsAt: T0, position: 7, problemHash: 'ab'.repeat(32), schedulerVersion: 1 },
    ...{ seed: 1, iterations: 10, workers: 1, basePlanId, reason: '' },
  })
const listed = (isWhole = true, planId = 'P1') =>
  p.listed({
    ...{ planId, variant: 'IMPROVED', part: 0 },
    orders: [
      { orderId: 'A', isWhole, operations: [['10', 'M1', null, null, 0, 0, 3_600, 0, null]] },
    ],
  })
const proposed = (planId = 'P1') =>
  p.proposed({
    ...{ planId, variant: 'IMPROVED', partCount: 1, operationCount: 1 },
    ...{ costs: { setup: 0 }, bound: 0, iteration: 10 },
  })
const planOf = (...facts: readonly any[]) =>
  facts.reduce((state, fact) => planFold.evolve(state, fact, T0), planFold.initial)
const inForce = (planId: string) =>
  [s.accepted({ planId, variant: 'IMPROVED', previousPlanId: null, promises: [] })].reduce(
    (state, fact) => scheduleFold.evolve(state, fact, T0),
    scheduleFold.initial,
  )

describe('a plan', () => {
  const propose = { ...proposed().data, type: 'ProposePlan' as const }
  test('is proposed when all its parts are written down', () => {
    given(planDecider, requested()).when(propose).thenRejected('PartsMissing')
    given(planDecider, requested(), listed()).when(propose).then(proposed())
  })
  test('takes no part once it is proposed, failed or rejected', () => {
    const more = { ...listed().data, type: 'ListPlannedOperations' as const, part: 1 }
    for (const end of [
      proposed(),
      p.failed({ planId: 'P1', reason: 'x' }),
      p.rejected({ planId: 'P1', reason: 'x' }),
    ])
      given(planDecider, requested(), listed(), end).when(more).thenRejected('PlanClosed')
  })
  test('is given up only where nothing was proposed yet', () => {
    const abandon = { type: 'AbandonPlan' as const, planId: 'P1', reason: 'gone' }
    given(planDecider, requested(), listed())
      .when(abandon)
      .then(p.failed({ planId: 'P1', reason: 'gone' }))
    given(planDecider, requested(), listed(), proposed()).when(abandon).thenNothing()
    given(planDecider, requested(), p.rejected({ planId: 'P1', reason: 'x' }))
      .when(abandon)
      .thenNothing()
  })
  test('in force cannot be rejected; one that nobody asked for is unknown', () => {
    const reject = { type: 'RejectPlan' as const, planId: 'P1', reason: 'no' }
    given(planDecider, requested())
      .when(reject, { consulted: inForce('P1') })
      .thenRejected('PlanInForce')
    given(planDecider, requested())
      .when(reject)
      .then(p.rejected({ planId: 'P1', reason: 'no' }))
    given(planDecider).when(reject).thenRejected('PlanUnknown')
  })
})

describe('what is in force', () => {
  const accept = { type: 'AcceptPlan' as const, planId: 'P1', variant: 'IMPROVED' as const }
  const accepted = s.accepted({
    ...{ planId: 'P1', variant: 'IMPROVED', previousPlanId: null },
    promises: [{ orderId: 'A', endsAt: after(60) }],
  })
  test('is a proposed plan that was made from what was in force', () => {
    const consulted = planOf(requested(), listed(), proposed())
    given(scheduleDecider).when(accept, { consulted }).then(accepted)
    const other = { ...accept, planId: 'P2' }
    given(scheduleDecider, accepted)
      .when(other, { consulted: planOf(requested('P2'), listed(true, 'P2'), proposed('P2')) })
      .thenRejected('PlanSuperseded')
  })
  test.each([
    ['PlanUnknown', planFold.initial],
    ['PlanNotProposed', planOf(requested(), listed())],
    [
      'PlanRejected',
      planOf(requested(), listed(), proposed(), p.rejected({ planId: 'P1', reason: 'x' })),
    ],
  ] as const)('%s', (code, consulted) =>
    given(scheduleDecider).when(accept, { consulted }).thenRejected(code),
  )
  test('promises what changed only, and nothing of an order that is not planned whole', () => {
    const next = planOf(requested('P2', 'P1'), listed(true, 'P2'), proposed('P2'))
    given(scheduleDecider, accepted)
      .when({ ...accept, planId: 'P2' }, { consulted: next })
      .then(s.accepted({ planId: 'P2', variant: 'IMPROVED', previousPlanId: 'P1', promises: [] }))
    const part = planOf(requested(), listed(false), proposed())
    given(scheduleDecider)
      .when(accept, { consulted: part })
      .then(s.accepted({ ...accepted.data, promises: [{ orderId: 'A', endsAt: null }] }))
  })
  test('a promise that flips is told once, late and on time again', () => {
    const consulted = planOf(requested(), listed(), proposed())
    const assess = (dueAt: string) => ({
      ...{ type: 'AssessPromises' as const, planId: 'P1', variant: 'IMPROVED' as const },
      due: [{ orderId: 'A', dueAt }],
    })
    const told = (dueAt: string, isLate: boolean) =>
      s.promiseChanged({ orderId: 'A', planId: 'P1', dueAt, endsAt: after(60), isLate })
    given(scheduleDecider)
      .when(assess(after(90)), { consulted })
      .thenNothing()
    given(scheduleDecider)
      .when(assess(after(30)), { consulted })
      .then(told(after(30), true))
    given(scheduleDecider, told(after(30), true))
      .when(assess(after(90)), { consulted })
      .then(told(after(90), false))
  })
  test('a move is refused with the rule it breaks, and when another plan is in force by now', () => {
    const place = { equipmentId: 'M2', personId: null, startsAt: after(5), endsAt: after(65) }
    const on = { orderId: 'A', operationId: '10', ...place }
    const from = { equipmentId: 'M1', startsAt: T0 }
    const move = (violations: string[], basePlanId = 'P1') => ({
      ...{ type: 'MoveOperation' as const, ...on, from, violations, basePlanId },
    })
    given(scheduleDecider, accepted)
      .when(move(['it overlaps B']))
      .thenRejected('MoveBreaksRule')
    given(scheduleDecider, accepted).when(move([], 'P0')).thenRejected('ChangedMeanwhile')
    given(scheduleDecider, accepted)
      .when(move([]))
      .then(s.moved({ ...on, from }))
    given(scheduleDecider, accepted, s.moved({ ...on, from }))
      .when({ type: 'UnpinOperation', orderId: 'A', operationId: '10' })
      .then(s.unpinned({ orderId: 'A', operationId: '10' }))
  })
})

test('20,000 operations are written down in parts that any log takes, and read back', () => {
  const plan = Array.from({ length: 20_000 }, (_, i) => ({
    ...{
      order: `ORDER-${Math.floor(i / 6_000)}`,
      operation: `${i}`,
      mode: 0,
      equipment: `MACHINE-${i % 99}`,
    },
    ...{ setupStart: i, start: i + 1, end: i + 9, person: 'P-1234', toolUnit: 0 },
    ...{ cause: 'machine' as const, culprit: `ORDER-1/${i}` },
  }))
  const parts = partsOf(plan, new Set(['ORDER-0']))
  expect(parts).toHaveLength(20)
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(500_000)
  const back = parts.flatMap((part) => scheduledOperations(part, T0))
  expect(back).toHaveLength(20_000)
  expect(back[7_001]).toMatchObject({ orderId: 'ORDER-1', operationId: '7001', cause: 'machine' })
  expect(back[0]!.endsAt).toBe('2026-03-02T06:00:09.000Z')
})
