import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plan as scheduler } from '../../src/adapters/planner/plan.ts'
import type { Principal } from '../../src/api/authorise.ts'
import { hashOf } from '../../src/api/planner.ts'
import { scheduleRoutes } from '../../src/api/schedule-routes.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import type { PlannedOperation } from '../../src/domain/planning/problem.ts'
import { buildProblem } from '../../src/projections/planning/build-problem.ts'
import { planningRowsOf } from '../../src/projections/planning/fold-rows.ts'
import { createReplay } from '../../src/projections/replay.ts'
import { orderPromises } from '../../src/projections/planning/order-promises.ts'
import { planParts } from '../../src/projections/planning/plan-parts.ts'
import { plans } from '../../src/projections/planning/plans.ts'
import { planningProjections } from '../../src/projections/planning/read-rows.ts'
import { schedules } from '../../src/projections/planning/schedules.ts'
import { fill } from '../planning/plant-facts.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0
const RESULT =
  '__typename ... on Ack { stream position } ... on Rejected { code message } ... on Denied { code }'

const mutate = async (field: string, args: string, principal?: Principal) => {
  const answer = await plant.ask(
    `mutation { ${field}(commandId: "m${++sent}", site: "S1", ${args}) { ${RESULT} } }`,
    principal,
  )
  return answer[field]
}
/** Asks for a plan and waits for its proposals; answers with its planId. */
async function planned(args = 'iterations: 50'): Promise<string> {
  const ack = await mutate('requestPlan', args)
  expect(ack).toMatchObject({ __typename: 'Ack' })
  const planId = ack.stream.slice('plan-'.length)
  const progress = await plant.listen(
    `subscription { planProgress(planId: "${planId}") { status iteration bound costs } }`,
  )
  let last
  for await (const { data } of progress) last = data.planProgress
  expect(last).toMatchObject({ status: 'PROPOSED' })
  await plant.settled()
  return planId
}
const accept = (planId: string) => mutate('acceptPlan', `input: { planId: "${planId}" }`)
const OPERATIONS = 'operations { orderId operationId equipmentId personId startsAt endsAt cause }'
const inForce = async () =>
  (await plant.ask(`{ schedule(site: "S1") { planId acceptedAt ${OPERATIONS} } }`)).schedule

let first = ''
beforeAll(async () => {
  plant = await plantWithApi(
    [...planningProjections, plans, planParts, schedules, orderPromises],
    scheduler,
  )
  await fill(plant)
  await plant.settled()
  first = await planned()
})
afterAll(async () => plant.end())

test('a plan is asked for, searched for, proposed, and put in force', async () => {
  expect(await inForce()).toBe(null)
  const { plan } = await plant.ask(`{ plan(planId: "${first}") {
    status basePlanId position problemHash iterations proposals { variant operationCount bound } } }`)
  expect(plan).toMatchObject({ status: 'PROPOSED', basePlanId: null, iterations: 50 })
  expect(plan.proposals).toMatchObject([{ variant: 'IMPROVED', operationCount: 3 }])
  const [a, b] = [first, await planned()]
  const answers = await Promise.all([accept(a), accept(b)])
  expect(new Set(answers.map(({ __typename: is }) => is))).toEqual(new Set(['Ack', 'Rejected']))
  expect(answers.find(({ code }) => code)).toMatchObject({ code: 'PlanSuperseded' })
  await plant.settled()
  const schedule = await inForce()
  expect(schedule.acceptedAt).toBe('2030-01-01T00:00:00.000Z')
  // A/20 runs on M1 since 2026; the setup is for nobody else, and M2 is in fault for an hour.
  expect(schedule.operations).toHaveLength(3)
  expect(schedule.operations[0]).toMatchObject({
    orderId: 'A',
    operationId: '20',
    equipmentId: 'M1',
  })
})

test('why an order ends when it does adds up, and is for readers of plans', async () => {
  const question = `{ explanation(site: "S1", orderId: "A") {
    orderId startsAt endsAt workMs slackMs latenessMs operationIds
    delays { cause resourceId behindOrderId waitingMs } gains { cause gainedMs } } }`
  const { explanation } = await plant.ask(question)
  const ends = (await inForce()).operations
    .filter(({ orderId }: { orderId: string }) => orderId === 'A')
    .map(({ endsAt }: { endsAt: string }) => endsAt)
  expect(explanation.endsAt).toBe(ends.toSorted().at(-1))
  const waiting = explanation.delays.reduce(
    (sum: number, { waitingMs }: { waitingMs: number }) => sum + waitingMs,
    0,
  )
  expect(Date.parse(explanation.endsAt) - Date.parse(explanation.startsAt)).toBe(
    explanation.workMs + waiting,
  )
  expect(explanation.operationIds.length).toBeGreaterThan(0)
  expect(Array.isArray(explanation.gains)).toBe(true)
  const none = await plant.ask('{ explanation(site: "S1", orderId: "nobody") { orderId } }')
  expect(none.explanation).toBe(null)
})

