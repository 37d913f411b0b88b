import type { Compiled } from './compile.ts'
import { parts, type Objective } from './objective.ts'
import { createPlanSearch } from './plan-search.ts'
import type { Random } from './random.ts'
import type { Search } from './search.ts'
import { createShopSearch } from './shop/shop-search.ts'
import { shopOf } from './shop/shop.ts'
import { startPlans } from './starts.ts'

/** The search that fits: on the graph where the problem is a job shop and only its makespan can matter. */
export function createSearch(compiled: Compiled, objective: Objective, random: Random): Search {
  const shop = shopOf(compiled)
  if (shop && makespanDecides(compiled, objective, shop.setups !== null))
    return createShopSearch(shop, random)
  return createPlanSearch(compiled, objective, random, startPlans(compiled))
}

function makespanDecides({ problem }: Compiled, objective: Objective, setups: boolean): boolean {
  const idle = new Set<string>(['unscheduled', 'firmChanges', 'otherChanges'])
  if (problem.orders.every(({ due }) => due === undefined)) idle.add('weightedTardiness')
  if (!setups) idle.add('setup')
  if (!problem.energyPrices?.length) idle.add('energy')
  const counted = objective.flatMap((level) =>
    parts.filter((part) => level[part] && !idle.has(part)),
  )
  return counted.length > 0 && counted.every((part) => part === 'makespan')
}
