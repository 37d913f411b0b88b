import type { OrderEvent, Quantities } from '../../domain/production/events.ts'
import { projection } from '../projection.ts'

export interface Correction {
  correctionId: string
  at: string
  personId: string
  reason: string
  before: Quantities
}

export interface BookingRow {
  bookingId: string
  orderId: string
  operationId: string
  personId: string | null
  equipmentId: string | null
  /** What the booked work was; null for a report of quantities alone. */
  activity: string | null
  /** Interval of the booked work; both the moment of the report where it has none. */
  startedAt: string
  endedAt: string
  isRework: boolean
  good: number
  scrap: number
  scrapReason: string | null
  rework: number
  awaitingDisposition: number
  /** Oldest first; `before` of the first is what was booked originally. */
  corrections: Correction[]
}

/** One row per booking of work or quantities, as last corrected, with every value it had before. */
export const bookings = projection<BookingRow>()<OrderEvent>({
  name: 'bookings',
  context: 'production',
  version: 2,
  columns: {
    bookingId: 'text',
    orderId: 'text',
    operationId: 'text',
    personId: 'text',
    equipmentId: 'text',
    activity: 'text',
    startedAt: 'timestamptz',
    endedAt: 'timestamptz',
    isRework: 'boolean',
    good: 'double precision',
    scrap: 'double precision',
    scrapReason: 'text',
    rework: 'double precision',
    awaitingDisposition: 'double precision',
    corrections: 'jsonb',
  },
  indexes: [
    ['orderId', 'startedAt'],
    ['startedAt'],
    ['personId', 'startedAt'],
    ['endedAt'],
    ['equipmentId', 'endedAt'],
  ],
  on: {
    QuantityReported: {
      key: (d) => bookingKey(d),
      evolve: (_, { data, metadata: { occurredAt: at } }) => ({
        ...data,
        activity: null,
        startedAt: at,
        endedAt: at,
        isRework: false,
        corrections: [],
      }),
    },
    WorkBooked: {
      key: (d) => bookingKey(d),
      evolve: (_, { data }) => ({ ...data, corrections: [] }),
    },
    BookingCorrected: {
      key: (d) => bookingKey(d),
      evolve: (row, { data, metadata: { occurredAt: at } }) => {
        const { correctionId, personId, reason, before, after } = data
        const correction = { correctionId, at, personId, reason, before }
        return row && { ...row, ...after, corrections: [...row.corrections, correction] }
      },
    },
  },
})

/** Booking ids are unique within their order; a slash cannot be mistaken as orders are given too. */
export const bookingKey = (d: { readonly orderId: string; readonly bookingId: string }): string =>
  `${d.orderId}/${d.bookingId}`
