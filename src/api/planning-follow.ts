import { Repeater } from 'graphql-yoga'
import type { PlanProgress } from '../commands/planning/progress.ts'
import { orderPromises, type OrderPromiseRow } from '../projections/planning/order-promises.ts'
import { plans } from '../projections/planning/plans.ts'
import { orders, type OrderRow } from '../projections/production/orders.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { endOf } from './plan-progress.ts'
import { plannerOf } from './planning-read.ts'

/** How plans go on, and what they promise. */

const SearchStatus = builder.enumType('PlanSearchStatus', {
  description: 'Where the search of a plan stands.',
  values: {
    WAITING: { description: 'Other searches come first.' },
    SEARCHING: { description: 'It has a plan and looks for a better one.' },
    PROPOSED: { description: 'It is over; its proposals can be accepted.' },
    FAILED: { description: 'No plan could be made.' },
  },
})
const ProgressRef = builder.objectRef<PlanProgress>('PlanProgress').implement({
  description: 'How far the search of a plan has come.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'Which plan.' }),
    status: t.expose('status', { type: SearchStatus, description: 'Where it stands.' }),
    iteration: t.exposeInt('iteration', { description: 'Iterations of all workers so far.' }),
    bound: t.exposeFloat('bound', {
      ...{ nullable: true, description: 'No plan is done earlier: seconds from its start.' },
    }),
    costs: t.expose('costs', { type: 'JSON', description: 'Costs of the best so far, by part.' }),
  }),
})

builder.subscriptionField('planProgress', (t: any) =>
  t.field({
    type: ProgressRef,
    description:
      'How a search goes on, whichever process does it, until it is over; at once where it is over already.',
    args: { planId: t.arg.id({ required: true, description: 'Which plan.' }) },
    subscribe: async (_: unknown, { planId }: { planId: string }, context: Context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site: null })
      if (!(await isVisible(planId, context)))
        throw apiError('InvalidInput', `planId ${planId}: there is no such plan.`)
      return progressOf(planId, context)
    },
    resolve: (progress: PlanProgress) => progress,
  }),
)

/** Known here, or by the read model once it has what the log has now. */
async function isVisible(planId: string, context: Context): Promise<boolean> {
  const { sites } = context.principal
  const site = plannerOf(context).progress.siteOf(planId)
  if (site !== null) return sites === null || sites.includes(site)
  await context.reads.waitFor(await context.log.head())
  return (await context.reads.load(plans, planId)) !== null
}

/** What is heard of the search; its end also from the facts, should nobody tell of it. */
function progressOf(planId: string, context: Context): Repeater<PlanProgress> {
  const { progress } = plannerOf(context)
  const { onChange, principal, reads } = context
  return new Repeater<PlanProgress>(async (push, stop) => {
    const tell = async (said: PlanProgress): Promise<void> => {
      if (said.planId !== planId) return
      if (principal.stillValid && !(await principal.stillValid())) return stop()
      void push(said)
      if (said.status === 'PROPOSED' || said.status === 'FAILED') stop()
    }
    const look = async (): Promise<void> => {
      const [row] = await reads.rows(plans, [planId])
      const end = row && endOf(row)
      if (end) await tell(end)
    }
    const fail = (error: unknown): void => stop(error)
    const offs = [
      progress.onProgress((said) => void tell(said).catch(fail)),
      onChange([plans.name], (changes) => {
        if (changes.some(({ keys }) => keys.includes(planId))) void look().catch(fail)
      }),
    ]
    const known = progress.of(planId)
    void (known ? tell(known) : look()).catch(fail)
    await stop.catch(() => {})
    for (const off of offs) off()
  })
}

const PromiseRef = builder.objectRef<Keyed<OrderPromiseRow>>('OrderPromise').implement({
  description: 'What was promised of an order, and whether it will be kept.',
  fields: (t) => ({
    orderId: t.exposeID('key', { description: 'Which order.' }),
    baselineAt: t.expose('baselineAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'End in the first plan that was put in force.',
    }),
    forecastAt: t.expose('forecastAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'End in the plan in force; null where not all of it is planned.',
    }),
    isLate: t.exposeBoolean('isLate', {
      ...{ nullable: true, description: 'Whether it will be late, by the latest plan.' },
    }),
    toldAt: t.expose('toldAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When that was told last.' },
    }),
    toldEndsAt: t.expose('toldEndsAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When it was to end by that plan.' },
    }),
    dueAt: t.expose('toldDueAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When it was due then.' },
    }),
  }),
})
connectionField('orderPromises', {
  projection: orderPromises,
  node: PromiseRef,
  description: 'Orders that were ever planned, with what was promised and what is expected.',
  filters: {
    orderIds: { column: 'key', op: 'in', type: ['ID'], description: 'These orders.' },
    isLate: { column: 'isLate', op: '=', type: 'Boolean', description: 'Late, or not, as told.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['forecastAt', 'key'],
  defaultOrder: { column: 'forecastAt', direction: 'asc' },
})
changesField('orderPromiseChanged', {
  projection: orderPromises,
  node: PromiseRef,
  description: 'Promises as they change: an alarm where one is late now.',
  only: { arg: 'orderIds', description: 'These orders.' },
})

interface OrderDates {
  readonly orderId: string
  readonly order: Keyed<OrderRow> | null
  readonly promise: Keyed<OrderPromiseRow> | null
}
const date = (t: any, description: string, of: (dates: OrderDates) => string | null) =>
  t.field({ type: 'DateTime', nullable: true, description, resolve: of })
const DatesRef = builder.objectRef<OrderDates>('OrderDates').implement({
  description: 'The four dates of an order.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Which order.' }),
    requestedAt: date(t, 'When the customer wants it.', ({ order }) => order?.dueAt ?? null),
    baselineAt: date(t, 'What was promised first.', ({ promise }) => promise?.baselineAt ?? null),
    forecastAt: date(
      t,
      'What the plan in force says; null where it is done.',
      ({ order, promise }) => (order?.endedAt ? null : (promise?.forecastAt ?? null)),
    ),
    actualAt: date(t, 'When it was done; null before.', ({ order }) =>
      order?.status === 'COMPLETED' ? order.endedAt : null,
    ),
  }),
})
const MAX_DATES = 500
builder.queryField('orderDates', (t) =>
  t.field({
    type: [DatesRef],
    description: 'Requested, promised first, expected now, and real end of orders.',
    args: { orderIds: t.arg({ type: ['ID'], required: true, description: 'Which orders.' }) },
    complexity: { field: 5, multiplier: 20 },
    resolve: (_, { orderIds }, { reads }) => {
      if (orderIds.length > MAX_DATES)
        throw apiError('InvalidInput', `orderIds: ask for at most ${MAX_DATES}.`)
      return Promise.all(
        orderIds.map(async (orderId) => ({
          orderId,
          order: await reads.load(orders, orderId),
          promise: await reads.load(orderPromises, orderId),
        })),
      )
    },
  }),
)
