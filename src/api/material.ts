import { holdCause } from '../domain/material/events.ts'
import { lotMovements, type LotMovementRow } from '../projections/material/lot-movements.ts'
import { lots, type LotHold, type LotRow } from '../projections/material/lots.ts'
import type { Keyed } from '../projections/projection.ts'
import { childrenOf, ownChildren, relatedOf } from './as-of.ts'
import { QuantityRef, builder, listed, quantity } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'
import { signatureStatusField } from './signature-status.ts'
import { personField } from './person-field.ts'

const LotStatus = builder.enumType('LotStatus', {
  description: 'What can be done with a lot.',
  values: {
    ON_HAND: { description: 'Something is left and free to use.' },
    HELD: { description: 'Blocked: nothing may be consumed, split or merged.' },
    CONSUMED: { description: 'Nothing is left: it was consumed, split or merged away.' },
    SCRAPPED: { description: 'The last of it was thrown away.' },
  },
})
const LotOrigin = builder.enumType('LotOrigin', {
  description: 'How a lot came into being.',
  values: {
    RECEIVED: { description: 'From a supplier.' },
    PRODUCED: { description: 'Made here.' },
    SPLIT: { description: 'Split off another lot.' },
    MERGE: { description: 'Another lot was put into it first.' },
  },
})
const MovementKind = builder.enumType('LotMovementKind', {
  description: 'What happened to a lot.',
  values: {
    RECEIVED: { description: 'Came from a supplier.' },
    PRODUCED: { description: 'Was made.' },
    CONSUMED: { description: 'Was used, into the counterpart where that is known.' },
    SPLIT_OUT: { description: 'Left for a lot of its own.' },
    SPLIT_IN: { description: 'Arrived from the lot it was split off.' },
    MERGE_OUT: { description: 'Left for another lot.' },
    MERGE_IN: { description: 'Arrived from another lot.' },
    TRANSFER_RETURNED: { description: 'Left, could not arrive, and is back.' },
    MOVED: { description: 'Changed its place.' },
    ADJUSTED: { description: 'Was counted or corrected.' },
    SCRAPPED: { description: 'Was thrown away.' },
    HELD: { description: 'Was blocked.' },
    RELEASED: { description: 'One hold was lifted.' },
    TRANSFORMED: { description: 'Went into a transformation.' },
    YIELDED: { description: 'Came out of a transformation.' },
    BOUND: { description: 'A part of a consumption is now known to be in the serial.' },
    BINDING_CANCELLED: { description: 'A binding to a serial was wrong.' },
    CONSUMPTION_CANCELLED: { description: 'A consumption was booked by mistake.' },
    PACKED: { description: 'Went onto the logistic unit.' },
    UNPACKED: { description: 'Came back from the logistic unit.' },
    REPACKED: { description: 'Went from one logistic unit onto another.' },
    SHIPPED: { description: 'Went to a customer.' },
    RETURNED: { description: 'Came back from a customer.' },
  },
})
const HoldCauseKind = enumOf(holdCause.shape.kind, 'HoldCauseKind')

const LotHoldRef = builder.objectRef<LotHold>('LotHold').implement({
  description: 'A hold in force.',
  fields: (t) => ({
    holdId: t.exposeID('holdId', { description: 'Unique within the lot.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    causeKind: t.field({
      type: HoldCauseKind,
      nullable: true,
      description: 'What made somebody hold it.',
      complexity: 0,
      resolve: ({ cause }) => cause?.kind ?? null,
    }),
    causeId: t.field({
      type: 'ID',
      nullable: true,
      description: 'Which inspection, report or recall.',
      complexity: 0,
      resolve: ({ cause }) => cause?.id ?? null,
    }),
    personId: t.exposeID('personId', { nullable: true, description: 'Who held it.' }),
    at: t.expose('at', { type: 'DateTime', description: 'Since when.' }),
  }),
})

/** What a fact may have or not; the same words for lots, movements and serials. */
const maybe = (t: any, ids: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(ids).map(([id, description]) => [
      id,
      t.exposeID(id, { nullable: true, description }),
    ]),
  )
const WORK = {
  orderId: 'Production order; null where there was none or none was said.',
  operationId: 'Operation of that order.',
  equipmentId: 'On which machine or line.',
}
const SUPPLY = {
  supplierId: 'Who delivered it.',
  supplierLotId: 'Number of the lot at the supplier.',
}

export const LotRef = builder.objectRef<Keyed<LotRow>>('Lot')

export const LotMovementRef = builder.objectRef<Keyed<LotMovementRow>>('LotMovement')
LotMovementRef.implement({
  description: 'One fact about a lot. A split or merge is two: one at each end.',
  fields: (t) => ({
    lotId: t.exposeID('lotId', { description: 'Lot it happened to.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    kind: t.expose('kind', { type: MovementKind, description: 'What happened.' }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'What the lot gained, or lost where negative; null where nothing changed.',
      complexity: 0,
      resolve: (row) => (row.unit === null ? null : quantity(row.quantity, row.unit)),
    }),
    bookingId: t.exposeID('bookingId', { description: 'The movement, transfer or hold.' }),
    person: personField(t, 'Who did it, by name.'),
    ...maybe(t, {
      materialId: 'Material of the lot; null where no quantity changed.',
      counterpartLotId: 'Lot at the other end.',
      counterpartSerial: 'Serial it was built into. Without lot and serial: known per order only.',
      ...WORK,
      personId: 'Who did it.',
      ...SUPPLY,
      fromLocationId: 'Where it was, or the logistic unit it came from.',
      toLocationId: 'Where it went, or the logistic unit it went onto.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where one is needed.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When the log took it.' }),
    lot: t.field({
      type: LotRef,
      nullable: true,
      description: 'Lot it happened to.',
      resolve: (row, _, context) =>
        relatedOf(row, lots, { key: row.lotId, stream: `lot-${row.lotId}` }, context),
    }),
  }),
})

