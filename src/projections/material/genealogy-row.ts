import type { Recorded } from '../../domain/event.ts'

/** What an edge says; the second line is what ended it, where it no longer holds. */
export type EdgeKind =
  | 'RECEIVED'
  | 'PRODUCED'
  | 'MEMBER'
  | 'CONSUMED'
  | 'TRANSFORMED'
  | 'SPLIT'
  | 'MERGED'
  | 'INSTALLED'
  | 'REWORKED'
  | 'PACKED'
  | 'SHIPPED'
  | 'RETURNED'
  | 'SCRAPPED'
  | 'ADJUSTED'
  | EndKind
export type EndKind = 'REMOVED' | 'REPLACED' | 'REPACKED' | 'RETURNED'

export interface GenealogyEdgeRow {
  kind: EdgeKind
  /** Names as of streams: `lot-L1`, `unit-S1`, `order-PO-1`. Null: from or to outside. */
  fromNode: string | null
  toNode: string | null
  /** In `unit`, that of what left `fromNode`; null where nothing left it. */
  quantity: number | null
  unit: string | null
  materialId: string | null
  /** Of a yield: product, co-product or by-product. */
  role: string | null
  orderId: string | null
  operationId: string | null
  equipmentId: string | null
  personId: string | null
  /** Supplier or customer. */
  partyId: string | null
  /** Lot of the supplier, delivery of a return, place in the parent. */
  reference: string | null
  reason: string | null
  bookingId: string | null
  occurredAt: string
  recordedAt: string
  /** When it ceased to hold in the plant: a component came out. */
  endedAt: string | null
  endKind: EndKind | null
  endReason: string | null
  /** The log knew it from this position on, to before that one; null is for ever. */
  knownFrom: number
  knownTo: number | null
  /** The same for the end. */
  endKnownFrom: number | null
  endKnownTo: number | null
  /** From here on the log knew that what left had arrived. */
  arrivedFrom: number | null
}

type Facts = Pick<Recorded, 'metadata' | 'recordedAt' | 'position'>
type Said = Pick<GenealogyEdgeRow, 'kind' | 'fromNode' | 'toNode'> &
  Partial<Omit<GenealogyEdgeRow, 'kind' | 'fromNode' | 'toNode'>> & {
    readonly movementId?: string
    readonly transferId?: string
    readonly bindingId?: string
  }

/** An edge that this fact opens, with null in every column it has nothing for. */
export const opened = (
  { metadata, recordedAt, position }: Facts,
  said: Said,
): GenealogyEdgeRow => ({
  kind: said.kind,
  fromNode: said.fromNode,
  toNode: said.toNode,
  quantity: said.quantity ?? null,
  unit: said.unit ?? null,
  materialId: said.materialId ?? null,
  role: said.role ?? null,
  orderId: said.orderId ?? null,
  operationId: said.operationId ?? null,
  equipmentId: said.equipmentId ?? null,
  personId: said.personId ?? null,
  partyId: said.partyId ?? null,
  reference: said.reference ?? null,
  reason: said.reason ?? null,
  bookingId: said.bookingId ?? said.movementId ?? said.transferId ?? said.bindingId ?? null,
  occurredAt: said.occurredAt ?? metadata.occurredAt,
  recordedAt,
  endedAt: null,
  endKind: null,
  endReason: null,
  knownFrom: position,
  knownTo: null,
  endKnownFrom: null,
  endKnownTo: null,
  arrivedFrom: position,
})

/** The edge was never so: the log held it for true up to this fact. */
export const retracted = (
  row: GenealogyEdgeRow | null,
  { position }: Facts,
): GenealogyEdgeRow | null => row && { ...row, knownTo: position }

/** The edge held until now, in the plant. */
export const ended = (
  row: GenealogyEdgeRow | null,
  { metadata, position }: Facts,
  endKind: EndKind,
  endReason: string | null = null,
): GenealogyEdgeRow | null =>
  row && {
    ...row,
    endedAt: metadata.occurredAt,
    endKind,
    endReason,
    endKnownFrom: position,
    endKnownTo: null,
  }

/** Its end was never so. */
export const reopened = (
  row: GenealogyEdgeRow | null,
  { position }: Facts,
): GenealogyEdgeRow | null => row && { ...row, endKnownTo: position }

/** Key of an edge that a later fact may close. As JSON, no two tuples look alike. */
export const edgeKey = (...parts: readonly (string | number)[]): string => JSON.stringify(parts)
