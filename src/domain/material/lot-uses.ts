import { minus, plus } from '../types.ts'
import { book, bookedUnder, NOTHING_BOOKED, type Booked } from './booked.ts'
import type { LotEvent } from './events.ts'

/** One use of the lot that was booked by a consumption. */
export interface Consumption {
  readonly quantity: number
  /** Known for its order only; what went into a lot or serial from the start is never open. */
  readonly remaining: number
  readonly open: boolean
  readonly cancelled: boolean
  /** How often it was bound or unbound. */
  readonly version: number
  readonly consumedAt: string
  readonly work: Work
}
interface Work {
  readonly orderId: string | null
  readonly operationId: string | null
  readonly equipmentId: string | null
  readonly personId: string | null
}
export interface Binding {
  readonly consumptionId: string
  readonly serial: string
  readonly quantity: number
}
export interface Shipment {
  readonly deliveryId: string
  readonly customerId: string
  /** Shipped and not returned. */
  readonly out: number
}

interface Content {
  readonly quantity: number
  /** How often it changed. */
  readonly version: number
}
/** What a logistic unit holds once this much went in, or out where negative. */
export function contentAfter({ packed }: Handled, id: string, by: number): Content {
  const { quantity, version } = bookedUnder(packed, id) ?? { quantity: 0, version: 0 }
  return { quantity: by < 0 ? minus(quantity, -by) : plus(quantity, by), version: version + 1 }
}

/** Uses of a lot by their ids: each can be undone or made more precise, up to what it was. */
export interface Handled {
  readonly consumptions: Booked<Consumption>
  /** Null where it was cancelled. */
  readonly bindings: Booked<Binding | null>
  readonly shipments: Booked<Shipment>
  /** What each logistic unit holds of the lot. */
  readonly packed: Booked<Content>
}
export const NOTHING_HANDLED: Handled = {
  consumptions: NOTHING_BOOKED,
  bindings: NOTHING_BOOKED,
  shipments: NOTHING_BOOKED,
  packed: NOTHING_BOOKED,
}

export type HandlingEvent = Extract<
  LotEvent,
  {
    type:
      | 'LotConsumed'
      | 'LotTransformed'
      | 'LotConsumptionBound'
      | 'LotBindingCancelled'
      | 'LotConsumptionCancelled'
      | 'LotRepacked'
      | 'LotShipped'
      | 'LotReturned'
  }
>

/** What a use adds to the stock of its lot, in the lot's unit. */
export function handlingChange({ type, data }: HandlingEvent): number {
  switch (type) {
    case 'LotConsumed':
    case 'LotTransformed':
    case 'LotShipped':
      return -data.quantity
    case 'LotConsumptionCancelled':
    case 'LotReturned':
      return data.quantity
    case 'LotRepacked':
      if (data.from === null) return -data.quantity
      return data.into === null ? data.quantity : 0
    case 'LotConsumptionBound':
    case 'LotBindingCancelled':
      return 0
  }
}

/** @param at when it occurred, ISO-8601 UTC */
export function evolveHandled(handled: Handled, event: HandlingEvent, at: string): Handled {
  switch (event.type) {
    case 'LotConsumed':
      return { ...handled, consumptions: consumed(handled.consumptions, event.data, at) }
    case 'LotConsumptionBound': {
      const { bindingId, consumptionId, serial, quantity } = event.data
      const bindings = book(handled.bindings, bindingId, { consumptionId, serial, quantity })
      return { ...handled, bindings, consumptions: rebound(handled.consumptions, event.data) }
    }
    case 'LotBindingCancelled': {
      const bindings = book(handled.bindings, event.data.bindingId, null)
      return { ...handled, bindings, consumptions: rebound(handled.consumptions, event.data) }
    }
    case 'LotConsumptionCancelled': {
      const { consumptionId } = event.data
      const known = bookedUnder(handled.consumptions, consumptionId)
      if (!known) return handled
      const cancelled = { ...known, remaining: 0, cancelled: true }
      return { ...handled, consumptions: book(handled.consumptions, consumptionId, cancelled) }
    }
    case 'LotRepacked': {
      const { from, into, fromNow, intoNow } = event.data
      const less = from && fromNow ? book(handled.packed, from, fromNow) : handled.packed
      return { ...handled, packed: into && intoNow ? book(less, into, intoNow) : less }
    }
    case 'LotShipped': {
      const { movementId, deliveryId, customerId, quantity } = event.data
      const shipment = { deliveryId, customerId, out: quantity }
      return { ...handled, shipments: book(handled.shipments, movementId, shipment) }
    }
    case 'LotReturned': {
      const { shipmentId, quantity } = event.data
      const known = bookedUnder(handled.shipments, shipmentId)
      if (!known) return handled
      const left = { ...known, out: minus(known.out, quantity) }
      return { ...handled, shipments: book(handled.shipments, shipmentId, left) }
    }
    case 'LotTransformed':
      return handled
  }
}

type Of<T extends LotEvent['type']> = Extract<LotEvent, { type: T }>['data']

function consumed(all: Booked<Consumption>, d: Of<'LotConsumed'>, at: string) {
  const { quantity, orderId, operationId, equipmentId, personId } = d
  const open = d.intoLotId === null && d.intoSerial === null
  return book(all, d.movementId, {
    quantity,
    remaining: open ? quantity : 0,
    open,
    cancelled: false,
    version: 0,
    consumedAt: at,
    work: { orderId, operationId, equipmentId, personId },
  })
}

function rebound(
  all: Booked<Consumption>,
  d: Of<'LotConsumptionBound'> | Of<'LotBindingCancelled'>,
): Booked<Consumption> {
  const known = bookedUnder(all, d.consumptionId)
  const { remaining, version } = d
  return known ? book(all, d.consumptionId, { ...known, remaining, version }) : all
}
