import type { Elements } from '../../domain/kpi/elements.ts'
import type { Tally } from '../../domain/kpi/time-model.ts'
import { spent } from '../../domain/kpi/time-model.ts'
import { waterfall, type Waterfall } from '../../domain/kpi/waterfall.ts'
import { evaluateKpi, timeOf, type KpiQuestion } from './evaluate.ts'
import { createBins, type Group, type GroupKey } from './groups.ts'
import type { KpiInputs } from './inputs.ts'

export interface GroupWaterfall extends Waterfall {
  readonly keys: readonly GroupKey[]
}

/**
 * Where the time of machines went, as a whole and told apart. The calendar time of the whole is the
 * length of the window times the number of machines, unless a filter leaves some of it out.
 */
export function waterfalls(
  inputs: KpiInputs,
  { groupBy, filter }: KpiQuestion,
): { readonly whole: Waterfall; readonly groups: readonly GroupWaterfall[] } {
  const { whole, groups } = evaluateKpi(inputs, { groupBy, filter })
  const all = createBins()
  all.of([])
  const total = of(timeOf(inputs, { groupBy: [], filter }, all), 0, whole.elements)
  if (groupBy.length === 0) return { whole: total, groups: [] }
  const bins = createBins()
  const tally = timeOf(inputs, { groupBy, filter }, bins)
  const byKeys = new Map(groups.map((group) => [nameOf(group), group.elements]))
  const parts = bins.keys.map((keys, bin) => ({
    keys,
    ...of(tally, bin, byKeys.get(nameOf({ keys })) ?? {}),
  }))
  return { whole: total, groups: parts }
}

const nameOf = ({ keys }: Pick<Group, 'keys'>): string => JSON.stringify(keys.map(({ id }) => id))

function of(tally: Tally, bin: number, { PRI_PQ, PRI_GQ }: Elements): Waterfall {
  const ideal =
    PRI_PQ === undefined || PRI_GQ === undefined ? null : { produced: PRI_PQ, good: PRI_GQ }
  return waterfall((kind, state) => spent(tally, bin, kind, state), ideal)
}
