import { exact } from '../../../domain/types.ts'
import type { RecallLine } from './lines.ts'

export interface RecallTotal extends Pick<
  RecallLine,
  'disposition' | 'materialId' | 'unit' | 'locationId' | 'customerId' | 'deliveryId' | 'shippedAt'
> {
  /** The outermost logistic unit, by which a shipment is handled; null where there is none. */
  readonly palletId: string | null
  readonly lines: number
  /** Certain and candidates together. */
  readonly quantity: number
  readonly certainQuantity: number
}

/** Adds lines up by where they are, in the order of the first line of each place. */
export function totalsOf(lines: readonly RecallLine[]): RecallTotal[] {
  const totals = new Map<string, RecallTotal>()
  for (const line of lines) {
    const { disposition, materialId, unit, locationId, customerId, deliveryId, shippedAt } = line
    const palletId = line.logisticUnitIds.at(-1) ?? null
    const place = { disposition, materialId, unit, locationId, customerId, deliveryId, palletId }
    const key = JSON.stringify(Object.values(place))
    const before = totals.get(key)
    const quantity = line.quantity ?? 0
    totals.set(key, {
      ...place,
      shippedAt: before?.shippedAt ?? shippedAt,
      lines: (before?.lines ?? 0) + 1,
      quantity: exact((before?.quantity ?? 0) + quantity),
      certainQuantity: exact((before?.certainQuantity ?? 0) + (line.certain ? quantity : 0)),
    })
  }
  return [...totals.values()]
}
