import { planVariant } from '../domain/planning/plan-events.ts'
import type { ScheduledOperation } from '../domain/planning/plan-text.ts'
import { causes } from '../domain/planning/problem.ts'
import { orders } from '../projections/production/orders.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { describe } from './describe.ts'
import { enumOf } from './inputs.ts'
import { personField } from './person-field.ts'
import { shownSchedule, type ShownSchedule } from './planning-read.ts'
import { descendants } from './site.ts'

/** The plan in force as planners and the shop floor see it. */

export const PlanVariant = enumOf(planVariant, 'PlanVariant')
export const StartCause = builder.enumType('StartCause', {
  description: 'What kept an operation from starting earlier.',
  values: Object.fromEntries(
    causes.map((cause) => [
      cause.toUpperCase(),
      { value: cause, description: describe(cause, undefined) },
    ]),
  ),
})

export const PlannedOperationRef = builder
  .objectRef<ScheduledOperation>('PlannedOperation')
  .implement({
    description: 'Where a plan has an operation.',
    fields: (t) => ({
      orderId: t.exposeID('orderId', { description: 'Order it is of.' }),
      operationId: t.exposeID('operationId', { description: 'Operation of its routing.' }),
      equipmentId: t.exposeID('equipmentId', { description: 'Where it is to be done.' }),
      personId: t.exposeID('personId', {
        nullable: true,
        description: 'Who; null: whoever is there.',
      }),
      person: personField(t, 'Who, by name.'),
      setupStartsAt: t.expose('setupStartsAt', {
        type: 'DateTime',
        description: 'Start of the changeover before it; its own start where there is none.',
      }),
      startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it begins.' }),
      endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends.' }),
      cause: t.field({
        type: StartCause,
        description: 'What kept it from starting earlier.',
        resolve: ({ cause }) => cause,
      }),
      culprit: t.exposeString('culprit', {
        nullable: true,
        description: 'The operation that did, as order/operation.',
      }),
    }),
  })

interface Lane {
  readonly id: string
  readonly operations: readonly ScheduledOperation[]
}
const laneFields = (what: string) => (t: any) => ({
  [what === 'order' ? 'orderId' : 'equipmentId']: t.exposeID('id', {
    description: `Id of the ${what}.`,
  }),
  operations: t.expose('operations', {
    type: [PlannedOperationRef],
    description: 'What is planned, by start.',
  }),
})
const ResourceLaneRef = builder.objectRef<Lane>('ResourceLane').implement({
  description: 'One row of a Gantt chart by resource.',
  fields: laneFields('work unit'),
})
const OrderLaneRef = builder.objectRef<Lane>('OrderLane').implement({
  description: 'One row of a Gantt chart by order.',
  fields: laneFields('order'),
})
const lanes = (
  operations: readonly ScheduledOperation[],
  idOf: (one: ScheduledOperation) => string,
): Lane[] =>
  [...Map.groupBy(operations, idOf)]
    .map(([id, all]) => ({ id, operations: all }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const ScheduleRef = builder.objectRef<ShownSchedule>('Schedule').implement({
  description: 'A plan of a site: the one in force, with what people moved in it, or a proposal.',
  fields: (t) => ({
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    planId: t.id({ description: 'Which plan.', resolve: ({ plan }) => plan.planId }),
    variant: t.field({
      ...{ type: PlanVariant, description: 'Which of its proposals.' },
      resolve: ({ plan }) => plan.variant,
    }),
    startsAt: t.field({
      ...{ type: 'DateTime', description: 'When the plan begins.' },
      resolve: ({ plan }) => plan.startsAt,
    }),
    acceptedAt: t.field({
      ...{
        type: 'DateTime',
        nullable: true,
        description: 'When it was put in force; null: it is not.',
      },
      resolve: ({ plan, row }) => (row?.planId === plan.planId ? row.acceptedAt : null),
    }),
    operations: t.field({
      type: [PlannedOperationRef],
      description: 'What is planned, by start.',
      resolve: ({ operations }) => [...operations],
    }),
    resources: t.field({
      type: [ResourceLaneRef],
      description: 'The same by work unit.',
      resolve: ({ operations }) => lanes(operations, (one) => one.equipmentId),
    }),
    orders: t.field({
      type: [OrderLaneRef],
      description: 'The same by order.',
      resolve: ({ operations }) => lanes(operations, (one) => one.orderId),
    }),
  }),
})

export const PlanRefInput = builder.inputType('PlanRef', {
  description: 'One proposal of a plan.',
  fields: (t) => ({
    planId: t.id({ required: true, description: 'Which plan.' }),
    variant: t.field({
      ...{ type: PlanVariant, required: true, defaultValue: 'IMPROVED' },
      description: 'Which of its proposals.',
    }),
  }),
})

builder.queryField('schedule', (t: any) =>
  t.field({
    type: ScheduleRef,
    nullable: true,
    description: 'The plan in force at a site, or a proposal; null where there is none.',
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      plan: t.arg({ type: PlanRefInput, description: 'A proposal instead of the plan in force.' }),
      from: t.arg({ type: 'DateTime', description: 'What ends later.' }),
      to: t.arg({ type: 'DateTime', description: 'What begins before.' }),
      equipmentIds: t.arg({ type: ['ID'], description: 'On these work units.' }),
      orderIds: t.arg({ type: ['ID'], description: 'Of these orders.' }),
      atLeast: t.arg({ type: 'Position', description: 'Waits until the answer includes this.' }),
    },
    complexity: { field: 20, multiplier: 20 },
    resolve: async (_: unknown, args: any, context: Context) => {
      await context.reads.waitFor(args.atLeast)
      const { site, plan = null, from = null, to = null } = args
      const { equipmentIds = null, orderIds = null } = args
      return shownSchedule({ site, plan, from, to, equipmentIds, orderIds }, context)
    },
  }),
)

interface Dispatch {
  readonly planned: ScheduledOperation
  readonly rank: number
  readonly status: string
  readonly isReady: boolean
  readonly isLate: boolean
  readonly materialId: string
  readonly name: string
  readonly dueAt: string | null
}
const DispatchRef = builder.objectRef<Dispatch>('DispatchItem').implement({
  description: 'What a work unit is to do next.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: 'Place in the list of its work unit, from 1.' }),
    planned: t.expose('planned', {
      type: PlannedOperationRef,
      description: 'Where the plan has it.',
    }),
    name: t.exposeString('name', { description: 'What the operation is called.' }),
    materialId: t.exposeID('materialId', { description: 'What the order makes.' }),
    status: t.exposeString('status', { description: 'READY or RUNNING.' }),
    isReady: t.exposeBoolean('isReady', { description: 'What it waits for in its order is done.' }),
    isLate: t.exposeBoolean('isLate', { description: 'It should have begun by now, and has not.' }),
    dueAt: t.expose('dueAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When the order is due.' },
    }),
  }),
})

