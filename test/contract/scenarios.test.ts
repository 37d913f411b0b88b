import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryScenarios } from '../../src/adapters/memory/scenarios.ts'
import { createScenarioTable } from '../../src/adapters/postgres/scenarios.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import type { Scenario, ScenarioStore } from '../../src/commands/whatif/scenario.ts'
import { createScenarios } from '../../src/commands/whatif/scenarios.ts'
import { logWithTree, type LogWithTree } from '../tlog/log.ts'
import { contractCatalogue } from './event-store-kit.ts'

let log: LogWithTree
const stores: Record<string, ScenarioStore> = {}
beforeAll(async () => {
  log = await logWithTree()
  stores['memory'] = createMemoryScenarios()
  stores['postgres'] = await createScenarioTable(log.pool)
})
afterAll(() => log.end())

const scenario = (scenarioId: string, site: string, second: number): Scenario => ({
  ...{ scenarioId, site, name: 'Night shift', position: 7, createdBy: 'P-1', kept: false },
  at: '2026-03-02T06:00:00.000Z',
  createdAt: `2026-03-02T06:00:0${second}.000Z`,
  assumptions: [{ type: 'PlanDownTime', occurredAt: null, input: { scopeId: 'M1', n: 1.5 } }],
})

describe.each(['memory', 'postgres'])('scenarios in %s', (name) => {
  test('are what was put in, newest first, by site', async () => {
    const store = stores[name]!
    expect(await store.add(scenario('a', 'S1', 1))).toBe(true)
    expect(await store.add(scenario('b', 'S2', 2))).toBe(true)
    expect(await store.add(scenario('c', 'S1', 3))).toBe(true)
    expect(await store.add(scenario('a', 'S2', 4))).toBe(false)
    expect(await store.find('a')).toEqual(scenario('a', 'S1', 1))
    expect((await store.list(['S1'])).map(({ scenarioId }) => scenarioId)).toEqual(['c', 'a'])
    expect(await store.list(null)).toHaveLength(3)
    await store.keep('c', true)
    expect((await store.find('c'))!.kept).toBe(true)
    await store.drop('c')
    expect(await store.find('c')).toBeNull()
  })
})

test('a scenario moves neither the head of the log nor the root of its tree', async () => {
  await log.append(20)
  const before = { head: await log.store.head(), tree: await log.notarise() }
  const leaves = await log.tree.entries(0, 100)
  const scenarios = createScenarios({
    ...{ store: log.store, deciders, catalogue: contractCatalogue },
    scenarios: stores['postgres']!,
    clock: { now: () => '2026-03-02T06:00:00.000Z' },
  })
  const assumptions = [
    {
      type: 'DefineHierarchyScope',
      input: { scopeId: 'S9', level: 'SITE', parentId: null, name: 'New', timeZone: 'UTC' },
    },
  ]
  const wish = { input: { scenarioId: 'd', name: 'A new site', assumptions }, actor: 'P-1' }
  const made = await scenarios.create({ ...wish, site: 'S9', position: null })
  if (isRejection(made)) throw new Error(made.why)
  const overlay = await scenarios.open(made)
  expect(overlay.own.map(({ position }) => position)).toEqual([before.head + 1])
  expect(await overlay.readStream('hierarchyScope-S9')).toHaveLength(1)
  expect(await log.store.head()).toBe(before.head)
  expect(await log.store.readStream('hierarchyScope-S9')).toEqual([])
  // The next real fact is the next leaf, and all before it are as they were.
  await log.append(1)
  expect((await log.notarise()).size).toBe(before.tree.size + 1)
  expect((await log.tree.entries(0, 100)).slice(0, before.head)).toEqual(leaves)
})

test('nothing can follow a scenario, and none is full for ever', async () => {
  const kept = createMemoryScenarios()
  const scenarios = createScenarios({
    ...{ store: log.store, deciders, catalogue: contractCatalogue, scenarios: kept },
    clock: { now: () => '2026-03-02T06:00:00.000Z' },
  })
  const create = (scenarioId: string) =>
    scenarios.create({
      input: { scenarioId, name: 'n', assumptions: [] },
      ...{ site: 'S1', actor: 'P-1', position: null },
    })
  const first = await create('0')
  if (isRejection(first)) throw new Error(first.why)
  // Neither a policy nor a connector nor a projector finds anything that it could follow.
  const overlay = await scenarios.open(first)
  expect(Object.keys(overlay).toSorted()).toEqual(['append', 'own', 'readStream', 'touched'])
  await scenarios.keep('0', true)
  for (let i = 1; i <= 100; i++) expect(isRejection(await create(`${i}`))).toBe(false)
  const left = await scenarios.list(['S1'])
  expect(left).toHaveLength(100)
  expect(left.map(({ scenarioId }) => scenarioId)).toContain('0')
  expect(left.map(({ scenarioId }) => scenarioId)).not.toContain('1')
})
