import { lotMovements } from '../projections/material/lot-movements.ts'
import { unitComponents, type UnitComponentRow } from '../projections/material/unit-components.ts'
import { unitOperations, type UnitOperationRow } from '../projections/material/unit-operations.ts'
import { units, type UnitRow } from '../projections/material/units.ts'
import type { Keyed } from '../projections/projection.ts'
import { childrenOf, ownChildren, relatedOf } from './as-of.ts'
import { builder, listed } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { lookupField } from './lookup.ts'
import { personField } from './person-field.ts'
import { LotMovementRef } from './material.ts'

const UnitStatus = builder.enumType('UnitStatus', {
  description: 'Where a serialised item stands.',
  values: {
    IN_PROCESS: { description: 'Machines have worked on it; nobody has reported it as made.' },
    ON_HAND: { description: 'Made or received, and not built in anywhere.' },
    INSTALLED: { description: 'Built into its parent.' },
    PACKED: { description: 'On a box, pallet or other logistic unit.' },
    SHIPPED: { description: 'With a customer.' },
    SCRAPPED: { description: 'Thrown away.' },
  },
})

const maybe = (t: any, ids: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(ids).map(([id, description]) => [
      id,
      t.exposeID(id, { nullable: true, description }),
    ]),
  )
const maybeAt = (t: any, column: string, description: string) =>
  t.expose(column, { type: 'DateTime', nullable: true, description })

const unitOf = (from: object, serial: string | null, context: Context) =>
  relatedOf(from, units, { key: serial, stream: `unit-${serial}` }, context)

/** Another context adds what it knows of an item with `builder.objectField(UnitRef, ...)`. */
export const UnitRef = builder.objectRef<Keyed<UnitRow>>('Unit')

export const UnitOperationRef = builder
  .objectRef<Keyed<UnitOperationRow>>('UnitOperation')
  .implement({
    description: 'One operation on one item, as the machine reported it.',
    fields: (t) => ({
      serial: t.exposeID('serial', { description: 'The item.' }),
      operationId: t.exposeID('operationId', { description: 'Operation within the routing.' }),
      operationName: t.exposeString('operationName', {
        nullable: true,
        description: 'What was done.',
      }),
      equipmentId: t.exposeID('equipmentId', { description: 'Which machine.' }),
      program: t.exposeString('program', {
        nullable: true,
        description: 'NC program or recipe; null where the machine did not say.',
      }),
      ...maybe(t, { orderId: 'Production order.', personId: 'Who attended.' }),
      person: personField(t, 'Who attended, by name.'),
      startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
      endedAt: t.expose('endedAt', { type: 'DateTime', description: 'When it ended.' }),
    }),
  })

const UnitComponentRef = builder.objectRef<Keyed<UnitComponentRow>>('UnitComponent').implement({
  description: 'The installation of a component in its parent, over and done or not.',
  fields: (t) => ({
    serial: t.exposeID('serial', { description: 'The component.' }),
    parentSerial: t.exposeID('parentSerial', { description: 'What it is or was built into.' }),
    ...maybe(t, {
      materialId: 'Material of the component.',
      position: 'Place in the parent, such as a reference designator.',
      orderId: 'Production order of the installation.',
      operationId: 'Operation of that order.',
      equipmentId: 'On which machine or line.',
      personId: 'Who installed it.',
    }),
    person: personField(t, 'Who installed it, by name.'),
    installedAt: t.expose('installedAt', { type: 'DateTime', description: 'Since when.' }),
    removedAt: maybeAt(t, 'removedAt', 'Until when; null while it is in.'),
    removalReason: t.exposeString('removalReason', {
      nullable: true,
      description: 'Why it was taken out.',
    }),
    component: t.field({
      type: UnitRef,
      nullable: true,
      description: 'The component itself.',
      resolve: (row, _, context) => unitOf(row, row.serial, context),
    }),
    parent: t.field({
      type: UnitRef,
      nullable: true,
      description: 'What it is or was built into.',
      resolve: (row, _, context) => unitOf(row, row.parentSerial, context),
    }),
  }),
})

const operationsOf = ownChildren('unit', 'serial', 'startedAt')
const installationsOf = ownChildren('unit', 'serial', 'installedAt')

/** Streams of all that ever was in this item: those of a moment are among them. */
const componentStreams = async (serial: string, { reads }: Context): Promise<string[]> => {
  const relation = { column: 'parentSerial', orderBy: 'installedAt' } as const
  const rows = await reads.children(unitComponents, relation, serial)
  return [...new Set(rows.map((row) => `unit-${row.serial}`))]
}
const materialStreams = async (serial: string, { reads }: Context): Promise<string[]> => {
  const relation = { column: 'counterpartSerial', orderBy: 'occurredAt' } as const
  const rows = await reads.children(lotMovements, relation, serial)
  return [...new Set(rows.map((row) => `lot-${row.lotId}`))]
}

