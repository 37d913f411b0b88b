import type { EventStore } from '../../commands/event-store.ts'
import { FAULT, msOf, STATES, stateOf } from '../../domain/kpi/states.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import {
  fitBreakdowns,
  fitDurations,
  type DurationSample,
  type Exposure,
} from '../../domain/planning/simulation/fitting.ts'
import type { Variation } from '../../domain/planning/simulation/variation.ts'
import { equipmentDays, type EquipmentDayRow } from '../kpi/equipment-days.ts'
import { changesOf } from '../kpi/packed-changes.ts'
import { compositeKey } from '../composite-key.ts'
import { orders, type OrderRow } from '../production/orders.ts'
import { workClocks, type WorkClockRow } from '../production/work-clocks.ts'
import { apply, type Keyed, type Projection, type Rows } from '../projection.ts'
import { buildProblem } from './build-problem.ts'
import { played, planAt } from './fork-plan.ts'
import { createPlanningFold } from './fold-rows.ts'
import { planningProjections } from './read-rows.ts'
import type { Finding } from './rows.ts'
import { schedules } from './schedules.ts'
import type { Horizon } from './seconds.ts'

/** Facts read at once. */
const PAGE = 2_000
/** More facts of planning than this are not folded for one question. */
export const MAX_FOLDED = 2_000_000
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
  /** Operations and failures it was fitted to. */
  readonly samples: number
  readonly failures: number
}

/**
 * Folds what planning needs in memory, up to a position. The read models are not asked, so a scenario is read
 * like the real log. @throws Error where there is more than can be folded for one answer
 */
export async function forkOf(
  log: Pick<EventStore, 'readAll' | 'readStream'>,
  { site, at, position }: { readonly site: string; readonly at: string; readonly position: number },
): Promise<Fork> {
  const own = new Map<Projection, Rows>(
    [orders, workClocks, equipmentDays, schedules].map((p) => [p, new Map()]),
  )
  const planning = createPlanningFold()
  const types = [
    ...new Set([...planningProjections, ...own.keys()].flatMap(({ on }) => Object.keys(on))),
  ]
  let folded = 0
  for (let from = 0; ;) {
    const facts = await log.readAll({ from, limit: PAGE, types })
    for (const fact of facts) {
      if (fact.position > position) continue
      planning.apply(fact)
      for (const [p, rows] of own) apply(p, fact, rows)
    }
    from = facts.at(-1)?.position ?? from
    folded += facts.length
    if (folded > MAX_FOLDED) throw new Error(`more than ${MAX_FOLDED} facts; too many to fold here`)
    if (facts.length < PAGE || from >= position) break
  }
  const rowsOf = <Row extends object>(p: Projection<Row>): Keyed<Row>[] =>
    [...(own.get(p) as Rows<Row>).values()].filter(
      (row) => row !== null && row.site === site,
    ) as Keyed<Row>[]
  const plan = await planAt(log, rowsOf(schedules)[0] ?? null, position)
  const { problem, horizon, findings } = buildProblem(
    { ...planning.rows(site, at), ...plan },
    site,
    at,
  )
  const since = new Date(Date.parse(at) - DAYS_BACK * DAY_MS).toISOString()
  const all = rowsOf(orders)
  const samples = durationsOf(all, rowsOf(workClocks), since)
  const exposures = exposuresOf(rowsOf(equipmentDays), since.slice(0, 10))
  return {
    ...{ problem: played(problem), horizon, findings },
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

/** What the states of machines say of work, failures and repair; a state at midnight goes on. */
function exposuresOf(days: readonly EquipmentDayRow[], since: string): Exposure[] {
  const byMachine = Map.groupBy(days, ({ equipmentId }) => equipmentId)
  return [...byMachine].map(([equipment, own]) => {
    let [busySeconds, failures, repairSeconds, state, from] = [0, 0, 0, -1, 0]
    const pass = (to: number): void => {
      if (state === FAULT) repairSeconds += (to - from) / 1_000
      if (STATES[state] === 'RUNNING' || STATES[state] === 'SETUP')
        busySeconds += (to - from) / 1_000
    }
    for (const { day, changes } of own.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
      if (day < since) continue
      const start = Date.parse(`${day}T00:00:00Z`)
      for (const one of changesOf(changes)) {
        const at = start + msOf(one)
        pass(at)
        if (stateOf(one) === FAULT && state !== FAULT) failures++
        state = stateOf(one)
        from = at
      }
    }
    return { equipment, busySeconds, failures, repairSeconds }
  })
}
