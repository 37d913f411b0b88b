import { minus, plus } from '../types.ts'
import { book, NOTHING_BOOKED, type Booked } from './booked.ts'
import type { LotEvent } from './events.ts'
import {
  evolveHandled,
  handlingChange,
  NOTHING_HANDLED,
  type Handled,
  type HandlingEvent,
} from './lot-uses.ts'

export interface KnownLot {
  /** Scrapped: the last of it was thrown away. A lot that is used up is on hand with nothing. */
  readonly status: 'onHand' | 'held' | 'scrapped'
  readonly materialId: string
  readonly unit: string
  readonly quantity: number
  readonly locationId: string | null
  /** Since when it is there: a move reported late does not bring it back. ISO-8601 UTC. */
  readonly locatedAt: string
  /** Holds in force. */
  readonly holds: ReadonlySet<string>
  /** Quantities that left for another lot, by transfer. */
  readonly leaving: ReadonlyMap<string, Leaving>
  readonly booked: Booked
  /** What is known of uses that can still be bound, cancelled, unpacked or returned. */
  readonly handled: Handled
}
/** What a transfer took away, until it is known to have come back. */
interface Leaving {
  readonly intoLotId: string
  readonly quantity: number
}
export type Lot = { readonly status: 'unknown'; readonly booked: Booked } | KnownLot

export const NO_LOT: Lot = { status: 'unknown', booked: NOTHING_BOOKED }

/** Names of what is booked once: ids of different kinds never meet. */
export const bookings = {
  movement: (d: { readonly movementId: string }) => `movement ${d.movementId}`,
  transferOut: (d: { readonly transferId: string }) => `out ${d.transferId}`,
  /** A transfer id is unique in the lot it leaves; two lots may use the same into a third. */
  transferIn: (d: { readonly transferId: string; readonly fromLotId: string }) =>
    `in ${JSON.stringify([d.fromLotId, d.transferId])}`,
  transferBack: (d: { readonly transferId: string }) => `back ${d.transferId}`,
  hold: (d: { readonly holdId: string }) => `hold ${d.holdId}`,
  release: (d: { readonly holdId: string }) => `release ${d.holdId}`,
  binding: (d: { readonly bindingId: string }) => `binding ${d.bindingId}`,
  unbinding: (d: { readonly bindingId: string }) => `unbinding ${d.bindingId}`,
  cancelling: (d: { readonly consumptionId: string }) => `cancelling ${d.consumptionId}`,
}

/** Folds one fact of the lot's stream. @param at when it occurred, ISO-8601 UTC */
export function evolveLot(lot: Lot, event: LotEvent, at: string): Lot {
  switch (event.type) {
    case 'LotReceived':
    case 'LotProduced':
    case 'LotYielded':
      return added(noted(lot, bookings.movement(event.data), event), event.data, at)
    case 'LotTransferReceived':
      return added(noted(lot, bookings.transferIn(event.data), event), event.data, at)
    case 'LotTransferDeclined':
      return noted(lot, bookings.transferIn(event.data), event)
    case 'LotConsumed':
    case 'LotScrapped':
    case 'LotSplit':
    case 'LotMerged':
    case 'LotTransferReturned':
    case 'LotMoved':
    case 'LotAdjusted':
    case 'LotHeld':
    case 'LotReleased':
    case 'LotTransformed':
    case 'LotConsumptionBound':
    case 'LotBindingCancelled':
    case 'LotConsumptionCancelled':
    case 'LotRepacked':
    case 'LotShipped':
    case 'LotReturned':
      return lot.status === 'unknown' ? lot : evolveKnown(lot, event, at)
  }
}

type Later = Exclude<
  LotEvent,
  {
    type:
      | 'LotReceived'
      | 'LotProduced'
      | 'LotYielded'
      | 'LotTransferReceived'
      | 'LotTransferDeclined'
  }
>

