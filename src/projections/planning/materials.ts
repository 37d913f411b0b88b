import type { Material, MaterialQuantity } from '../../domain/planning/problem.ts'
import type { ProductSegmentRow } from './product-segments.ts'
import type { Findings, PlanningRows } from './rows.ts'
import type { Horizon } from './seconds.ts'

/** Balances are kept in whole millionths, so that sums are exact. */
export const micro = (quantity: number): number => Math.round(quantity * 1e6)

export interface Materials {
  readonly problem: readonly Material[]
  /** What units of an operation take of materials that are known here. */
  readonly taken: (segment: ProductSegmentRow | null, units: number) => readonly MaterialQuantity[]
  readonly isKnown: (materialId: string) => boolean
}

/**
 * Stock and dated receipts of every material that some operation takes. What nobody ever had in stock,
 * expects or makes bounds nothing: a plant that keeps no stock of it cannot be missing it.
 */
export function materialsOf(
  rows: PlanningRows,
  { horizon, findings }: { readonly horizon: Horizon; readonly findings: Findings },
): Materials {
  const units = new Map<string, string>()
  for (const { materials } of rows.productSegments)
    for (const { materialId, unit } of materials)
      if (!units.has(materialId)) units.set(materialId, unit)
  const made = new Set(rows.orders.map(({ materialId }) => materialId))
  const stock = Map.groupBy(rows.stock, ({ materialId }) => materialId)
  const receipts = Map.groupBy(
    rows.expectedReceipts.filter(({ status }) => status === 'EXPECTED'),
    ({ materialId }) => materialId,
  )
  const tell = findings.tell
  const fits = (materialId: string, unit: string): boolean => {
    if (unit === units.get(materialId)) return true
    const why = `${materialId} is kept in ${unit} and taken in ${units.get(materialId)}; not counted.`
    tell('UnitDiffers', { subjectId: materialId }, why)
    return false
  }
  const problem = [...units.keys()].toSorted().flatMap((id): Material[] => {
    const has = stock.has(id) || receipts.has(id) || made.has(id)
    if (!has) {
      const why = `${id} was never in stock and is not expected; planned as if there were enough.`
      tell('StockUnknown', { subjectId: id }, why)
      return []
    }
    const coming = (receipts.get(id) ?? []).flatMap((row) => {
      if (!fits(id, row.unit)) return []
      const at = horizon.ceil(row.expectedAt)
      if (at >= 0) return at < horizon.seconds ? [{ at, quantity: micro(row.quantity) }] : []
      const why = `${row.key} was expected at ${row.expectedAt}; not counted until it has a new date.`
      tell('ReceiptOverdue', { subjectId: row.key }, why)
      return []
    })
    const onHand = (stock.get(id) ?? []).filter(({ unit }) => fits(id, unit))
    const sum = onHand.reduce((total, row) => total + row.micro, 0)
    return [{ id, stock: sum, ...(coming.length === 0 ? {} : { receipts: coming }) }]
  })
  const known = new Set(problem.map(({ id }) => id))
  return {
    problem,
    isKnown: (materialId) => known.has(materialId),
    taken: (segment, quantity) =>
      (segment?.materials ?? [])
        .filter(({ materialId, unit }) => known.has(materialId) && fits(materialId, unit))
        .map(({ materialId, quantityPerUnit }) => ({
          material: materialId,
          quantity: micro(quantityPerUnit * quantity),
        }))
        .filter(({ quantity: amount }) => amount > 0),
  }
}
