import { addTo, type Elements } from '../../domain/kpi/elements.ts'
import { tallyOf, timeElements } from '../../domain/kpi/time-model.ts'
import type { Bins, Group } from './groups.ts'

const NOTHING = tallyOf(1)

/** Elements in the making, by bin. */
export interface Sums {
  readonly bins: Bins
  readonly add: (bin: number, elements: Elements, unpriced?: number) => void
  readonly groups: () => readonly Group[]
}

export function createSums(bins: Bins): Sums {
  const elements: Elements[] = []
  const unpriced: number[] = []
  const upTo = (bin: number): void => {
    while (elements.length <= bin) {
      elements.push(timeElements(NOTHING, 0))
      unpriced.push(0)
    }
  }
  return {
    bins,
    add(bin, part, without = 0) {
      upTo(bin)
      addTo(elements[bin]!, part)
      unpriced[bin]! += without
    },
    groups() {
      upTo(bins.keys.length - 1)
      return bins.keys.map((keys, bin) => ({
        keys,
        elements: elements[bin]!,
        unpriced: unpriced[bin]!,
      }))
    },
  }
}
