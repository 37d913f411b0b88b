import type { Clock } from '../commands/ports.ts'
import { planningRulesTable } from '../projections/planning/planning-rules.ts'
import { DOWN_STATES } from '../projections/planning/read-rows.ts'
import type { ReadModels } from '../projections/read-models.ts'
import type { Planner } from './planner.ts'
import type { Down } from './replanning-facts.ts'

/** Repair that is said to take no time is not waited for more often. */
const SHORTEST_MS = 60_000

/** A machine that is down longer than the plan in force takes it to be. */
export interface Overrun {
  readonly site: string
  /** The same for the same stop and the same time over. */
  readonly id: string
  readonly cause: string
}

/** Of machines that are down those whose repair takes longer than planning assumes, once per such time. */
export function createOverruns({
  reads,
  planner,
  clock,
}: {
  readonly reads: Pick<ReadModels, 'byKey'>
  readonly planner: Pick<Planner, 'contents'>
  readonly clock: Clock
}) {
  const told = new Map<string, number>()
  return async (down: Iterable<Down>): Promise<readonly Overrun[]> => {
    const found: Overrun[] = []
    for (const { site, equipmentId, since } of down) {
      const [row] = await reads.byKey(planningRulesTable, [site], [site])
      const { plan } = await planner.contents.inForce(site)
      if (!row?.rules?.automatic || !plan) continue
      const { repairMs } = row.rules
      const now = Date.parse(clock.now())
      const times = Math.floor((now - Date.parse(since)) / Math.max(repairMs, SHORTEST_MS))
      const isKnown = now < Date.parse(plan.startsAt) + repairMs
      const stop = JSON.stringify([site, equipmentId, since])
      if (times < 1 || isKnown || told.get(stop) === times) continue
      told.set(stop, times)
      found.push({ site, id: `${stop}/${times}`, cause: `${equipmentId} down since ${since}` })
    }
    return found
  }
}

/** Machines that the read models have as down. */
export async function downNow(reads: Pick<ReadModels, 'query'>): Promise<readonly Down[]> {
  return reads.query<Down>({
    text: `select site, key "equipmentId",
        to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') since
      from read.equipment_current where state = any($1)`,
    values: [DOWN_STATES],
  })
}
