import type { Scenario, ScenarioStore } from '../../commands/whatif/scenario.ts'
import {
  MAX_RUNS_KEPT,
  questionKey,
  type RunOf,
  type RunResult,
  type ScenarioRuns,
} from '../../projections/planning/scenario-runs.ts'

/** Scenarios and what their runs found, for specs: the same promises, none of the durability. */
export function createMemoryScenarios(): ScenarioStore & { readonly runs: ScenarioRuns } {
  const known = new Map<string, Scenario>()
  const results = new Map<string, readonly RunResult[]>()
  const resultsOf = ({ scenarioId, createdAt }: RunOf): readonly RunResult[] | null =>
    known.get(scenarioId)?.createdAt === createdAt ? (results.get(scenarioId) ?? []) : null
  return {
    async add(scenario) {
      if (known.has(scenario.scenarioId)) return false
      known.set(scenario.scenarioId, structuredClone(scenario))
      return true
    },
    find: async (scenarioId) => known.get(scenarioId) ?? null,
    list: async (sites) =>
      [...known.values()].filter(({ site }) => sites === null || sites.includes(site)).reverse(),
    async keep(scenarioId, kept) {
      const scenario = known.get(scenarioId)
      if (scenario) known.set(scenarioId, { ...scenario, kept })
    },
    async drop(scenarioId) {
      known.delete(scenarioId)
      results.delete(scenarioId)
    },
    runs: {
      async save(of, result) {
        const others = resultsOf(of)?.filter((one) => questionKey(one) !== questionKey(result))
        if (!others) return
        const all = [structuredClone(result), ...others]
        results.set(of.scenarioId, all.slice(0, MAX_RUNS_KEPT))
      },
      list: async (of) => resultsOf(of) ?? [],
    },
  }
}
