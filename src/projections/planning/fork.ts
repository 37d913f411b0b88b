import type { EventStore } from '../../commands/event-store.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import {
  fitBreakdowns,
  fitDurations,
  type DurationSample,
  type Exposure,
} from '../../domain/planning/simulation/fitting.ts'
import type { Variation } from '../../domain/planning/simulation/variation.ts'
import { equipmentCurrent } from '../equipment/current.ts'
import { meters } from '../energy/meters.ts'
import { equipmentDays, type EquipmentDayRow } from '../kpi/equipment-days.ts'
import { compositeKey } from '../composite-key.ts'
import { orders, type OrderRow } from '../production/orders.ts'
import { workClocks, type WorkClockRow } from '../production/work-clocks.ts'
import type { Keyed, Projection } from '../projection.ts'
import type { Only, Replay } from '../replay.ts'
import { buildProblem } from './build-problem.ts'
import { played, planAt } from './fork-plan.ts'
import { planningRowsOf } from './fold-rows.ts'
import { stretchesOf } from './machine-stretches.ts'
import { placesOf, type Places } from './places.ts'
import { planningProjections } from './read-rows.ts'
import type { Finding } from './rows.ts'
import { schedules } from './schedules.ts'
import type { Horizon } from './seconds.ts'

/** All that a comparison of scenarios is computed from. */
export const forkProjections: readonly Projection[] = [
  ...planningProjections,
  equipmentDays,
  schedules,
  meters,
]

/**
 * Of what machines say, a comparison asks for their states alone: when they worked, failed and were repaired,
 * and which of them stand. Counters are most of a log and are not even read.
 */
export const forkOnly: Only = new Map<Projection, readonly string[]>([
  [equipmentDays, ['EquipmentStateChanged', 'DataGapStarted']],
  [
    equipmentCurrent,
    ['HierarchyScopeDefined', 'HierarchyScopeRetired', 'EquipmentStateChanged', 'DataGapStarted'],
  ],
])

/** How far back work and stops tell how it goes today. */
const DAYS_BACK = 90
const DAY_MS = 86_400_000

/** A site at a position of its log, with the plan that was in force then, as a simulation begins with it. */
export interface Fork {
  readonly problem: Problem
  readonly horizon: Horizon
  /** Fitted to what happened before. */
  readonly variation: Variation
  readonly findings: readonly Finding[]
  /** Every order there is, done or not. */
  readonly orders: ReadonlyMap<string, Keyed<OrderRow>>
  readonly places: Places
  /** Operations and failures it was fitted to. */
  readonly samples: number
  readonly failures: number
}

/**
 * What a replay of `forkProjections` makes of a site. The read models are not asked, so a scenario is read like
 * the real log.
 * @param log has the plan in force; facts behind `position` do not count
 */
export async function forkOf(
  log: Pick<EventStore, 'readStream'>,
  replay: Replay,
  { site, at, position }: { readonly site: string; readonly at: string; readonly position: number },
): Promise<Fork> {
  const rowsOf = <Row extends object>(p: Projection<Row>): Keyed<Row>[] =>
    replay.rows(p).filter((row) => row.site === site)
  const plan = await planAt(log, rowsOf(schedules)[0] ?? null, position)
  const rows = planningRowsOf(replay, site, at)
  const { problem, horizon, findings } = buildProblem({ ...rows, ...plan }, site, at)
  const since = new Date(Date.parse(at) - DAYS_BACK * DAY_MS).toISOString()
  const all = rowsOf(orders)
  const samples = durationsOf(all, rowsOf(workClocks), since)
  const exposures = exposuresOf(rowsOf(equipmentDays), since.slice(0, 10))
  return {
    ...{ problem: played(problem), horizon, findings, places: placesOf(rows.hierarchy) },
    orders: new Map(all.map((row) => [row.key, row])),
    variation: { ...fitDurations(samples), breakdowns: fitBreakdowns(exposures) },
    samples: samples.length,
    failures: exposures.reduce((sum, one) => sum + one.failures, 0),
  }
}

/** Work on operations that are done, against the run time planned for them. */
function durationsOf(
  all: readonly Keyed<OrderRow>[],
  clocks: readonly WorkClockRow[],
  since: string,
): DurationSample[] {
  const machines = new Map(
    clocks.map((c) => [compositeKey(c.orderId, c.operationId), c.equipmentId] as const),
  )
  return all.flatMap(({ key, quantity, operations }) =>
    operations.flatMap((o): DurationSample[] => {
      const done = o.status === 'COMPLETED' && (o.endedAt ?? '') >= since
      if (!done || quantity === null || o.runTimeMsPerUnit === null || o.productionMs === 0)
        return []
      return [
        {
          equipment: machines.get(compositeKey(key, o.operationId)) ?? o.workCentreId,
          operation: o.operationId,
          planned: (o.runTimeMsPerUnit * quantity) / 1_000,
          actual: o.productionMs / 1_000,
        },
      ]
    }),
  )
}

/** What the states of machines say of work, failures and repair. */
function exposuresOf(days: readonly EquipmentDayRow[], since: string): Exposure[] {
  const byMachine = Map.groupBy(days, ({ equipmentId }) => equipmentId)
  return [...byMachine].map(([equipment, own]) => {
    let [busySeconds, failures, repairSeconds] = [0, 0, 0]
    for (const { state, from, to } of stretchesOf(own, since)) {
      if (state === 'FAULT') {
        failures++
        repairSeconds += (to - from) / 1_000
      } else if (state === 'RUNNING' || state === 'SETUP') busySeconds += (to - from) / 1_000
    }
    return { equipment, busySeconds, failures, repairSeconds }
  })
}