const movementsOf = ownChildren('lot', 'lotId', 'occurredAt')

LotRef.implement({
  description: 'An amount of one material that is handled as one.',
  fields: (t) => ({
    lotId: t.exposeID('key', { description: 'Number of the lot.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it is at.' }),
    materialId: t.exposeID('materialId', { description: 'What it is.' }),
    quantity: t.field({
      type: QuantityRef,
      description: 'How much of it is on hand.',
      complexity: 0,
      resolve: (row) => quantity(row.quantity, row.unit),
    }),
    status: t.expose('status', { type: LotStatus, description: 'What can be done with it.' }),
    holds: t.expose('holds', { type: [LotHoldRef], description: 'Holds in force.' }),
    ...maybe(t, {
      locationId: 'Storage zone or unit it is in.',
      fromLotId: 'Lot it came out of, by a split or merge.',
      ...WORK,
      ...SUPPLY,
    }),
    locatedAt: t.expose('locatedAt', { type: 'DateTime', description: 'Since when it is there.' }),
    origin: t.expose('origin', { type: LotOrigin, description: 'How it came into being.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when it exists.' }),
    signatureStatus: signatureStatusField(t, 'lot'),
    movements: t.field({
      type: [LotMovementRef],
      description: 'All that happened to it, oldest first; the quantities add up to what it has.',
      resolve: (row, _, context) =>
        listed(childrenOf(row, lotMovements, movementsOf(row.key), context)),
    }),
  }),
})

const HELD = ['HELD']
const NOT_HELD = ['ON_HAND', 'CONSUMED', 'SCRAPPED']

connectionField('lots', {
  projection: lots,
  node: LotRef,
  description: 'Lots, newest first by default.',
  filters: {
    lotIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these lots.' },
    lotIdStartsWith: { column: 'key', op: 'startsWith', type: 'String', description: 'Prefix.' },
    materialId: { column: 'materialId', op: 'in', type: ['ID'], description: 'Of one of these.' },
    status: { column: 'status', op: 'in', type: [LotStatus], description: 'In one of these.' },
    held: {
      column: 'status',
      op: 'in',
      type: 'Boolean',
      description: 'Held, or not.',
      compareWith: async (held: boolean) => (held ? HELD : NOT_HELD),
    },
    locationId: { column: 'locationId', op: 'in', type: ['ID'], description: 'In one of these.' },
    origin: { column: 'origin', op: 'in', type: [LotOrigin], description: 'Come about this way.' },
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'Made for this order.' },
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'Made on this.' },
    supplierId: { column: 'supplierId', op: '=', type: 'ID', description: 'From this supplier.' },
    supplierLotId: {
      column: 'supplierLotId',
      op: '=',
      type: 'ID',
      description: 'Of this lot of the supplier.',
    },
    fromLotId: { column: 'fromLotId', op: '=', type: 'ID', description: 'Out of this lot.' },
    quantityAbove: {
      column: 'quantity',
      op: '>',
      type: 'Float',
      description: 'More on hand than this, each lot in its own unit.',
    },
    createdFrom: {
      column: 'createdAt',
      op: '>=',
      type: 'DateTime',
      description: 'Created then or later.',
    },
    createdBefore: {
      column: 'createdAt',
      op: '<',
      type: 'DateTime',
      description: 'Created before.',
    },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['createdAt', 'quantity', 'materialId', 'locatedAt', 'key'],
  defaultOrder: { column: 'createdAt', direction: 'desc' },
})

connectionField('lotMovements', {
  projection: lotMovements,
  node: LotMovementRef,
  description: 'What happened to lots, latest first by default.',
  filters: {
    lotId: { column: 'lotId', op: 'in', type: ['ID'], description: 'To one of these lots.' },
    kind: { column: 'kind', op: 'in', type: [MovementKind], description: 'Of one of these kinds.' },
    materialId: { column: 'materialId', op: '=', type: 'ID', description: 'Of this material.' },
    counterpartLotId: {
      column: 'counterpartLotId',
      op: '=',
      type: 'ID',
      description: 'With this lot at the other end.',
    },
    counterpartSerial: {
      column: 'counterpartSerial',
      op: '=',
      type: 'ID',
      description: 'Into this serial.',
    },
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'For this order.' },
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'On this equipment.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'By this person.' },
    from: { column: 'occurredAt', op: '>=', type: 'DateTime', description: 'Then or later.' },
    before: { column: 'occurredAt', op: '<', type: 'DateTime', description: 'Before.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['occurredAt', 'recordedAt'],
  defaultOrder: { column: 'occurredAt', direction: 'desc' },
})

lookupField('lot', {
  projection: lots,
  node: LotRef,
  description: 'One lot, now, at a moment, or as the log knew it.',
  by: { lotId: 'Number of the lot.' },
  streams: ({ lotId }) => [`lot-${lotId}`],
})

changesField('lotChanged', {
  projection: lots,
  node: LotRef,
  description: 'Lots as they change.',
  only: { arg: 'lotIds', description: 'These lots.' },
})
