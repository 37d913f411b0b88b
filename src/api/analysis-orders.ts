import { orderActuals, type OperationActuals, type OrderActuals } from '../domain/kpi/order-plan.ts'
import { workOf, type Clock, type Work } from '../projections/kpi/inputs.ts'
import { orders, type OrderOperation, type OrderRow } from '../projections/production/orders.ts'
import { runningClocks } from '../projections/production/running-clocks.ts'
import { workClocks } from '../projections/production/work-clocks.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { EventConnection } from './events.ts'
import { momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsOf } from './kpi-events.ts'
import { inputsFor } from './kpi-report.ts'
import type { Moment } from './reader.ts'

type Operation = OperationActuals & {
  readonly operation: OrderOperation
  readonly unit: string
}
interface Report extends OrderActuals {
  readonly order: Keyed<OrderRow>
  readonly moment: Moment | null
}

const ms = (t: any, name: string, description: string, nullable = false) =>
  t.expose(name, { type: 'Long', nullable, description })
const of = (t: any, name: 'good' | 'scrap' | 'rework', description: string) =>
  t.field({
    type: QuantityRef,
    description,
    resolve: ({ operation, unit }: Operation) => quantity(operation[name], unit),
  })

const OperationRef = builder.objectRef<Operation>('OperationAgainstPlan').implement({
  description: 'An operation as planned, and what came of it.',
  fields: (t: any) => ({
    operationId: t.exposeID('operationId', { description: 'Number of the operation.' }),
    name: t.string({
      description: 'What is done.',
      resolve: ({ operation }: Operation) => operation.name,
    }),
    workCentreId: t.id({
      description: 'Where it was planned.',
      resolve: ({ operation }: Operation) => operation.workCentreId,
    }),
    plannedSetupMs: ms(t, 'plannedSetupMs', 'Planned setup time.', true),
    plannedRunMs: ms(t, 'plannedRunMs', 'Planned run time of the quantity ordered.', true),
    earnedRunMs: t.exposeFloat('earnedRunMs', {
      nullable: true,
      description: 'Planned run time of what was produced: what runMs compares with.',
    }),
    setupMs: ms(t, 'setupMs', 'Setup, by the clock on the wall.'),
    runMs: ms(t, 'runMs', 'Production, by the clock on the wall.'),
    waitMs: ms(t, 'waitMs', 'From the end of the operation before to its start.', true),
    interruptedMs: ms(t, 'interruptedMs', 'Begun, not finished, and nobody worked on it.'),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'First work on it.',
      resolve: ({ operation }: Operation) => operation.startedAt,
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Last work on it.',
      resolve: ({ operation }: Operation) => operation.endedAt,
    }),
    good: of(t, 'good', 'Good quantity.'),
    scrap: of(t, 'scrap', 'Scrapped quantity.'),
    rework: of(t, 'rework', 'Quantity to be reworked.'),
  }),
})

const ReportRef = builder.objectRef<Report>('OrderAgainstPlan').implement({
  description: 'An order as planned, and what came of it.',
  fields: (t: any) => ({
    orderId: t.id({ description: 'Number of the order.', resolve: (r: Report) => r.order.key }),
    materialId: t.id({ description: 'What it makes.', resolve: (r: Report) => r.order.materialId }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How much was ordered.',
      resolve: ({ order }: Report) =>
        order.quantity === null ? null : quantity(order.quantity, order.unit),
    }),
    dueAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is due.',
      resolve: ({ order }: Report) => order.dueAt,
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed or cancelled.',
      resolve: ({ order }: Report) => order.endedAt,
    }),
    latenessMs: ms(t, 'latenessMs', 'Ended, or is by now, so much later than due.', true),
    leadTimeMs: ms(t, 'leadTimeMs', 'From release to end, or to now.'),
    plannedMs: ms(t, 'plannedMs', 'Planned setup and run time of all operations.', true),
    workedMs: ms(t, 'workedMs', 'Setup and run time of all operations.'),
    operations: t.field({
      type: [OperationRef],
      description: 'In the order of the routing.',
      resolve: ({ operations, order }: Report): readonly Operation[] => {
        const byId = new Map(order.operations.map((o) => [o.operationId, o]))
        return operations.map((actuals) => ({
          ...{ ...actuals, unit: order.unit, operation: byId.get(actuals.operationId)! },
        }))
      },
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: 'All facts of the order.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: ({ order, moment }: Report, { first, after }: any, context: Context) => {
        const from = { moment, context: 'production' }
        return factsOf([`order-${order.key}`], from, { first: pageSize(first), after }, context)
      },
    }),
  }),
})

builder.queryField('ordersAgainstPlan', (t: any) =>
  t.field({
    type: [ReportRef],
    description:
      'Orders that were worked on in a window, by number: times, quantities and dates as planned by ' +
      'their routing and as they came. Each order as a whole, not only its part in the window.',
    complexity: { field: 50, multiplier: 10 },
    args: {
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Worked on in this time.' }),
      orderIds: t.arg.idList({ description: 'Only these.' }),
      first: t.arg.int({ description: 'How many, 500 at most.' }),
      after: t.arg.id({ description: 'Only orders with a higher number: the last one had.' }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<readonly Report[]> => {
      const { scope, window, orderIds, after } = args
      const moment = await momentOf(args, context)
      const inputs = await inputsFor({ scope, window, moment }, context)
      const subjects = new Set(inputs.subjects.map(({ id }) => id))
      const worked = [...inputs.work, ...inputs.booked].filter((w) => subjects.has(w.subjectId))
      const ids = [...new Set(worked.map(({ orderId }) => orderId))]
        .filter((id) => orderIds == null || orderIds.includes(id))
        .filter((id) => after == null || id > after)
        .sort()
        .slice(0, pageSize(args.first))
      // What has been worked on since then counts too: an order is told as a whole.
      const until = Date.parse(knownUntil(moment, context))
      const { found, clocks } = await wholeOrders(ids, until, moment, context)
      const byOrder = Map.groupBy(clocks, ({ orderId }) => orderId)
      return found.map((order) => ({
        ...{ ...orderActuals(order, byOrder.get(order.key) ?? [], until), order, moment },
      }))
    },
  }),
)

const knownUntil = (moment: Moment | null, { clock }: Context): string =>
  [clock.now(), ...[moment?.at, moment?.recordedAt].filter((at) => at !== undefined)].sort()[0]!

async function wholeOrders(
  ids: readonly string[],
  until: number,
  moment: Moment | null,
  { reads }: Context,
): Promise<{ readonly found: readonly Keyed<OrderRow>[]; readonly clocks: readonly Work[] }> {
  const rows = <T extends object>(table: string, id: string) =>
    reads.query<T>('production', (sites) => ({
      text: `select * from read.${table} where ${id} = any($2)
               and ($1::text[] is null or site = any($1)) order by key`,
      values: [sites, ids],
    }))
  const streams = ids.map((id) => `order-${id}`)
  const [found, stopped, running] = (
    moment
      ? await reads.allAsOf([orders, workClocks, runningClocks], streams, moment)
      : await Promise.all([
          rows('orders', 'key'),
          rows('work_clocks', '"orderId"'),
          rows('running_clocks', '"orderId"'),
        ])
  ) as [Keyed<OrderRow>[], Clock[], Omit<Clock, 'endedAt'>[]]
  const clocks = [...stopped, ...running.map((clock) => ({ ...clock, endedAt: null }))]
  return {
    found: found.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    clocks: clocks.map((clock) => workOf(clock, '', until)),
  }
}
