import type { Elements } from '../../domain/kpi/elements.ts'
import type { Stretch } from '../../domain/kpi/pieces.ts'
import type { LotMovementRow } from '../material/lot-movements.ts'

/** A movement, at the moment it counts for; of what was there before the window the sum of them. */
export type Movement = Pick<
  LotMovementRow,
  'lotId' | 'materialId' | 'quantity' | 'unit' | 'toLocationId' | 'orderId' | 'operationId'
> &
  Pick<LotMovementRow, 'equipmentId' | 'personId'> & {
    readonly site: string
    /** OPENING: what the lot had before. */
    readonly kind: LotMovementRow['kind'] | 'OPENING'
    readonly occurredAt: string
  }

/** Kinds that say where a lot is; the ends of repacking are boxes, not places. */
const PLACES: readonly Movement['kind'][] = [
  ...(['OPENING', 'RECEIVED', 'PRODUCED', 'YIELDED', 'MOVED', 'SPLIT_IN', 'MERGE_IN'] as const),
]

export interface Placed extends Movement {
  /** Where the lot is from then on; null where nobody said. */
  readonly locationId: string | null
  /** What the lot has from then on, in its unit. */
  readonly stock: number
  /** Until the next movement of the lot, or the end of the window. */
  readonly until: number
}

/** Movements in the order of time, with where each lot is and what it has. */
export function placed(movements: readonly Movement[], window: Stretch): readonly Placed[] {
  return [...Map.groupBy(movements, ({ lotId }) => lotId).values()].flatMap((mine) => {
    const sorted = mine.toSorted(
      (a, b) => order(a) - order(b) || compare(a.occurredAt, b.occurredAt),
    )
    let [locationId, stock]: [string | null, number] = [null, 0]
    return sorted.map((one, i): Placed => {
      if (PLACES.includes(one.kind)) locationId = one.toLocationId ?? locationId
      stock += one.quantity
      const next = sorted[i + 1]
      return { ...one, locationId, stock, until: next ? Date.parse(next.occurredAt) : window.to }
    })
  })
}
const order = ({ kind }: Movement): number => (kind === 'OPENING' ? 0 : 1)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Corrections of bookings count for the moment of what they correct: a cancelled consumption never was. */
export function settled<
  T extends Pick<LotMovementRow, 'lotId' | 'bookingId' | 'kind' | 'quantity'>,
>(rows: readonly T[]): readonly T[] {
  const consumed = new Map(
    rows.filter(({ kind }) => kind === 'CONSUMED').map((row) => [bookingOf(row), row]),
  )
  return rows.flatMap((row) => {
    if (row.kind !== 'CONSUMPTION_CANCELLED') return [row]
    const of = consumed.get(bookingOf(row))
    return of ? [{ ...of, quantity: row.quantity }] : []
  })
}
const bookingOf = (row: { readonly lotId: string; readonly bookingId: string }): string =>
  JSON.stringify([row.lotId, row.bookingId])

const isAtWork = ({ orderId, equipmentId }: Movement): boolean =>
  orderId !== null || equipmentId !== null

const LEAVING: readonly Movement['kind'][] = [
  ...(['CONSUMED', 'TRANSFORMED', 'PACKED', 'UNPACKED', 'SHIPPED', 'RETURNED'] as const),
]

/**
 * Elements of a movement. Consumed material is what left its lot for good: used, lost while working
 * (scrapped on an order or machine, or missing after a transformation), scrapped in store, or found
 * missing by a count. So IGQ + PL + STL + OL = CM. Throughput is what left for use or delivery.
 */
export function movementElements(movement: Movement): Elements {
  const { kind, quantity } = movement
  const TH = LEAVING.includes(kind) ? -quantity : 0
  if (kind === 'CONSUMED') return { CM: -quantity, IGQ: -quantity, TH }
  // What comes out of a transformation is integrated; what does not was lost in it.
  if (kind === 'TRANSFORMED') return { CM: -quantity, PL: -quantity, TH }
  if (kind === 'YIELDED') return { IGQ: quantity, PL: -quantity }
  if (kind === 'SCRAPPED') return { CM: -quantity, [isAtWork(movement) ? 'PL' : 'STL']: -quantity }
  return kind === 'ADJUSTED' ? { CM: -quantity, OL: -quantity } : { TH }
}
