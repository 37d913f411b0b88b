import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryScenarios } from '../../src/adapters/memory/scenarios.ts'
import { createScenarioRunTable } from '../../src/adapters/postgres/scenario-runs.ts'
import { createScenarioTable } from '../../src/adapters/postgres/scenarios.ts'
import type { Scenario, ScenarioStore } from '../../src/commands/whatif/scenario.ts'
import {
  MAX_RUNS_KEPT,
  type RunResult,
  type ScenarioRuns,
} from '../../src/projections/planning/scenario-runs.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
const stores: Record<string, { scenarios: ScenarioStore; runs: ScenarioRuns }> = {}
beforeAll(async () => {
  database = await freshDatabase()
  const memory = createMemoryScenarios()
  stores['memory'] = { scenarios: memory, runs: memory.runs }
  stores['postgres'] = {
    scenarios: await createScenarioTable(database.pool),
    runs: await createScenarioRunTable(database.pool),
  }
})
afterAll(() => database.drop())

const scenario = (scenarioId: string, second: number): Scenario => ({
  ...{ scenarioId, site: 'S1', name: 'Night shift', position: 7, createdBy: 'P-1', kept: false },
  at: '2026-03-02T06:00:00.000Z',
  createdAt: `2026-03-02T06:00:0${second}.000Z`,
  assumptions: [],
})
const none = { count: 0, mean: null, halfWidth: null }
const result = (replications: number, minute: number): RunResult => ({
  ...{ replications, horizonDays: 7, policy: 'rule', rule: 'edd', position: 7, version: 1 },
  kpis: [{ measure: 'ordersDone', base: none, scenario: none, difference: none }],
  ...{ orders: [], moved: [], findings: ['no routing'], fittedTo: 3, failures: 1 },
  calibration: { orders: 0, coverage80: 0.8, biasHours: 1.5, meanError: null, nullReason: null },
  ranAt: `2026-03-02T07:${String(minute).padStart(2, '0')}:00.000Z`,
})

describe.each(['memory', 'postgres'])('results of scenarios in %s', (name) => {
  test('are what was put in, newest first, one for each question', async () => {
    const { scenarios, runs } = stores[name]!
    const a = scenario('a', 1)
    await scenarios.add(a)
    await runs.save(a, result(10, 0))
    await runs.save(a, result(20, 1))
    await runs.save(a, result(10, 2))
    expect(await runs.list(a)).toEqual([result(10, 2), result(20, 1)])
    for (let i = 0; i < MAX_RUNS_KEPT; i++) await runs.save(a, result(100 + i, 3 + i))
    const kept = await runs.list(a)
    expect(kept).toHaveLength(MAX_RUNS_KEPT)
    expect(kept.at(-1)).toEqual(result(100, 3))
  })

  test('of another base are of another question', async () => {
    const { scenarios, runs } = stores[name]!
    const d = scenario('d', 1)
    await scenarios.add(d)
    const { scenarioId, createdAt } = d
    const asked: readonly RunResult[] = [
      { ...result(10, 2), against: { scenarioId, createdAt } },
      { ...result(10, 1), base: { policy: 'keep', rule: null } },
      result(10, 0),
    ]
    for (const one of asked.toReversed()) await runs.save(d, one)
    expect(await runs.list(d)).toEqual(asked)
  })

  test('go with their scenario, and another one of the same id has none', async () => {
    const { scenarios, runs } = stores[name]!
    const b = scenario('b', 1)
    await scenarios.add(b)
    await runs.save(b, result(10, 0))
    await scenarios.drop('b')
    expect(await runs.list(b)).toEqual([])
    // Played while it was dropped.
    await runs.save(b, result(20, 0))
    const again = scenario('b', 2)
    await scenarios.add(again)
    expect(await runs.list(again)).toEqual([])
    await runs.save(b, result(30, 0))
    expect(await runs.list(again)).toEqual([])
  })
})

test('results are there after a restart', async () => {
  const c = scenario('c', 1)
  await stores['postgres']!.scenarios.add(c)
  await stores['postgres']!.runs.save(c, result(10, 0))
  const restarted = await createScenarioRunTable(database.pool)
  expect(await restarted.list(c)).toEqual([result(10, 0)])
})
