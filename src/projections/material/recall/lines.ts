import { exact } from '../../../domain/types.ts'
import type { Edge } from '../trace/view.ts'
import type { Visit } from '../trace/walk.ts'
import { placesOf, type Place } from './places.ts'

/** Where something affected is. */
export type Disposition =
  | 'ON_HAND'
  | 'HELD'
  | 'PACKED'
  | 'IN_TRANSFER'
  | 'IN_PROCESS'
  | 'IN_ORDER'
  | 'INSTALLED'
  | 'SHIPPED'
  | 'SCRAPPED'

/** How much of what is recalled is in it, of one unit of measure. */
export interface Contained {
  readonly unit: string
  readonly atLeast: number
  readonly atMost: number
}
/** What is known of a node as a whole. */
export interface Affected {
  readonly certain: boolean
  readonly contains: readonly Contained[]
  /** How much ever was in the lot; null where nobody said. */
  readonly size: number | null
}

export interface RecallLine extends Place {
  readonly disposition: Disposition
  readonly node: string
  readonly site: string | null
  readonly materialId: string | null
  /** All that is there and is affected; null for an order, whose share nobody measured. */
  readonly quantity: number | null
  readonly unit: string | null
  /** False: only a candidate. */
  readonly certain: boolean
  readonly contains: readonly Contained[]
  readonly locationId: string | null
  readonly parentSerial: string | null
}

/** What the lines need of the rows of lots and units, in the view of the question. */
export interface LotAtHand {
  readonly site: string
  readonly materialId: string
  readonly quantity: number
  readonly unit: string
  readonly status: string
  readonly locationId: string | null
}
export interface UnitAtHand {
  readonly site: string
  readonly materialId: string | null
  readonly status: string
  readonly parentSerial: string | null
}

interface Known {
  readonly visits: readonly Visit[]
  readonly lots: ReadonlyMap<string, LotAtHand>
  readonly units: ReadonlyMap<string, UnitAtHand>
  /** Of a node. */
  readonly affected: (node: string) => Affected
  /** What came back of a lot from a delivery. */
  readonly returned: (node: string, deliveryId: string) => number
}

const idOf = (node: string): string => node.slice(node.indexOf('-') + 1)
const NOWHERE: Place = { logisticUnitIds: [], customerId: null, deliveryId: null, shippedAt: null }
const BLANK = {
  ...NOWHERE,
  ...{ site: null, materialId: null, quantity: null, unit: null },
  ...{ locationId: null, parentSerial: null },
}

/**
 * Where everything is that a recall reaches, a line for each place: the same lot may lie in a
 * warehouse, on two pallets and with three customers. Nearest to what is recalled first.
 */
export function linesOf(known: Known): RecallLine[] {
  const placeOf = placesOf(known.visits)
  return known.visits.flatMap((visit): RecallLine[] => {
    const { certain, contains } = known.affected(visit.node)
    const line = { ...BLANK, node: visit.node, certain, contains }
    switch (visit.node.slice(0, visit.node.indexOf('-'))) {
      case 'lot':
        return lotLines(visit, known, placeOf)
      case 'unit':
        return unitLine(visit, known, placeOf).map((here) => ({ ...line, ...here }))
      case 'order':
        return [{ ...line, disposition: 'IN_ORDER' }]
      default:
        return []
    }
  })
}

/** How much of the recalled is in a part of a lot, which is taken to be well mixed. */
function partOf({ certain, contains, size }: Affected, quantity: number) {
  const share = size === null || size === 0 ? null : Math.min(1, quantity / size)
  return {
    certain,
    contains: contains.map(({ unit, atLeast, atMost }) =>
      share === null
        ? { unit, atLeast: 0, atMost }
        : { unit, atLeast: exact(atLeast * share), atMost: exact(atMost * share) },
    ),
  }
}

