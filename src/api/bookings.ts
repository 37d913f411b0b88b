import { activity, type Quantities } from '../domain/production/events.ts'
import type { Keyed } from '../projections/projection.ts'
import { bookings, type BookingRow, type Correction } from '../projections/production/bookings.ts'
import { orders } from '../projections/production/orders.ts'
import type { WorkClockRow } from '../projections/production/work-clocks.ts'
import { builder, quantity, QuantityRef, type Quantity } from './builder.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { enumOf } from './inputs.ts'
import { personField } from './person-field.ts'

const Activity = enumOf(activity, 'Activity')

/** The four quantities of a report; the unit stands in the row or beside it. */
export const reported = (t: any, unitOf: (row: any) => string) => {
  const field = (name: string, description: string) =>
    t.field({
      type: QuantityRef,
      description,
      complexity: 0,
      resolve: (row: any): Quantity => quantity(row[name], unitOf(row)),
    })
  return {
    good: field('good', 'Good quantity.'),
    scrap: field('scrap', 'Scrapped quantity.'),
    rework: field('rework', 'Quantity to be reworked.'),
    awaitingDisposition: field('awaitingDisposition', 'Set aside for a material review board.'),
  }
}

/** Quantities together with the unit of the order they belong to. */
type WithUnit = Quantities & { readonly unit: string }

const QuantitiesRef = builder.objectRef<WithUnit>('ReportedQuantities').implement({
  description: 'What a booking reports.',
  fields: (t) => ({
    ...reported(t, (q: WithUnit) => q.unit),
    scrapReason: t.exposeString('scrapReason', { nullable: true, description: 'Why scrapped.' }),
  }),
})

const CorrectionRef = builder.objectRef<Correction & { unit: string }>('Correction').implement({
  description: 'What a booking was before it was corrected, by whom and why.',
  fields: (t) => ({
    correctionId: t.exposeID('correctionId', { description: 'Chosen by who corrected.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was corrected.' }),
    personId: t.exposeID('personId', { description: 'Who corrected it.' }),
    person: personField(t, 'Who corrected it, by name.'),
    reason: t.exposeString('reason', { description: 'Why.' }),
    before: t.field({
      type: QuantitiesRef,
      description: 'What was booked until then.',
      resolve: ({ before, unit }) => ({ ...before, unit }),
    }),
  }),
})

/** Of the order a row belongs to. One booked before its order was released is in pieces. */
const unitOf = async ({ orderId }: { readonly orderId: string }, { reads }: Context) =>
  (await reads.load(orders, orderId))?.unit ?? PIECE
const PIECE = 'C62'

/** Person, machine and interval, as bookings and clocks have them. */
const work = (t: any) => ({
  orderId: t.exposeID('orderId', { description: 'Production order.' }),
  operationId: t.exposeID('operationId', { description: 'Operation of that order.' }),
  personId: t.exposeID('personId', { nullable: true, description: 'Who did it, if known.' }),
  person: personField(t, 'Who did it, by name.'),
  equipmentId: t.exposeID('equipmentId', { nullable: true, description: 'On what, if known.' }),
  startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the work began.' }),
  endedAt: t.expose('endedAt', { type: 'DateTime', description: 'When the work ended.' }),
})

export const BookingRef = builder.objectRef<Keyed<BookingRow>>('Booking').implement({
  description: 'A report of work or quantities, as last corrected.',
  fields: (t) => ({
    bookingId: t.exposeID('bookingId', { description: 'Unique within the order.' }),
    ...work(t),
    activity: t.expose('activity', {
      type: Activity,
      nullable: true,
      description: 'What the booked work was; null for a report of quantities alone.',
    }),
    isRework: t.exposeBoolean('isRework', { description: 'Work on parts that were made before.' }),
    quantities: t.field({
      type: QuantitiesRef,
      description: 'What was reported, as last corrected.',
      resolve: async (row, _, context) => ({ ...row, unit: await unitOf(row, context) }),
    }),
    corrections: t.field({
      type: [CorrectionRef],
      description: 'Oldest first; `before` of the first is what was booked originally.',
      resolve: async (row, _, context) => {
        const unit = await unitOf(row, context)
        return row.corrections.map((correction) => ({ ...correction, unit }))
      },
    }),
  }),
})

export const WorkClockRef = builder.objectRef<Keyed<WorkClockRow>>('WorkClock').implement({
  description: 'A clock that stopped: who did what on which operation and machine.',
  fields: (t) => ({
    ...work(t),
    activity: t.expose('activity', { type: Activity, description: 'What the clock counted.' }),
  }),
})

connectionField('bookings', {
  projection: bookings,
  node: BookingRef,
  description: 'Reports of work and quantities, latest first by default.',
  filters: {
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'On this order.' },
    operationId: { column: 'operationId', op: '=', type: 'ID', description: 'On this operation.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'By this person.' },
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'On this equipment.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    isRework: { column: 'isRework', op: '=', type: 'Boolean', description: 'Rework or not.' },
    startedFrom: {
      column: 'startedAt',
      op: '>=',
      type: 'DateTime',
      description: 'Began then or later.',
    },
    startedBefore: { column: 'startedAt', op: '<', type: 'DateTime', description: 'Began before.' },
    withScrap: {
      column: 'scrapReason',
      op: 'isNotNull',
      type: 'Boolean',
      description: 'Gives a reason for scrap.',
    },
  },
  orderable: ['startedAt', 'endedAt'],
  defaultOrder: { column: 'startedAt', direction: 'desc' },
})
