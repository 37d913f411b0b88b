import type { Scenario, ScenarioStore } from '../../commands/whatif/scenario.ts'

/** Scenarios for specs: the same promises, none of the durability. */
export function createMemoryScenarios(): ScenarioStore {
  const known = new Map<string, Scenario>()
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
    },
  }
}
