import { usualPlanningRules, type PlanningRules } from '../../domain/planning/events.ts'
import type { Equipment, Order, Problem } from '../../domain/planning/problem.ts'
import { minus } from '../../domain/kpi/pieces.ts'
import { compositeKey } from '../composite-key.ts'
import { materialsOf, micro, type Materials } from './materials.ts'
import { energyPricesOf } from './energy-prices.ts'
import { batchCapacityOf, changeoversOf } from './modes.ts'
import { openingOf, type Opening } from './opening.ts'
import { openOrder, type OperationSources } from './operations.ts'
import { peopleOf } from './people.ts'
import { placesOf } from './places.ts'
import { createFindings, type Finding, type PlanningRows } from './rows.ts'
import { horizonOf, secondsOf, type Horizon } from './seconds.ts'
import { settle, type Settled } from './settle.ts'

/** A problem of one site, and the way back to instants: ids in it are those of the plant. */
export interface PlanningProblem {
  readonly problem: Problem
  readonly horizon: Horizon
  readonly rules: PlanningRules
  /** What is left out, and what had to be assumed. */
  readonly findings: readonly Finding[]
}

/**
 * The open work of a site as a problem for the scheduler. Pure: the same rows make the same problem.
 * Whatever is missing leaves an operation out, or is assumed, and is told either way.
 * @param at when the plan begins, ISO-8601
 */
export function buildProblem(rows: PlanningRows, site: string, at: string): PlanningProblem {
  const ofSite = rows.planningRules.find(({ key }) => key === site)
  const rules = ofSite?.rules ?? usualPlanningRules
  const horizon = horizonOf(at, rules.horizonMs)
  const findings = createFindings()
  const sources: OperationSources = {
    ...{ at: horizon.at, horizon, findings, sets: new Map() },
    places: placesOf(rows.hierarchy),
    rules: {
      byScope: new Map(
        rows.qualificationRules
          .filter(({ key }) => key === site)
          .flatMap(({ requirements }) =>
            requirements.map((one) => [one.scopeId, one.qualifications] as const),
          ),
      ),
    },
    resources: new Map(rows.planningResources.map((row) => [row.key, row])),
    tools: new Map(rows.planningTools.map((row) => [row.key, row])),
    cycleTimes: Map.groupBy(rows.cycleTimes, ({ equipmentId }) => equipmentId),
    segments: new Map(rows.productSegments.map((row) => [row.key, row])),
    clocks: Map.groupBy(rows.runningClocks, (c) => compositeKey(c.orderId, c.operationId)),
    current: new Map(rows.current.map((o) => [compositeKey(o.orderId, o.operationId), o])),
    pins: new Map(rows.pins.map((o) => [compositeKey(o.orderId, o.operationId), o])),
  }
  const open = rows.orders.map((order) => openOrder(order, sources))
  const people = openingOf(rows.calendars, 'PERSON', horizon)
  const persons = peopleOf(rows, sources.sets, { site, horizon, opening: people, findings })
  const materials = materialsOf(rows, { horizon, findings })
  const energyPrices = energyPricesOf(rows.energyTariffs, { horizon, findings })
  const settled = settle(open, { ...sources, rows, persons, planning: rules })
  const machines = openingOf(rows.calendars, 'EQUIPMENT', horizon)
  const equipment = equipmentOf(settled, { sources, rows, rules, machines })
  const tools = rows.planningTools.map(({ key, count }) => ({ id: key, count }))
  const legs = (ofSite?.transportTimes ?? []).map(({ fromScopeId, toScopeId, durationMs }) => ({
    ...{ from: fromScopeId, to: toScopeId },
    seconds: secondsOf(durationMs),
  }))
  const problem: Problem = {
    equipment,
    persons,
    tools,
    materials: materials.problem,
    orders: settled.map((one) => orderOf(one, { horizon, materials })),
    ...(legs.length === 0 ? {} : { transport: legs }),
    ...(energyPrices.length === 0 ? {} : { energyPrices }),
    ...(rows.current.length === 0
      ? {}
      : {
          zones: {
            frozenUntil: secondsOf(rules.frozenMs),
            firmUntil: Math.max(secondsOf(rules.firmMs), secondsOf(rules.frozenMs)),
          },
        }),
  }
  return { problem, horizon, rules, findings: findings.all }
}