/** What a board of one work centre shows. */
const MAX_DISPATCH = 500

builder.queryField('dispatchList', (t) =>
  t.field({
    type: [DispatchRef],
    description: 'What the work units of a work centre do next by the plan in force.',
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      workCentreId: t.arg.id({
        required: true,
        description: 'Work centre, or a single work unit.',
      }),
      first: t.arg.int({ defaultValue: 50, description: 'At most so many.' }),
    },
    complexity: { field: 20, multiplier: 10 },
    resolve: async (_, { site, workCentreId, first }, context) => {
      const equipmentIds = await descendants(workCentreId, context)
      const all = { site, plan: null, from: null, to: null, equipmentIds, orderIds: null }
      const shown = await shownSchedule(all, context)
      return dispatchOf(shown?.operations ?? [], Math.min(first ?? 50, MAX_DISPATCH), context)
    },
  }),
)

async function dispatchOf(
  planned: readonly ScheduledOperation[],
  first: number,
  { reads, clock }: Context,
): Promise<Dispatch[]> {
  const found: Dispatch[] = []
  const ranks = new Map<string, number>()
  const now = clock.now()
  // Done ones are at the front: plans are worked off from there.
  for (const one of planned) {
    if (found.length >= first) break
    const order = await reads.load(orders, one.orderId)
    const place = order?.operations.findIndex((o) => o.operationId === one.operationId) ?? -1
    const operation = order?.operations[place]
    const isOver = order?.status === 'CANCELLED' || order?.status === 'COMPLETED'
    if (!order || !operation || isOver || operation.status === 'COMPLETED') continue
    const rank = (ranks.get(one.equipmentId) ?? 0) + 1
    ranks.set(one.equipmentId, rank)
    found.push({
      ...{ planned: one, rank, status: operation.status, name: operation.name },
      isReady: order.operations.slice(0, place).every(({ status }) => status === 'COMPLETED'),
      isLate: operation.status === 'READY' && one.startsAt < now,
      ...{ materialId: order.materialId, dueAt: order.dueAt },
    })
  }
  return found
}
