import type { Recorded } from '../../domain/event.ts'
import type { Json } from './event-hash.ts'
import type { Names } from './names.ts'

/** One EPCIS event that a fact makes. */
export interface Statement {
  /** Key of its row; a later fact of the same stream may find it wrong by this. */
  readonly key: string
  /** Without its times and its id, which all events have alike. */
  readonly event: Json
  /** When it happened, where that is not when the fact did. */
  readonly at?: string
  /** The thing it is about and the one at its other end, as URIs: what a search goes by. */
  readonly item: string
  readonly other: string | null
}

/** What a fact says: new events, and events that were wrong with those that stand in their place. */
export interface Statements {
  readonly made: readonly Statement[]
  readonly wrong: readonly {
    readonly key: string
    readonly reason: 'did_not_occur' | 'incorrect_data'
    readonly by: readonly string[]
  }[]
}

/** The facts of one kind of stream, told as EPCIS events. */
export type Telling<E extends { readonly type: string; readonly data: unknown }> = {
  readonly [T in E['type']]?: (
    data: Extract<E, { type: T }>['data'],
    n: Names,
    fact: Recorded,
  ) => Statements
}

export const made = (...statements: readonly Statement[]): Statements => ({
  made: statements,
  wrong: [],
})

/** Without what is null or empty: EPCIS has no word for "nobody said". */
const said = (fields: Json): Json =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null && value !== undefined && !(Array.isArray(value) && !value.length),
    ),
  )

export const object = (action: 'ADD' | 'OBSERVE' | 'DELETE', fields: Json): Json =>
  said({ type: 'ObjectEvent', action, ...fields })
export const aggregation = (action: 'ADD' | 'DELETE', fields: Json): Json =>
  said({ type: 'AggregationEvent', action, ...fields })
export const association = (action: 'ADD' | 'DELETE', fields: Json): Json =>
  said({ type: 'AssociationEvent', action, ...fields })
export const transformation = (fields: Json): Json =>
  said({ type: 'TransformationEvent', ...fields })

/** Pieces are counted, so they have no unit of measure. */
export const quantityOf = (epcClass: string, quantity: number, unit: string): Json =>
  unit === 'C62' ? { epcClass, quantity } : { epcClass, quantity, uom: unit }

/** Where it was done and for which order. People stay inside: nobody outside needs to know them. */
export const workOf = (
  {
    orderId,
    equipmentId,
  }: { readonly orderId: string | null; readonly equipmentId: string | null },
  n: Names,
): Json => ({
  readPoint: equipmentId === null ? null : { id: n('location', equipmentId) },
  bizTransactionList:
    orderId === null ? [] : [{ type: 'prodorder', bizTransaction: n('order', orderId) }],
})

export const placeOf = (locationId: string | null, n: Names): Json =>
  locationId === null ? {} : { bizLocation: { id: n('location', locationId) } }

export const orderRun = (orderId: string | null, n: Names): Json =>
  orderId === null ? {} : { transformationID: n('order', orderId) }

/** To a customer, or back. */
export const deliveryOf = (
  { deliveryId, customerId }: { readonly deliveryId: string; readonly customerId: string },
  n: Names,
  way: 'to' | 'from',
): Json => {
  const party = n('party', customerId)
  return {
    bizTransactionList: [{ type: 'desadv', bizTransaction: n('delivery', deliveryId) }],
    ...(way === 'to'
      ? { destinationList: [{ type: 'possessing_party', destination: party }] }
      : { sourceList: [{ type: 'possessing_party', source: party }] }),
  }
}

/** Out of one package and into another: an event for each that there is. */
export function repacking(
  item: string,
  children: Json,
  {
    from,
    into,
    key,
  }: { readonly from: string | null; readonly into: string | null; readonly key: string },
  n: Names,
): Statements {
  const ends = [
    { parent: from, action: 'DELETE', bizStep: 'unpacking' },
    { parent: into, action: 'ADD', bizStep: 'packing' },
  ] as const
  return made(
    ...ends.flatMap(({ parent, action, bizStep }) => {
      if (parent === null) return []
      const parentID = n('package', parent)
      const event = aggregation(action, { parentID, ...children, bizStep })
      return [{ key: `${key}/${action}`, event, item, other: parentID }]
    }),
  )
}
