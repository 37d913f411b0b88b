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
 * History at the fork of a scenario with what it assumes, and what it is held against. Machines take what their
 * meters measured, unless a scenario assumes another power.
 * @param against another scenario of the same position, begun at the same moment; null: history going on as it is
 * @throws GraphQLError `TooManyFacts`
 */
export async function forksOf(
  context: Context,
  scenario: Scenario,
  against: Scenario | null,
): Promise<Forks> {
  const { site, at, position } = scenario
  const history = await historyAt(context, position)
  const measured = await measuredPower(context.log, history, { site, at, position })
  const known = { history, measured, at }
  const base = against
    ? await assuming(context, against, known)
    : { ...asItIs(await forkOf(context.log, history, scenario), measured), findings: [] }
  const assumed = await assuming(context, scenario, known)
  const told = [base.fork, assumed.fork].flatMap(({ findings }) => findings.map(({ why }) => why))
  return {
    base: base.fork,
    assumed: assumed.fork,
    power: { base: base.power, assumed: assumed.power },
    findings: [...new Set([...told, ...base.findings, ...assumed.findings])],
  }
}

type Measured = Awaited<ReturnType<typeof measuredPower>>

function asItIs(fork: Fork, measured: Measured) {
  const { problem, power } = withPower(fork.problem, measured)
  return { fork: { ...fork, problem }, power }
}

/** The few facts of a scenario come on top of history, which is not folded again. */
async function assuming(
  context: Context,
  scenario: Scenario,
  {
    history,
    measured,
    at,
  }: { readonly history: Replay; readonly measured: Measured; readonly at: string },
) {
  const { site } = scenario
  const overlay = await scenariosOf(context).open(scenario)
  const replay = history.goOn()
  for (const fact of overlay.own) replay.apply(fact)
  const fork = await forkOf(overlay, replay, { site, at, position: Infinity })
  const set = new Set(overlay.own.filter(isPowerSet).map(({ data }) => data.scopeId))
  const isSet = (machine: string) => fork.places.path(machine).some((scope) => set.has(scope))
  const factors = cycleFactorsOf(scenario)
  const { problem, power } = withPower(paced(fork.problem, factors), measured, isSet)
  const machines = new Set(fork.problem.equipment.map(({ id }) => id))
  const findings = [...factors.keys()]
    .filter((machine) => !machines.has(machine))
    .map((id) => `Nothing that is open may be done on ${id}: its factor changes nothing.`)
  return { fork: { ...fork, problem }, power, findings }
}

type PowerSet = Extract<PlanningResourceEvent, { type: 'RunningPowerSet' }>
const isPowerSet = (fact: Recorded): fact is Recorded<PowerSet> => fact.type === 'RunningPowerSet'
