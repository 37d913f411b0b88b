import { setTimeout as sleep } from 'node:timers/promises'
import type { InputOf } from './actions.ts'
import type { GraphqlClient } from './graphql-client.ts'
import { SITE } from './layout.ts'
import { BILL, PRODUCTS, PUMP, PURCHASED } from './products.ts'
import type { Plant } from './plant.ts'

/** What planning takes beyond orders and calendars: raw material, the oven, and how the site is planned. */

const OVEN_HOLDS = 10
const CURE_MINUTES = 26
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

type Segment = InputOf<'DefineProductSegment'>

/** Raw material goes into the first operation; pumps are cured by the batch. */
const SEGMENTS: readonly Segment[] = [
  ...PRODUCTS.flatMap(({ materialId, operations }): Segment[] => {
    const [raw, quantityPerUnit] = BILL[materialId] ?? []
    const unit = PURCHASED.find((one) => one.materialId === raw)?.unit
    if (raw === undefined || quantityPerUnit === undefined || unit === undefined) return []
    const { operationId } = operations[0]!
    return [{ materialId, operationId, materials: [{ materialId: raw, quantityPerUnit, unit }] }]
  }),
  {
    ...{ materialId: PUMP, operationId: '40', interruptible: false },
    batch: { runTimeMs: CURE_MINUTES * MINUTE_MS, sizePerUnit: 1 },
  },
]

/** Says what the plant is planned by. */
export function planWork({ command }: Plant): void {
  for (const segment of SEGMENTS) command('DefineProductSegment', segment)
  command('SetBatchCapacity', { scopeId: 'OVEN-1', capacity: OVEN_HOLDS })
  command('SetTransportTime', {
    ...{ fromScopeId: 'MACHINING', toScopeId: 'ASSEMBLY', durationMs: 10 * MINUTE_MS },
  })
  command('SetPlanningRules', { horizonMs: 7 * 24 * HOUR_MS, firmMs: 4 * HOUR_MS, automatic: true })
}

/** Nobody can deliver it in time: four and a half hours of work, due in two. */
export const RUSH = 'RUSH-1'
const RUSH_DUE_MS = 2 * HOUR_MS
const RELEASE = `mutation ($site: ID!, $orderId: ID!, $dueAt: DateTime!) {
  releaseOrder(commandId: "demo-rush", site: $site, input: {
    orderId: $orderId, materialId: "SPACER-RUSH", quantity: 30, unit: "C62"
    priority: 100, dueAt: $dueAt
    operations: [
      { operationId: "10", sequence: 10, name: "Mill faces", workCentreId: "MILLING"
        runTimeMsPerUnit: ${4 * MINUTE_MS} }
      { operationId: "20", sequence: 20, name: "Drill", workCentreId: "MILLING"
        runTimeMsPerUnit: ${4 * MINUTE_MS} }
      { operationId: "30", sequence: 30, name: "Wash", workCentreId: "WASHING"
        runTimeMsPerUnit: ${MINUTE_MS} }
    ]
  }) { __typename }
}`
const REQUEST = `mutation ($site: ID!) {
  requestPlan(commandId: "demo-plan", site: $site, iterations: 300) {
    __typename ... on Ack { stream }
  }
}`
const PLAN = 'query ($planId: ID!) { plan(planId: $planId) { status } }'
const ACCEPT = `mutation ($site: ID!, $planId: ID!) {
  acceptPlan(commandId: "demo-accept", site: $site, input: { planId: $planId }) { __typename }
}`
const LOOK_EVERY_MS = 100
const LOOKS = 300

/**
 * Has the open orders planned, a rush order among them, and puts the plan in force, as a planner does in
 * the morning.
 */
export async function planAhead({ ask }: GraphqlClient): Promise<void> {
  const dueAt = new Date(Date.now() + RUSH_DUE_MS).toISOString()
  await ask(RELEASE, { site: SITE, orderId: RUSH, dueAt })
  const { requestPlan } = await ask(REQUEST, { site: SITE })
  if (typeof requestPlan?.stream !== 'string') return
  const planId = requestPlan.stream.slice('plan-'.length)
  for (let look = 0; look < LOOKS; look++) {
    const { plan } = await ask(PLAN, { planId })
    if (plan?.status === 'FAILED') return
    if (plan?.status === 'PROPOSED') {
      await ask(ACCEPT, { site: SITE, planId })
      return
    }
    await sleep(LOOK_EVERY_MS)
  }
}
