import { noVariation } from '../../domain/planning/simulation/variation.ts'
import {
  estimate,
  pairedEstimate,
  quantile,
  type Estimate,
} from '../../domain/planning/simulation/intervals.ts'
import { measures } from '../../domain/planning/simulation/measure.ts'
import type { Policy, Study } from '../../domain/planning/simulation/policy.ts'
import {
  columnOf,
  completionsOf,
  type Simulate,
  type Simulated,
} from '../../domain/planning/simulation/simulated.ts'
import type { Fork } from './fork.ts'

export interface Compared {
  readonly replications: number
  readonly kpis: readonly ComparedKpi[]
  readonly orders: readonly ComparedOrder[]
  readonly moved: readonly MovedOperation[]
}

export interface ComparedKpi {
  readonly measure: (typeof measures)[number]
  readonly base: Estimate
  readonly scenario: Estimate
  /** Scenario less base, replication by replication. */
  readonly difference: Estimate
}

/** Null where one of both does not have the order. */
export interface ComparedOrder {
  readonly orderId: string
  readonly dueAt: string | null
  readonly base: Forecast | null
  readonly scenario: Forecast | null
  /** Rather in time in one, rather late in the other. */
  readonly flips: boolean
}

/** Instants, ISO-8601; null: in that share of the replications it is not done. */
export interface Forecast {
  readonly p10: string | null
  readonly p50: string | null
  readonly p90: string | null
  /** Share of the replications in which it is in time; null without a due date. */
  readonly onTime: number | null
}

export interface MovedOperation {
  readonly orderId: string
  readonly operationId: string
  /** When it starts where nothing varies. */
  readonly baseStart: string
  readonly scenarioStart: string
}

export interface CompareOptions {
  readonly simulate: Simulate
  readonly policy: Policy
  /** How the floor of the base decides. */
  readonly basePolicy: Policy
  readonly replications: number
  readonly horizonSeconds: number
  readonly workers: number
  readonly signal: AbortSignal
  /** Of both together. */
  readonly onProgress: (done: number) => void
}

/** Every simulation of one question has the same chance. */
const SEED = 1
/** Less is not a move but a rounding. */
const MOVED_SECONDS = 60

/**
 * Plays base and scenario with common random numbers, both with what was fitted to the base: what comes out
 * different does so for what is assumed. Null when the signal aborts.
 */
export async function compareScenarios(
  base: Fork,
  scenario: Fork,
  options: CompareOptions,
): Promise<Compared | null> {
  const { simulate, policy, basePolicy, onProgress, ...common } = options
  const studyOf = ({ problem }: Fork, policy: Policy): Study => ({
    problem,
    planOf: base.problem,
    variation: base.variation,
    policy,
    seed: SEED,
  })
  const [a, b] = [studyOf(base, basePolicy), studyOf(scenario, policy)]
  const first = await simulate(a, { ...common, onProgress })
  if (!first) return null
  const more = (done: number) => onProgress(common.replications + done)
  const second = await simulate(b, { ...common, onProgress: more })
  if (!second) return null
  const still = { ...common, replications: 1, starts: true }
  const starts = await Promise.all(
    [a, b].map((study) => simulate({ ...study, variation: noVariation }, still)),
  )
  if (!starts[0] || !starts[1]) return null
  return {
    replications: common.replications,
    kpis: measures.map((measure, number) => {
      const [own, other] = [columnOf(first, number), columnOf(second, number)]
      return {
        measure,
        base: estimate(own),
        scenario: estimate(other),
        difference: pairedEstimate(own, other),
      }
    }),
    orders: comparedOrders([base, first], [scenario, second]),
    moved: movedOperations(base, scenario, [starts[0], starts[1]]),
  }
}

/** When each order is done, in the shares of the replications. */
export function forecasts({ problem, horizon }: Fork, found: Simulated): Map<string, Forecast> {
  const instant = (seconds: number | null): string | null =>
    seconds === null || seconds === Infinity ? null : horizon.instant(Math.round(seconds))
  return new Map(
    problem.orders.map(({ id, due }, number) => {
      const done = completionsOf(found, number)
      const inTime = done.filter((end) => end <= (due ?? Infinity)).length / done.length
      return [
        id,
        {
          p10: instant(quantile(done, 0.1)),
          p50: instant(quantile(done, 0.5)),
          p90: instant(quantile(done, 0.9)),
          onTime: due === undefined ? null : inTime,
        },
      ]
    }),
  )
}

function comparedOrders(
  [base, first]: readonly [Fork, Simulated],
  [scenario, second]: readonly [Fork, Simulated],
): ComparedOrder[] {
  const [own, other] = [forecasts(base, first), forecasts(scenario, second)]
  const ids = [...new Set([...own.keys(), ...other.keys()])].sort()
  return ids.map((orderId) => {
    const [a, b] = [own.get(orderId) ?? null, other.get(orderId) ?? null]
    const row = base.orders.get(orderId) ?? scenario.orders.get(orderId)
    const rather = (one: Forecast | null) =>
      one === null || one.onTime === null ? null : one.onTime >= 0.5
    const [before, after] = [rather(a), rather(b)]
    const flips = before !== null && after !== null && before !== after
    return { orderId, dueAt: row?.dueAt ?? null, base: a, scenario: b, flips }
  })
}

function movedOperations(
  base: Fork,
  scenario: Fork,
  [first, second]: readonly [Simulated, Simulated],
): MovedOperation[] {
  const startsOf = ({ problem, horizon }: Fork, { starts }: Simulated) =>
    new Map(
      problem.orders
        .flatMap(({ id, operations }) => operations.map((o) => [id, o.id] as const))
        .flatMap(([order, operation], at) => {
          const start = starts![at]!
          const row = { order, operation, start, instant: () => horizon.instant(Math.round(start)) }
          return start === Infinity ? [] : [[JSON.stringify([order, operation]), row] as const]
        }),
    )
  const after = startsOf(scenario, second)
  return [...startsOf(base, first)].flatMap(([key, was]) => {
    const is = after.get(key)
    if (!is || Math.abs(is.start - was.start) < MOVED_SECONDS) return []
    return [
      {
        orderId: was.order,
        operationId: was.operation,
        baseStart: was.instant(),
        scenarioStart: is.instant(),
      },
    ]
  })
}
