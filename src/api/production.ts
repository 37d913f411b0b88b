import type { Keyed } from '../projections/projection.ts'
import { bookings } from '../projections/production/bookings.ts'
import { orders, type OrderOperation, type OrderRow } from '../projections/production/orders.ts'
import { workClocks } from '../projections/production/work-clocks.ts'
import { childrenOf, ownChildren } from './as-of.ts'
import { BookingRef, reported, WorkClockRef } from './bookings.ts'
import { QuantityRef, builder, listed, quantity } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { RequiredRef } from './clearances.ts'
import { lookupField } from './lookup.ts'
import { signatureStatusField } from './signature-status.ts'

const OrderStatus = builder.enumType('OrderStatus', {
  description: 'Where a production order stands.',
  values: {
    RELEASED: { description: 'Handed to the shop floor; nobody has begun.' },
    RUNNING: { description: 'Somebody has begun.' },
    HELD: { description: 'Not to be started or continued for now.' },
    CANCELLED: { description: 'Given up; what was reported stays.' },
    COMPLETED: { description: 'Finished.' },
  },
})
const OperationStatus = builder.enumType('OperationStatus', {
  description: 'Where an operation of an order stands.',
  values: {
    READY: { description: 'Nobody has begun.' },
    RUNNING: { description: 'Somebody has begun.' },
    COMPLETED: { description: 'Finished.' },
  },
})

type Operation = OrderOperation & { readonly unit: string }

const OperationRef = builder.objectRef<Operation>('Operation').implement({
  description: 'One step of the routing of an order, with the work done on it.',
  fields: (t) => ({
    operationId: t.exposeID('operationId', { description: 'Unique within the order.' }),
    sequence: t.exposeInt('sequence', {
      description: 'Place in the routing; need not be gapless.',
    }),
    name: t.exposeString('name', { description: 'What is done.' }),
    workCentreId: t.exposeID('workCentreId', {
      description: 'ISA-95 work centre it is planned on.',
    }),
    status: t.expose('status', { type: OperationStatus, description: 'Where it stands.' }),
    setupTimeMs: t.expose('setupTimeMs', {
      type: 'Long',
      nullable: true,
      description: 'Planned setup time in milliseconds.',
    }),
    runTimeMsPerUnit: t.expose('runTimeMsPerUnit', {
      type: 'Long',
      nullable: true,
      description: 'Planned run time per unit in milliseconds (ISO 22400 PRI).',
    }),
    plannedScrapShare: t.float({
      nullable: true,
      description: 'Share of what it produces that is planned to be scrap, 0 to 1.',
      resolve: (o) => o.plannedScrapShare ?? null,
    }),
    qualifications: t.field({
      type: [RequiredRef],
      description: 'What it takes to work on it, beside what the place asks for.',
      resolve: (o) => o.qualifications ?? [],
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Earliest moment of any work on it.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Latest moment of any work on it.',
    }),
    setupMs: t.expose('setupMs', { type: 'Long', description: 'Setup so far, in milliseconds.' }),
    productionMs: t.expose('productionMs', {
      type: 'Long',
      description: 'Production so far, in milliseconds.',
    }),
    breakMs: t.expose('breakMs', { type: 'Long', description: 'Breaks so far, in milliseconds.' }),
    ...reported(t, (o: Operation) => o.unit),
  }),
})

const ofOrder = ownChildren('order', 'orderId', 'startedAt')

const OrderRef = builder.objectRef<Keyed<OrderRow>>('Order').implement({
  description: 'A production order as the shop floor sees it.',
  fields: (t) => ({
    orderId: t.exposeID('key', { description: 'Number of the order.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it is made at.' }),
    materialId: t.exposeID('materialId', { description: 'What is made.' }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How many are ordered; null where imported history does not say.',
      complexity: 0,
      resolve: (row) => (row.quantity === null ? null : quantity(row.quantity, row.unit)),
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it has to be finished.',
    }),
    priority: t.exposeInt('priority', { description: '1 is most urgent.' }),
    status: t.expose('status', { type: OrderStatus, description: 'Where it stands.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is held or was cancelled.',
    }),
    releasedAt: t.expose('releasedAt', { type: 'DateTime', description: 'When it was released.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'First work on any operation.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed or cancelled.',
    }),
    operations: t.field({
      type: [OperationRef],
      description: 'Its routing, in sequence, with the work done.',
      complexity: { field: 1, multiplier: 4 },
      resolve: ({ operations, unit }) => operations.map((o) => ({ ...o, unit })),
    }),
    bookings: t.field({
      type: [BookingRef],
      description: 'What was reported on it, oldest first.',
      resolve: (row, _, context) => listed(childrenOf(row, bookings, ofOrder(row.key), context)),
    }),
    signatureStatus: signatureStatusField(t, 'order'),
    workClocks: t.field({
      type: [WorkClockRef],
      description: 'Stopped clocks of all its operations, oldest first.',
      resolve: (row, _, context) => listed(childrenOf(row, workClocks, ofOrder(row.key), context)),
    }),
  }),
})

connectionField('orders', {
  projection: orders,
  node: OrderRef,
  description: 'Production orders, newest first by default.',
  filters: {
    orderIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these orders.' },
    orderIdStartsWith: { column: 'key', op: 'startsWith', type: 'String', description: 'Prefix.' },
    status: { column: 'status', op: 'in', type: [OrderStatus], description: 'In one of these.' },
    materialId: { column: 'materialId', op: '=', type: 'ID', description: 'Makes this material.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Made at this site.' },
    urgentTo: { column: 'priority', op: '<=', type: 'Int', description: 'Priority at most this.' },
    dueFrom: { column: 'dueAt', op: '>=', type: 'DateTime', description: 'Due then or later.' },
    dueBefore: { column: 'dueAt', op: '<', type: 'DateTime', description: 'Due before.' },
    releasedFrom: {
      column: 'releasedAt',
      op: '>=',
      type: 'DateTime',
      description: 'Released then or later.',
    },
    releasedBefore: {
      column: 'releasedAt',
      op: '<',
      type: 'DateTime',
      description: 'Released before.',
    },
    started: { column: 'startedAt', op: 'isNotNull', type: 'Boolean', description: 'Has begun.' },
  },
  orderable: ['releasedAt', 'dueAt', 'priority', 'startedAt', 'endedAt', 'materialId', 'key'],
  defaultOrder: { column: 'releasedAt', direction: 'desc' },
})

lookupField('order', {
  projection: orders,
  node: OrderRef,
  description: 'One production order, now, at a moment, or as the log knew it.',
  by: { orderId: 'Number of the order.' },
  streams: ({ orderId }) => [`order-${orderId}`],
})

changesField('orderChanged', {
  projection: orders,
  node: OrderRef,
  description: 'Orders as they change.',
  only: { arg: 'orderIds', description: 'These orders.' },
})
