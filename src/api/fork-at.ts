import type { Scenario } from '../commands/whatif/scenario.ts'
import { cycleFactorsOf } from '../commands/whatif/cycle-factor.ts'
import type { Recorded } from '../domain/event.ts'
import type { PlanningResourceEvent } from '../domain/planning/master-events.ts'
import { forkOf, type Fork } from '../projections/planning/fork.ts'
import { createHistory, TooManyFacts, type History } from '../projections/planning/history.ts'
import {
  measuredPower,
  withPower,
  type MachinePower,
} from '../projections/planning/running-power.ts'
import { paced } from '../projections/planning/sensitivity.ts'
import type { Replay } from '../projections/replay.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { scenariosOf } from './whatif.ts'

/** By log: what was folded for one request serves the others. */
const histories = new WeakMap<Context['log'], History>()

/** @throws GraphQLError `TooManyFacts` */
async function historyAt({ log }: Pick<Context, 'log'>, position: number): Promise<Replay> {
  const history = histories.get(log) ?? createHistory(log)
  histories.set(log, history)
  try {
    return await history.at(position)
  } catch (error) {
    if (error instanceof TooManyFacts) throw apiError('TooManyFacts', error.message)
    throw error
  }
}

interface Place {
  readonly site: string
  /** ISO-8601 */
  readonly at: string
  /** Up to which the log is known. */
  readonly position: number
}

/** A site at a moment. @throws GraphQLError `TooManyFacts` */
export async function forkAt(context: Pick<Context, 'log'>, where: Place): Promise<Fork> {
  return forkOf(context.log, await historyAt(context, where.position), where)
}

/** What a scenario is held against, what it assumes on top of it, and what power both reckon with. */
export interface Forks {
  readonly base: Fork
  readonly assumed: Fork
  readonly power: {
    readonly base: readonly MachinePower[]
    readonly assumed: readonly MachinePower[]
  }
  /** What either had to do without, or to assume; a sentence each. */
  readonly findings: readonly string[]
}

/**
 * History at the fork of a scenario with and without what it assumes: its few facts come on top of history, which
 * is not folded again. Machines take what their meters measured, unless the scenario assumes another power.
 * @throws GraphQLError `TooManyFacts`
 */
export async function forksOf(context: Context, scenario: Scenario): Promise<Forks> {
  const { site, at, position } = scenario
  const history = await historyAt(context, position)
  const base = await forkOf(context.log, history, { site, at, position })
  const overlay = await scenariosOf(context).open(scenario)
  const replay = history.goOn()
  for (const fact of overlay.own) replay.apply(fact)
  const assumed = await forkOf(overlay, replay, { site, at, position: Infinity })
  const measured = await measuredPower(context.log, history, { site, at, position })
  const set = new Set(overlay.own.filter(isPowerSet).map(({ data }) => data.scopeId))
  const own = withPower(base.problem, measured)
  const isSet = (machine: string) => assumed.places.path(machine).some((scope) => set.has(scope))
  const factors = cycleFactorsOf(scenario)
  const other = withPower(paced(assumed.problem, factors), measured, isSet)
  const machines = new Set(assumed.problem.equipment.map(({ id }) => id))
  const idle = [...factors.keys()].filter((machine) => !machines.has(machine))
  return {
    base: { ...base, problem: own.problem },
    assumed: { ...assumed, problem: other.problem },
    power: { base: own.power, assumed: other.power },
    findings: [
      ...new Set([...base.findings, ...assumed.findings].map(({ why }) => why)),
      ...idle.map(
        (machine) => `Nothing that is open may be done on ${machine}: its factor changes nothing.`,
      ),
    ],
  }
}

type PowerSet = Extract<PlanningResourceEvent, { type: 'RunningPowerSet' }>
const isPowerSet = (fact: Recorded): fact is Recorded<PowerSet> => fact.type === 'RunningPowerSet'
