import type { ReleasedOperation } from '../../domain/production/events.ts'
import { orders, untouched, type OrderRow } from '../production/orders.ts'
import type { Keyed } from '../projection.ts'
import type { ReadModels } from '../read-models.ts'
import { hierarchy } from '../site/hierarchy.ts'
import { productSegments } from './product-segments.ts'

/** An order that somebody asks about and nobody released. */
export interface OrderWish {
  readonly orderId: string
  readonly materialId: string
  readonly quantity: number
  /** ISO-8601; null: at once. */
  readonly releaseAt: string | null
  readonly dueAt: string | null
  readonly operations: readonly ReleasedOperation[]
}

/** The row that the order would have, were it released. */
export function wishedOrder(wish: OrderWish, site: string, now: string): Keyed<OrderRow> {
  const { orderId, materialId, quantity, releaseAt, dueAt, operations } = wish
  return {
    ...{ key: orderId, site, materialId, quantity, dueAt, unit: '', priority: 500 },
    ...{ status: 'RELEASED', reason: null, startedAt: null, endedAt: null },
    releasedAt: releaseAt ?? now,
    operations: operations
      .map((one) => ({ ...one, ...untouched }))
      .toSorted((a, b) => a.sequence - b.sequence),
  }
}

/** More operations than any product has. */
const MAX_SEGMENTS = 200
const byNumber = new Intl.Collator('en', { numeric: true })

/**
 * The operations of a product as its latest order had them; where there was none, its product segments,
 * as far as they say on which machines.
 * @returns a sentence where neither tells
 */
export async function routingOf(
  reads: ReadModels,
  site: string,
  materialId: string,
): Promise<readonly ReleasedOperation[] | string> {
  const where = [{ column: 'materialId', op: '=', value: materialId }] as const
  const latest = await reads.page(
    orders,
    { where: [...where], orderBy: { column: 'releasedAt', direction: 'desc' }, first: 1 },
    [site],
  )
  if (latest.rows[0]) return latest.rows[0].row.operations
  const found = await reads.page(
    productSegments,
    {
      where: [...where],
      orderBy: { column: 'operationId', direction: 'asc' },
      first: MAX_SEGMENTS,
    },
    [site],
  )
  const segments = found.rows
    .map(({ row }) => row)
    .toSorted((a, b) => byNumber.compare(a.operationId, b.operationId))
  const open = segments.find(({ alternatives }) => alternatives.length === 0)
  if (open || segments.length === 0)
    return open
      ? `no order of ${materialId} was released yet, and its product segment ${open.operationId} names no machine`
      : `no order of ${materialId} was released yet, and it has no product segments`
  const machines = segments.map(({ alternatives }) => alternatives[0]!.equipmentId)
  const places = await reads.byKey(hierarchy, machines, [site])
  return segments.map(({ operationId }, at) => ({
    ...{ operationId, sequence: at, name: operationId },
    workCentreId: places[at]?.parentId ?? machines[at]!,
    ...{ setupTimeMs: null, runTimeMsPerUnit: null },
  }))
}