describe('what could be promised for a new order', () => {
  const FIELDS = `endsAt pushed { orderId delayMs turnsLate }
    operations { orderId operationId equipmentId personId startsAt endsAt }`
  const promise = async (input: string, principal?: Principal) =>
    (
      await plant.ask(
        `{ promise(site: "S1", input: { materialId: "gear", ${input} }) {
          inGaps { ${FIELDS} } first { ${FIELDS} } inTime { ${FIELDS} }
          findings { code orderId omitted } } }`,
        principal,
      )
    ).promise

  test('without moving others, first in line, and in time with the least push', async () => {
    const before = await inForce()
    const free = await promise('quantity: 150, dueAt: "2030-01-03T00:00:00Z"')
    expect(free.inGaps.pushed).toEqual([])
    expect(free.inGaps.operations.map((one: any) => one.operationId)).toEqual(['10', '20'])
    expect(free.inGaps.operations.at(-1)).toMatchObject({
      orderId: 'PROMISE',
      endsAt: free.inGaps.endsAt,
    })
    expect(free.first.endsAt < free.inGaps.endsAt).toBe(true)
    const [pushed] = free.first.pushed
    expect(pushed).toMatchObject({ orderId: 'B', turnsLate: false })
    expect(pushed.delayMs).toBeGreaterThan(0)
    // Whoever has until then need not push anybody.
    const later = await promise(`quantity: 150, dueAt: "${free.inGaps.endsAt}"`)
    expect(later.inTime).toEqual(later.inGaps)
    const soon = await promise(`quantity: 150, dueAt: "${free.first.endsAt}"`)
    expect(soon.inTime.endsAt).toBe(free.first.endsAt)
    expect(soon.inTime.pushed.length).toBeGreaterThan(0)
    expect((await promise('quantity: 150, dueAt: "2029-01-01T00:00:00Z"')).inTime).toBe(null)
    expect(await inForce()).toEqual(before)
  })

  test('with operations of its own, and not before its release', async () => {
    const own = await promise(`quantity: 1, releaseAt: "2030-01-02T09:00:00Z", orderId: "C"
      operations: [{ operationId: "1", sequence: 0, name: "Saw", workCentreId: "M1",
        runTimeMsPerUnit: 60000 }]`)
    expect(own.inGaps.operations).toMatchObject([
      { orderId: 'C', operationId: '1', equipmentId: 'M1', startsAt: '2030-01-02T09:00:00.000Z' },
    ])
  })

  test('says why where nothing can be', async () => {
    const none = await promise(`quantity: 1, operations: [
      { operationId: "1", sequence: 0, name: "Saw", workCentreId: "M2" }]`)
    expect(none).toMatchObject({ inGaps: null, first: null, inTime: null })
    expect(none.findings).toMatchObject([{ code: 'NoRunTime', orderId: 'PROMISE', omitted: true }])
    await expect(promise('quantity: 1, orderId: "B"')).rejects.toThrow('orderId B: there is such')
    await expect(promise('quantity: 0')).rejects.toThrow('quantity: ')
    await expect(
      plant.ask(
        '{ promise(site: "S1", input: { materialId: "x", quantity: 1 }) { findings { code } } }',
      ),
    ).rejects.toThrow('operations: null, but no order of x')
    const other = { actor: 'k', scopes: new Set(['read:production']), sites: null }
    await expect(promise('quantity: 1', other)).rejects.toThrow(/read:planning/)
  })
})

test('the plan in force can be computed again from the log: same problem, same plan, no rule broken', async () => {
  const { planId } = await inForce()
  const { plan } = await plant.ask(`{ plan(planId: "${planId}") {
    position problemHash seed iterations startsAt proposals { costs } } }`)
  const fold = createReplay(planningProjections)
  const position = Number(plan.position)
  for (const fact of await plant.services.store.readAll({ from: 0, limit: 10_000 }))
    if (fact.position <= position) fold.apply(fact)
  const rows = { ...planningRowsOf(fold, 'S1', plan.startsAt), current: [], pins: [] }
  const { problem, horizon } = buildProblem(rows, 'S1', plan.startsAt)
  expect(hashOf(problem)).toBe(plan.problemHash)
  let best: readonly PlannedOperation[] = []
  const budget = { iterations: plan.iterations }
  for await (const found of scheduler(problem, { seed: plan.seed, budget, workers: 1 }))
    best = found.best
  expect(violations(problem, best)).toEqual([])
  const again = best.map(
    (o) => `${o.order}/${o.operation} ${o.equipment} ${horizon.instant(o.start)}`,
  )
  const stored = (await inForce()).operations.map(
    (o: any) => `${o.orderId}/${o.operationId} ${o.equipmentId} ${o.startsAt}`,
  )
  expect(again.toSorted()).toEqual(stored.toSorted())
})

test('the dispatch list is in the order of the plan; what waits for another is not ready', async () => {
  const { dispatchList } = await plant.ask(`{ dispatchList(site: "S1", workCentreId: "MILLS") {
    rank status isReady name planned { orderId operationId equipmentId } } }`)
  expect(dispatchList[0]).toMatchObject({ rank: 1, status: 'RUNNING', name: 'Bore' })
  const last = dispatchList.find((one: any) => one.planned.orderId === 'B' && one.name === 'Bore')
  expect(last).toMatchObject({ status: 'READY', isReady: false })
})