interface EquipmentSources {
  readonly sources: OperationSources
  readonly rows: PlanningRows
  readonly rules: PlanningRules
  readonly machines: Opening
}

/** Every machine that some operation may be done on. */
function equipmentOf(
  settled: readonly Settled[],
  { sources, rows, rules, machines }: EquipmentSources,
): readonly Equipment[] {
  const used = new Set(
    settled.flatMap(({ operations }) =>
      operations.flatMap(({ operation }) => operation.modes.map((mode) => mode.equipment)),
    ),
  )
  const { places, segments, horizon, findings } = sources
  const transport = rows.planningRules.flatMap(({ transportTimes }) => transportTimes)
  const locations = new Set(transport.flatMap((leg) => [leg.fromScopeId, leg.toScopeId]))
  const faults = new Map(rows.faults.map((one) => [one.equipmentId, one]))
  const last = new Map(rows.lastWork.map((one) => [one.equipmentId, one]))
  return [...used].toSorted().map((id): Equipment => {
    const path = places.path(id)
    const location = path.find((scope) => locations.has(scope))
    const changeovers = changeoversOf(id, sources)
    const capacity = batchCapacityOf(id, sources)
    const done = last.get(id)
    const family =
      done && segments.get(compositeKey(done.materialId, done.operationId))?.setupFamily
    let open = machines.open(path)
    const fault = faults.get(id)
    if (fault) {
      const until = Math.min(horizon.seconds, secondsOf(rules.repairMs))
      open = minus(open ?? [{ from: 0, to: horizon.seconds }], [{ from: 0, to: until }])
      const why = `${id} is in ${fault.state} since ${fault.since}; planned as down until ${horizon.instant(until)}.`
      findings.tell('EquipmentDown', { subjectId: id }, why)
    }
    return {
      id,
      ...(location === undefined ? {} : { location }),
      ...(open === undefined ? {} : { open }),
      ...(capacity === null ? {} : { batchCapacity: capacity }),
      ...(changeovers.length === 0
        ? {}
        : {
            setups: changeovers.map(({ fromFamily, toFamily, durationMs }) => ({
              ...{ from: fromFamily, to: toFamily },
              seconds: secondsOf(durationMs),
            })),
          }),
      ...(family == null ? {} : { initialFamily: family }),
    }
  })
}

/** An order of the default priority counts once, one of priority 100 five times. */
const USUAL_PRIORITY = 500

function orderOf(
  { order, operations, isWhole, restUntil }: Settled,
  { horizon, materials }: { readonly horizon: Horizon; readonly materials: Materials },
): Order {
  const release = Math.max(0, horizon.ceil(order.releasedAt), restUntil)
  const pieces = order.quantity ?? 0
  const last = operations.at(-1)
  const makes = isWhole && last && materials.isKnown(order.materialId)
  return {
    id: order.key,
    ...(release === 0 ? {} : { release }),
    ...(order.dueAt === null ? {} : { due: horizon.floor(order.dueAt) }),
    weight: USUAL_PRIORITY / Math.max(1, order.priority),
    quantity: Number.isInteger(pieces) && pieces > 0 ? pieces : 1,
    operations: operations.map(({ operation, segment, units }) => {
      const consumes = materials.taken(segment, units)
      const produces =
        makes && operation === last.operation && units > 0
          ? [{ material: order.materialId, quantity: micro(units) }]
          : []
      return {
        ...operation,
        ...(consumes.length === 0 ? {} : { consumes }),
        ...(produces.length === 0 ? {} : { produces }),
      }
    }),
  }
}