UnitRef.implement({
  description: 'One item with a serial number.',
  fields: (t) => ({
    serial: t.exposeID('key', { description: 'Its serial number.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it is at.' }),
    status: t.expose('status', { type: UnitStatus, description: 'Where it stands.' }),
    ...maybe(t, {
      materialId: 'What it is; null while nobody has said.',
      parentSerial: 'What it is built into.',
      position: 'Its place in the parent.',
      logisticUnitId: 'Box or pallet it is on.',
      deliveryId: 'Delivery it was shipped with by itself.',
      orderId: 'Order that made it; while in process, the order of its operations.',
      lotId: 'Lot it is counted in.',
      supplierId: 'Who delivered it.',
      supplierLotId: 'Number of its lot at the supplier.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'First known of.' }),
    madeAt: maybeAt(t, 'madeAt', 'When it was received or made; null while in process.'),
    scrappedAt: maybeAt(t, 'scrappedAt', 'When it was scrapped.'),
    firstStartedAt: maybeAt(t, 'firstStartedAt', 'When its first operation began.'),
    lastEndedAt: maybeAt(t, 'lastEndedAt', 'When its latest operation ended.'),
    scrapReason: t.exposeString('scrapReason', { nullable: true, description: 'Why scrapped.' }),
    operations: t.field({
      type: [UnitOperationRef],
      description: 'What machines did to it, in the order they began.',
      resolve: (row, _, context) =>
        listed(childrenOf(row, unitOperations, operationsOf(row.key), context)),
    }),
    components: t.field({
      type: [UnitComponentRef],
      description: 'What is built into it, oldest first.',
      args: {
        includeRemoved: t.arg.boolean({
          defaultValue: false,
          description: 'Also what was taken out again.',
        }),
      },
      resolve: async (row, { includeRemoved }, context) => {
        const found = await childrenOf(
          row,
          unitComponents,
          {
            column: 'parentSerial',
            orderBy: 'installedAt',
            value: row.key,
            streams: () => componentStreams(row.key, context),
          },
          context,
        )
        return found.filter((c) => includeRemoved || c.removedAt === null)
      },
    }),
    installations: t.field({
      type: [UnitComponentRef],
      description: 'What it is and was built into, oldest first.',
      resolve: (row, _, context) =>
        listed(childrenOf(row, unitComponents, installationsOf(row.key), context)),
    }),
    materials: t.field({
      type: [LotMovementRef],
      description: 'What was consumed of lots for this item, oldest first.',
      resolve: (row, _, context) =>
        listed(
          childrenOf(
            row,
            lotMovements,
            {
              column: 'counterpartSerial',
              orderBy: 'occurredAt',
              value: row.key,
              streams: () => materialStreams(row.key, context),
            },
            context,
          ),
        ),
    }),
    parent: t.field({
      type: UnitRef,
      nullable: true,
      description: 'What it is built into.',
      resolve: (row, _, context) => unitOf(row, row.parentSerial, context),
    }),
  }),
})

connectionField('units', {
  projection: units,
  node: UnitRef,
  description: 'Serialised items, newest first by default.',
  filters: {
    serials: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    serialStartsWith: { column: 'key', op: 'startsWith', type: 'String', description: 'Prefix.' },
    materialId: { column: 'materialId', op: 'in', type: ['ID'], description: 'Of one of these.' },
    status: { column: 'status', op: 'in', type: [UnitStatus], description: 'In one of these.' },
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'Made for this order.' },
    lotId: { column: 'lotId', op: '=', type: 'ID', description: 'Counted in this lot.' },
    parentSerial: { column: 'parentSerial', op: '=', type: 'ID', description: 'Now in this one.' },
    supplierId: { column: 'supplierId', op: '=', type: 'ID', description: 'From this supplier.' },
    supplierLotId: {
      column: 'supplierLotId',
      op: '=',
      type: 'ID',
      description: 'Of this lot of the supplier.',
    },
    createdFrom: {
      column: 'createdAt',
      op: '>=',
      type: 'DateTime',
      description: 'First known of then or later.',
    },
    createdBefore: {
      column: 'createdAt',
      op: '<',
      type: 'DateTime',
      description: 'First known of before.',
    },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['createdAt', 'madeAt', 'materialId', 'lastEndedAt', 'key'],
  defaultOrder: { column: 'createdAt', direction: 'desc' },
})

lookupField('unit', {
  projection: units,
  node: UnitRef,
  description: 'One serialised item with its history, now, at a moment, or as the log knew it.',
  by: { serial: 'Its serial number.' },
  streams: ({ serial }) => [`unit-${serial}`],
})

changesField('unitChanged', {
  projection: units,
  node: UnitRef,
  description: 'Serialised items as they change.',
  only: { arg: 'serials', description: 'These.' },
})