test('orders have four dates; one that will be late is an alarm', async () => {
  const { orderDates, orderPromises: promises } = await plant.ask(`{
    orderDates(orderIds: ["B"]) { orderId requestedAt baselineAt forecastAt actualAt }
    orderPromises(where: { isLate: true }) { nodes { orderId isLate } } }`)
  expect(orderDates[0]).toMatchObject({ requestedAt: '2026-03-02T16:00:00.000Z', actualAt: null })
  expect(orderDates[0].baselineAt).toBe(orderDates[0].forecastAt)
  expect(promises.nodes.map((one: any) => one.orderId).toSorted()).toEqual(['A', 'B'])
})

describe('people change the plan', () => {
  const operation = async (orderId: string, operationId: string) =>
    (await inForce()).operations.find(
      (o: any) => o.orderId === orderId && o.operationId === operationId,
    )
  const on = 'orderId: "B", operationId: "20"'
  test('a move that breaks a rule is refused with the rule', async () => {
    const before = await operation('B', '10')
    const there = `${on}, equipmentId: "${before.equipmentId}", startsAt: "${before.startsAt}"`
    const answer = await mutate('moveOperation', there)
    expect(answer).toMatchObject({ __typename: 'Rejected', code: 'MoveBreaksRule' })
    expect(answer.message).toMatch(/overlaps|before/)
    expect(
      await mutate('moveOperation', `${on}, equipmentId: "M9", startsAt: "${before.startsAt}"`),
    ).toMatchObject({ code: 'NotPlanned' })
  })
  test('what was moved stays there in the next plan, until it is unpinned', async () => {
    const startsAt = '2030-01-03T09:00:00.000Z'
    expect(
      await mutate('moveOperation', `${on}, equipmentId: "M1", startsAt: "${startsAt}"`),
    ).toMatchObject({ __typename: 'Ack' })
    await plant.settled()
    expect(await operation('B', '20')).toMatchObject({ equipmentId: 'M1', startsAt })
    const next = await planned()
    const { planDiff: diff } = await plant.ask(`{ planDiff(site: "S1", to: { planId: "${next}" }) {
      unchanged moved { operationId } added { orderId } removed { orderId } } }`)
    expect(diff.moved.map((one: any) => one.operationId)).not.toContain('20')
    const { plan } = await plant.ask(`{ plan(planId: "${next}") { proposals { variant } } }`)
    expect(plan.proposals.map((one: any) => one.variant)).toEqual(['REPAIRED', 'IMPROVED'])
    const unpin = 'input: { orderId: "B", operationId: "20" }'
    expect(await mutate('unpinOperation', unpin)).toMatchObject({ __typename: 'Ack' })
    await plant.settled()
    expect((await plant.ask('{ pins(site: "S1") { orderId } }')).pins).toEqual([])
  })
  test('a rejected plan cannot be accepted', async () => {
    const next = await planned()
    await mutate('rejectPlan', `input: { planId: "${next}", reason: "too many moves" }`)
    expect(await accept(next)).toMatchObject({ code: 'PlanRejected' })
  })
})

test('neither another site nor a caller without the scope gets at it', async () => {
  const other = { actor: 'k', scopes: new Set(['*']), sites: ['S2'] }
  expect(await mutate('requestPlan', 'seed: 2', other)).toMatchObject({ __typename: 'Denied' })
  await expect(plant.ask('{ schedule(site: "S1") { planId } }', other)).rejects.toThrow(/S1/)
  const reader = { actor: 'k', scopes: new Set(['read:production']), sites: null }
  await expect(plant.ask('{ schedule(site: "S1") { planId } }', reader)).rejects.toThrow(
    /read:planning/,
  )
})

test('the plan in force as chart, table and calendar', async () => {
  const app = fastify()
  scheduleRoutes(app, plant.services, () => ({ actor: 'k', scopes: new Set(['*']), sites: null }))
  const get = (path: string) => app.inject({ method: 'GET', url: `/schedules/${path}` })
  const svg = await get('S1.svg')
  expect(svg.headers['content-type']).toMatch(/image\/svg/)
  expect(svg.body).toMatch(/^<svg [^>]+>\n<title>S1: plan/)
  const bars = svg.body.matchAll(/<rect x="([\d.]+)".*? width="([\d.]+)"/g)
  const right = Math.max(...[...bars].map(([, x, width]) => Number(x) + Number(width)))
  expect(right, 'as wide as the plan').toBeGreaterThan(1_200)
  const csv = await get('S1.csv?equipmentId=M1')
  expect(csv.body.split('\r\n')[0]).toMatch(/^equipmentId,orderId,operationId/)
  expect(csv.body).not.toMatch(/^M2/m)
  expect((await get('S1.ics')).body).toMatch(/SUMMARY:A 20/)
  for (const bad of ['S1.pdf', 'S2.svg', 'S1.csv?from=yesterday'])
    expect((await get(bad)).statusCode).toBe(400)
  await app.close()
})