function evolveKnown(lot: KnownLot, event: Later, at: string): KnownLot {
  switch (event.type) {
    case 'LotConsumed':
    case 'LotTransformed':
    case 'LotConsumptionBound':
    case 'LotBindingCancelled':
    case 'LotConsumptionCancelled':
    case 'LotRepacked':
    case 'LotShipped':
    case 'LotReturned':
      return handledBy(lot, event, at)
    case 'LotScrapped': {
      const after = changed(noted(lot, bookings.movement(event.data), event), -event.data.quantity)
      return after.quantity === 0 ? { ...after, status: 'scrapped' } : after
    }
    case 'LotAdjusted':
      return changed(noted(lot, bookings.movement(event.data), event), event.data.difference)
    case 'LotSplit':
    case 'LotMerged': {
      const { transferId, intoLotId, quantity } = event.data
      const leaving = new Map(lot.leaving).set(transferId, { intoLotId, quantity })
      const left = noted({ ...lot, leaving }, bookings.transferOut(event.data), event)
      return changed(left, -quantity)
    }
    case 'LotTransferReturned': {
      const leaving = new Map(lot.leaving)
      leaving.delete(event.data.transferId)
      const back = noted({ ...lot, leaving }, bookings.transferBack(event.data), event)
      return changed(back, event.data.quantity)
    }
    case 'LotMoved': {
      const moved = noted(lot, bookings.movement(event.data), event)
      return at < lot.locatedAt ? moved : { ...moved, locationId: event.data.to, locatedAt: at }
    }
    case 'LotHeld': {
      const holds = new Set(lot.holds).add(event.data.holdId)
      return rated({ ...noted(lot, bookings.hold(event.data), event), holds })
    }
    case 'LotReleased': {
      const holds = new Set(lot.holds)
      holds.delete(event.data.holdId)
      return rated({ ...noted(lot, bookings.release(event.data), event), holds })
    }
  }
}

const handledBy = (lot: KnownLot, event: HandlingEvent, at: string): KnownLot =>
  changed(
    {
      ...noted(lot, bookingOf(event), event),
      handled: evolveHandled(lot.handled, event, at),
    },
    handlingChange(event),
  )

function bookingOf(event: HandlingEvent): string {
  switch (event.type) {
    case 'LotConsumptionBound':
      return bookings.binding(event.data)
    case 'LotBindingCancelled':
      return bookings.unbinding(event.data)
    case 'LotConsumptionCancelled':
      return bookings.cancelling(event.data)
    case 'LotConsumed':
    case 'LotTransformed':
    case 'LotRepacked':
    case 'LotShipped':
    case 'LotReturned':
      return bookings.movement(event.data)
  }
}

type Arriving = Extract<
  LotEvent,
  { type: 'LotReceived' | 'LotProduced' | 'LotYielded' | 'LotTransferReceived' }
>['data']

/** The first quantity that arrives tells what the lot is. */
function added(lot: Lot, d: Arriving, at: string): KnownLot {
  if (lot.status !== 'unknown')
    return changed({ ...lot, locationId: lot.locationId ?? d.locationId }, d.quantity)
  const { materialId, unit, quantity, locationId } = d
  return {
    status: 'onHand',
    materialId,
    unit,
    quantity,
    locationId,
    locatedAt: at,
    holds: new Set(),
    leaving: new Map(),
    booked: lot.booked,
    handled: NOTHING_HANDLED,
  }
}

const changed = (lot: KnownLot, by: number): KnownLot =>
  rated({ ...lot, quantity: by < 0 ? minus(lot.quantity, -by) : plus(lot.quantity, by) })

/** A scrapped lot stays so until something is found or comes back. */
const rated = (lot: KnownLot): KnownLot => ({
  ...lot,
  status:
    lot.status === 'scrapped' && lot.quantity === 0
      ? 'scrapped'
      : lot.holds.size > 0
        ? 'held'
        : 'onHand',
})

const noted = <L extends Lot>(lot: L, id: string, event: LotEvent): L => ({
  ...lot,
  booked: book(lot.booked, id, contentOf(event)),
})

/** What a repeated booking must repeat: the kind of fact and its quantity. */
const contentOf = ({ type, data }: LotEvent): string => {
  if ('difference' in data) return `${type} ${data.difference}`
  return 'quantity' in data ? `${type} ${data.quantity}` : type
}
