import { exact } from '../../../domain/types.ts'
import type { LotMovementRow } from '../lot-movements.ts'
import type { Edge } from './view.ts'

/** Where a quantity of a lot came from or went. */
export type BalanceName =
  | 'RECEIVED'
  | 'PRODUCED'
  | 'TRANSFORMED_IN'
  | 'TRANSFERRED_IN'
  | 'RETURNED'
  | 'FOUND'
  | 'CONSUMED'
  | 'TRANSFORMED'
  | 'TRANSFERRED_OUT'
  | 'IN_TRANSFER'
  | 'PACKED'
  | 'SHIPPED'
  | 'SCRAPPED'
  | 'LOST'
  | 'STOCK'
  | 'UNEXPLAINED'

export interface BalanceEntry {
  readonly name: BalanceName
  readonly side: 'IN' | 'OUT'
  readonly quantity: number
}
/** In the unit of the lot; `entries` of both sides add up to the same. */
export interface MassBalance {
  readonly lotId: string
  readonly unit: string
  readonly entries: readonly BalanceEntry[]
  readonly in: number
  readonly out: number
  readonly stock: number
  readonly scrap: number
  /** What counts found missing, less what they found too much. */
  readonly loss: number
  /** What no edge accounts for: 0, or the genealogy is not what the log says. */
  readonly unexplained: number
}

/**
 * Adds up what the edges say of a lot, and compares it with its stock, which is folded from the lot's
 * own facts: two ways to one figure, so an edge that was lost shows.
 * @param edges all edges of the lot's node, in one view
 * @param stock on hand in the same view; null where there is no such lot
 */
export function balanceOf(
  lotId: string,
  edges: readonly Edge[],
  lot: { readonly quantity: number; readonly unit: string } | null,
): MassBalance {
  const sums = new Map<BalanceName, number>()
  for (const edge of edges) {
    const name = edge.toNode === `lot-${lotId}` ? cameAs(edge) : leftAs(edge)
    if (name === null || edge.quantity === null) continue
    sums.set(name, (sums.get(name) ?? 0) + edge.quantity)
  }
  const sum = (names: readonly BalanceName[]) =>
    exact(names.reduce((total, name) => total + (sums.get(name) ?? 0), 0))
  const stock = lot?.quantity ?? 0
  const came = sum(IN)
  const unexplained = exact(came - sum(OUT) - stock)
  const entries = [
    ...IN.map((name) => ({ name, side: 'IN' as const, quantity: sum([name]) })),
    ...OUT.map((name) => ({ name, side: 'OUT' as const, quantity: sum([name]) })),
    { name: 'STOCK' as const, side: 'OUT' as const, quantity: stock },
    { name: 'UNEXPLAINED' as const, side: 'OUT' as const, quantity: unexplained },
  ].filter(({ name, quantity }) => quantity !== 0 || name === 'STOCK')
  return {
    lotId,
    unit: lot?.unit ?? edges.find(({ unit }) => unit !== null)?.unit ?? '',
    entries,
    in: sum(['RECEIVED', 'PRODUCED', 'TRANSFORMED_IN', 'TRANSFERRED_IN', 'RETURNED']),
    out: sum(['CONSUMED', 'TRANSFORMED', 'TRANSFERRED_OUT', 'IN_TRANSFER', 'PACKED', 'SHIPPED']),
    stock,
    scrap: sum(['SCRAPPED']),
    loss: exact(sum(['LOST']) - sum(['FOUND'])),
    unexplained,
  }
}

/**
 * What its own facts say is on hand, at a moment (ISO-8601 UTC) or after all of them. A correction is about
 * the moment of what it corrects, whenever somebody made it.
 * @param rows all movements of the lot
 */
export function stockOf(rows: readonly LotMovementRow[], at: string | null) {
  const when = (row: LotMovementRow): string => {
    const kinds = CORRECTS[row.kind]
    const corrected = kinds?.length
      ? rows.find(({ kind, bookingId }) => kinds.includes(kind) && bookingId === row.bookingId)
      : undefined
    return corrected?.occurredAt ?? row.occurredAt
  }
  const held = rows.filter((row) => at === null || when(row) <= at)
  return {
    quantity: exact(held.reduce((sum, row) => sum + row.quantity, 0)),
    unit: rows.find(({ unit }) => unit !== null)?.unit ?? '',
  }
}
const CORRECTS: Readonly<Record<string, readonly string[]>> = {
  CONSUMPTION_CANCELLED: ['CONSUMED'],
  TRANSFER_RETURNED: ['SPLIT_OUT', 'MERGE_OUT'],
}

const IN = [
  'RECEIVED',
  'PRODUCED',
  'TRANSFORMED_IN',
  'TRANSFERRED_IN',
  'RETURNED',
  'FOUND',
] as const
const OUT = [
  'CONSUMED',
  'TRANSFORMED',
  'TRANSFERRED_OUT',
  'IN_TRANSFER',
  'PACKED',
  'SHIPPED',
  'SCRAPPED',
  'LOST',
] as const

/** Null where the edge brings nothing in the lot's own unit. */
function cameAs({ kind, arrived }: Edge): BalanceName | null {
  switch (kind) {
    case 'RECEIVED':
    case 'PRODUCED':
    case 'RETURNED':
      return kind
    case 'TRANSFORMED':
      return 'TRANSFORMED_IN'
    case 'SPLIT':
    case 'MERGED':
      return arrived ? 'TRANSFERRED_IN' : null
    case 'ADJUSTED':
      return 'FOUND'
    case 'MEMBER':
    case 'CONSUMED':
    case 'INSTALLED':
    case 'REWORKED':
    case 'PACKED':
    case 'SHIPPED':
    case 'SCRAPPED':
    case 'REMOVED':
    case 'REPLACED':
    case 'REPACKED':
      return null
  }
}

function leftAs({ kind, arrived }: Edge): BalanceName | null {
  switch (kind) {
    case 'CONSUMED':
    case 'TRANSFORMED':
    case 'PACKED':
    case 'SHIPPED':
    case 'SCRAPPED':
      return kind
    case 'SPLIT':
    case 'MERGED':
      return arrived ? 'TRANSFERRED_OUT' : 'IN_TRANSFER'
    case 'ADJUSTED':
      return 'LOST'
    case 'RECEIVED':
    case 'PRODUCED':
    case 'MEMBER':
    case 'INSTALLED':
    case 'REWORKED':
    case 'RETURNED':
    case 'REMOVED':
    case 'REPLACED':
    case 'REPACKED':
      return null
  }
}
