import type { Scenario } from '../commands/whatif/scenario.ts'
import { forkOf, type Fork } from '../projections/planning/fork.ts'
import { createHistory, type History } from '../projections/planning/history.ts'
import type { Context } from './context.ts'
import { scenariosOf } from './whatif.ts'

/** By log: what was folded for one request serves the others. */
const histories = new WeakMap<Context['log'], History>()

function historyOf({ log }: Context): History {
  const history = histories.get(log) ?? createHistory(log)
  histories.set(log, history)
  return history
}

/** A site at a moment. @param at ISO-8601 @param position up to which the log is known */
export async function forkAt(
  context: Context,
  where: { readonly site: string; readonly at: string; readonly position: number },
): Promise<Fork> {
  return forkOf(context.log, await historyOf(context).at(where.position), where)
}

/** The same with what a scenario assumes: its few facts on top of history, which is not folded again. */
export async function assumedFork(context: Context, scenario: Scenario): Promise<Fork> {
  const { site, at, position } = scenario
  const overlay = await scenariosOf(context).open(scenario)
  const replay = (await historyOf(context).at(position)).goOn()
  for (const fact of overlay.own) replay.apply(fact)
  return forkOf(overlay, replay, { site, at, position: Infinity })
}