function lotLines(
  { node, edges }: Visit,
  { lots, affected, returned }: Known,
  placeOf: (logisticUnit: string) => Place,
): RecallLine[] {
  const row = lots.get(idOf(node))
  const { site = null, materialId = null, unit = null, locationId = null } = row ?? {}
  const of = affected(node)
  const line = (
    disposition: Disposition,
    quantity: number,
    where: Partial<Place> & { readonly locationId?: string | null },
  ): RecallLine => ({
    ...{ ...BLANK, node, site, materialId, unit, disposition, quantity },
    ...partOf(of, quantity),
    ...where,
  })
  const stock = row?.quantity ?? 0
  const here =
    stock > 0 ? [line(row?.status === 'HELD' ? 'HELD' : 'ON_HAND', stock, { locationId })] : []
  const shipped = new Map<string, Edge>()
  const elsewhere = edges.flatMap((edge): RecallLine[] => {
    const { kind, toNode } = edge
    const quantity = edge.quantity ?? 0
    if (kind === 'PACKED') return [packed(line, quantity, placeOf(toNode!))]
    if (kind === 'SCRAPPED') return [line('SCRAPPED', quantity, {})]
    if ((kind === 'SPLIT' || kind === 'MERGED') && !edge.arrived)
      return [line('IN_TRANSFER', quantity, {})]
    if (kind !== 'SHIPPED') return []
    const before = shipped.get(toNode!)?.quantity ?? 0
    shipped.set(toNode!, { ...edge, quantity: exact(before + quantity) })
    return []
  })
  const gone = [...shipped.values()].flatMap((edge): RecallLine[] => {
    const deliveryId = idOf(edge.toNode!)
    const quantity = exact(
      edge.quantity! - returned(node, deliveryId) - arrivedOf(edges, deliveryId),
    )
    const where = { deliveryId, customerId: edge.partyId, shippedAt: edge.occurredAt }
    return quantity > 0 ? [line('SHIPPED', quantity, where)] : []
  })
  return [...here, ...elsewhere, ...gone]
}

const packed = (
  line: (disposition: Disposition, quantity: number, where: Place) => RecallLine,
  quantity: number,
  place: Place,
): RecallLine => line(place.deliveryId === null ? 'PACKED' : 'SHIPPED', quantity, place)

/** None of an item that another site received: it is there now, under a number of its own. */
function unitLine(
  { node, edges }: Visit,
  { units }: Known,
  placeOf: (logisticUnit: string) => Place,
): readonly (Partial<RecallLine> & Pick<RecallLine, 'disposition'>)[] {
  const row = units.get(idOf(node))
  const { site = null, materialId = null, parentSerial = null } = row ?? {}
  const said = { site, materialId, quantity: 1, unit: 'C62' }
  const box = edges.find(({ kind }) => kind === 'PACKED')?.toNode
  const sent = edges.find(({ kind }) => kind === 'SHIPPED')
  const place = sent
    ? {
        ...{ logisticUnitIds: [], deliveryId: idOf(sent.toNode!) },
        ...{ customerId: sent.partyId, shippedAt: sent.occurredAt },
      }
    : box
      ? placeOf(box)
      : null
  // A serial that material was booked into, and that nobody has reported yet, is being made.
  if (place === null)
    return [{ ...said, disposition: (row?.status ?? 'IN_PROCESS') as Disposition, parentSerial }]
  const { deliveryId } = place
  if (deliveryId === null) return [{ ...said, ...place, disposition: 'PACKED' }]
  return arrivedOf(edges, deliveryId) > 0 ? [] : [{ ...said, ...place, disposition: 'SHIPPED' }]
}

/** What another site received of a delivery is there now, as a lot or item of its own. */
const arrivedOf = (edges: readonly Edge[], deliveryId: string): number =>
  edges
    .filter(({ kind, reference }) => kind === 'RECEIVED' && reference === deliveryId)
    .reduce((sum, { quantity }) => sum + (quantity ?? 0), 0)
