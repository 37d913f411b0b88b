import { minus, plus } from '../../domain/types.ts'

/** A lot as the plant believes it stands; the truth is what the log holds. */
export interface StockLot {
  readonly lotId: string
  readonly materialId: string
  readonly unit: string
  quantity: number
  /** Held, or in the hands of somebody who moves it. */
  blocked: boolean
}
export interface Portion {
  readonly lotId: string
  readonly unit: string
  readonly quantity: number
}

export interface Stock {
  readonly add: (lot: StockLot) => void
  /** Free quantity of a material. */
  readonly free: (materialId: string) => number
  /** Oldest lots first; null, and nothing taken, where there is not enough. */
  readonly take: (materialId: string, quantity: number) => readonly Portion[] | null
  /** Free lots of a material that are not empty, oldest first. */
  readonly lots: (materialId: string) => readonly StockLot[]
  readonly addUnits: (materialId: string, serials: readonly string[]) => void
  readonly units: (materialId: string) => number
  /** Oldest first; undefined where there is none. */
  readonly takeUnit: (materialId: string) => string | undefined
}

export function createStock(): Stock {
  const all = new Map<string, StockLot[]>()
  const serials = new Map<string, string[]>()
  const usable = (materialId: string): StockLot[] => {
    const left = (all.get(materialId) ?? []).filter((lot) => lot.quantity > 0)
    all.set(materialId, left)
    return left.filter((lot) => !lot.blocked)
  }
  const free = (materialId: string): number =>
    usable(materialId).reduce((sum, lot) => plus(sum, lot.quantity), 0)

  return {
    free,
    lots: usable,
    add: (lot) => all.set(lot.materialId, [...(all.get(lot.materialId) ?? []), lot]),
    take(materialId, quantity) {
      if (free(materialId) < quantity) return null
      const portions: Portion[] = []
      let open = quantity
      for (const lot of usable(materialId)) {
        if (open <= 0) break
        const taken = Math.min(open, lot.quantity)
        lot.quantity = minus(lot.quantity, taken)
        open = minus(open, taken)
        portions.push({ lotId: lot.lotId, unit: lot.unit, quantity: taken })
      }
      return portions
    },
    addUnits: (materialId, more) =>
      serials.set(materialId, [...(serials.get(materialId) ?? []), ...more]),
    units: (materialId) => serials.get(materialId)?.length ?? 0,
    takeUnit: (materialId) => serials.get(materialId)?.shift(),
  }
}
