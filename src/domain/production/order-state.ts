import type { Activity, ClosedClock, OrderEvent, Quantities } from './events.ts'

type OrderReleased = Extract<OrderEvent, { type: 'OrderReleased' }>['data']

export interface Session {
  readonly equipmentId: string | null
  readonly activity: Activity
  /** When the running clock started: ISO-8601 UTC. */
  readonly since: string
}
export interface OperationState {
  readonly status: 'ready' | 'running' | 'completed'
  /** By person: each has one running clock at most, break included. */
  readonly sessions: Readonly<Record<string, Session>>
}
interface Booking {
  readonly operationId: string
  /** As first booked, to tell a repeated booking from a different one under the same id. */
  readonly first: Quantities
  /** As last corrected. */
  readonly quantities: Quantities
}
interface Known {
  /** As released, to tell a repeated release from a different one. */
  readonly released: OrderReleased
  readonly operations: Readonly<Record<string, OperationState>>
  readonly bookings: ReadonlyMap<string, Booking>
  readonly corrections: ReadonlySet<string>
}
export type KnownOrder = Known & { readonly status: 'open' | 'held' | 'cancelled' | 'completed' }
export type Order = { readonly status: 'unknown' } | KnownOrder

/** Folds one fact of the order's stream. @param at when it occurred, ISO-8601 UTC */
export function evolveOrder(state: Order, event: OrderEvent, at: string): Order {
  if (event.type === 'OrderReleased') {
    const ready: OperationState = { status: 'ready', sessions: {} }
    const operations = event.data.operations.map((o) => [o.operationId, ready] as const)
    return {
      status: 'open',
      released: event.data,
      operations: Object.fromEntries(operations),
      bookings: new Map(),
      corrections: new Set(),
    }
  }
  return state.status === 'unknown' ? state : evolveKnown(state, event, at)
}

function evolveKnown(order: KnownOrder, event: OrderEvent, at: string): Order {
  switch (event.type) {
    case 'OrderReleased':
      return order
    case 'OperationStarted': {
      const { operationId, personId, equipmentId, activity } = event.data
      return withSession(order, operationId, personId, { equipmentId, activity, since: at })
    }
    case 'OperationActivityChanged':
    case 'OperationResumed': {
      const { operationId, personId, activity, closed } = event.data
      const equipmentId = closed[0]?.equipmentId ?? null
      return withSession(order, operationId, personId, { equipmentId, activity, since: at })
    }
    case 'OperationPaused': {
      const { operationId, personId, closed } = event.data
      const equipmentId = closed[0]?.equipmentId ?? null
      return withSession(order, operationId, personId, {
        equipmentId,
        activity: 'BREAK',
        since: at,
      })
    }
    case 'OperationCompleted':
      return withOperation(order, event.data.operationId, { status: 'completed', sessions: {} })
    case 'QuantityReported':
    case 'WorkBooked':
      return withBooking(order, event.data.bookingId, {
        operationId: event.data.operationId,
        first: pick(event.data),
        quantities: pick(event.data),
      })
    case 'BookingCorrected': {
      const { bookingId, correctionId, after: quantities } = event.data
      const booking = order.bookings.get(bookingId)!
      const corrections = new Set(order.corrections).add(correctionId)
      return { ...withBooking(order, bookingId, { ...booking, quantities }), corrections }
    }
    case 'OrderHeld':
      return { ...order, status: 'held' }
    case 'OrderHoldLifted':
      return { ...order, status: 'open' }
    case 'OrderCancelled':
      return { ...stopped(order), status: 'cancelled' }
    case 'OrderCompleted':
      return { ...stopped(order), status: 'completed' }
  }
}

/** The order with no clock running any more. */
const stopped = (order: KnownOrder): KnownOrder => ({
  ...order,
  operations: Object.fromEntries(
    Object.entries(order.operations).map(([id, o]) => [id, { ...o, sessions: {} }]),
  ),
})

/** The running clocks of one operation, as a fact that stops them tells them. */
export const clocksOf = (order: KnownOrder, operationId: string): ClosedClock[] =>
  Object.entries(order.operations[operationId]?.sessions ?? {}).map(([personId, session]) => ({
    operationId,
    personId,
    ...session,
  }))

const withOperation = (
  order: KnownOrder,
  operationId: string,
  operation: OperationState,
): KnownOrder => ({
  ...order,
  operations: { ...order.operations, [operationId]: operation },
})
const withSession = (order: KnownOrder, operationId: string, personId: string, session: Session) =>
  withOperation(order, operationId, {
    status: 'running',
    sessions: { ...order.operations[operationId]?.sessions, [personId]: session },
  })
const withBooking = (order: KnownOrder, bookingId: string, booking: Booking): KnownOrder => ({
  ...order,
  bookings: new Map(order.bookings).set(bookingId, booking),
})

/** The quantities of a booking, without the rest of it. */
export const pick = ({
  good,
  scrap,
  scrapReason,
  rework,
  awaitingDisposition,
}: Quantities): Quantities => ({
  good,
  scrap,
  scrapReason,
  rework,
  awaitingDisposition,
})
