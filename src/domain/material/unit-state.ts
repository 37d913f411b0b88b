import { book, NOTHING_BOOKED, type Booked } from './booked.ts'
import type { UnitEvent } from './events.ts'

interface Booking {
  readonly booked: Booked
  /** Higher than that of everything built in; never falls. See `unit-rank.ts`. */
  readonly level: number
}
interface Made extends Booking {
  /** Null while only machines have spoken of it. */
  readonly materialId: string | null
}
/** Where a component sits. */
export interface Joint {
  readonly parentSerial: string
  readonly position: string | null
  /** movementId of the installation. */
  readonly installedBy: string
}
export type Unit =
  | (Booking & { readonly status: 'unknown' })
  /** Machines have worked on it; nobody has reported it as made. */
  | (Made & { readonly status: 'inProcess' })
  /** `since`: made, or out of its last parent, box or delivery. ISO-8601 UTC. */
  | (Made & {
      readonly status: 'onHand'
      readonly since: string
      /** The replacement it came out by, and where it sat: to put it back. */
      readonly replaced: (Joint & { readonly movementId: string; readonly since: string }) | null
    })
  | (Made & Joint & { readonly status: 'installed'; readonly since: string })
  | (Made & {
      readonly status: 'packed'
      readonly logisticUnitId: string
      /** movementId of the packing. */
      readonly packedBy: string
      readonly since: string
    })
  | (Made & {
      readonly status: 'shipped'
      readonly shipmentId: string
      readonly deliveryId: string
      readonly customerId: string
      readonly since: string
    })
  | (Made & { readonly status: 'scrapped' })
export type KnownUnit = Exclude<Unit, { status: 'unknown' }>

export const NO_UNIT: Unit = { status: 'unknown', level: 0, booked: NOTHING_BOOKED }

/** Folds one fact of the item's stream. @param at when it occurred, ISO-8601 UTC */
export function evolveUnit(state: Unit, event: UnitEvent, at: string): Unit {
  if (event.type === 'UnitProcessed') return processed(state, event.data.materialId)
  if (event.type === 'UnitRanked') return { ...state, level: event.data.level }
  const { level } = state
  if (event.type === 'ComponentReplacementCancelled') {
    const { parentSerial, position, installedBy, materialId, movementId } = event.data
    const since = state.status === 'onHand' ? (state.replaced?.since ?? at) : at
    const booked = book(state.booked, movementId, 'cancelled')
    return {
      status: 'installed',
      materialId,
      parentSerial,
      position,
      installedBy,
      since,
      level,
      booked,
    }
  }
  const booked = book(state.booked, event.data.movementId, contentOf(event.type, event.data))
  const { materialId } = event.data
  const made = { materialId, level, booked }
  switch (event.type) {
    case 'UnitReceived':
    case 'UnitProduced':
    case 'ComponentRemoved':
    case 'UnitReturned':
      return { status: 'onHand', since: at, replaced: null, ...made }
    case 'ComponentInstalled': {
      const { parentSerial, position, movementId: installedBy } = event.data
      return { status: 'installed', parentSerial, position, installedBy, since: at, ...made }
    }
    case 'ComponentReplaced': {
      const { parentSerial, position, installedBy, movementId } = event.data
      const since = state.status === 'installed' ? state.since : at
      const replaced = { parentSerial, position, installedBy, movementId, since }
      return { status: 'onHand', since: at, replaced, ...made }
    }
    case 'UnitScrapped':
      return { status: 'scrapped', ...made }
    case 'UnitReworked':
      return { ...state, booked }
    case 'UnitRepacked': {
      const { into, movementId: packedBy } = event.data
      return into === null
        ? { status: 'onHand', since: at, replaced: null, ...made }
        : { status: 'packed', logisticUnitId: into, packedBy, since: at, ...made }
    }
    case 'UnitShipped': {
      const { movementId: shipmentId, deliveryId, customerId } = event.data
      return { status: 'shipped', shipmentId, deliveryId, customerId, since: at, ...made }
    }
  }
}

const processed = (state: Unit, materialId: string | null): Unit => {
  if (state.status === 'unknown') return { ...state, status: 'inProcess', materialId }
  return state.materialId === null ? { ...state, materialId } : state
}

/** What a repeated wish must repeat: the kind of fact, and what it is about. */
export function contentOf(type: string, data: object): string {
  const about = ABOUT[type] ?? []
  return [type, ...about.map((name) => String((data as Record<string, unknown>)[name]))].join(' ')
}
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  ComponentInstalled: ['parentSerial'],
  ComponentRemoved: ['parentSerial'],
  ComponentReplaced: ['parentSerial', 'replacementSerial'],
  UnitRepacked: ['from', 'into'],
  UnitShipped: ['deliveryId', 'customerId'],
  UnitReturned: ['shipmentId'],
}
