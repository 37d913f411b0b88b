import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instances, type Instance } from '../../bench/schedule/instances.ts'
import { plan, type PlanOptions, type PlanProgress } from '../../src/adapters/planner/plan.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createSearch } from '../../src/domain/planning/create-search.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { compare, costs, usualObjective } from '../../src/domain/planning/objective.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { seededRandom } from '../../src/domain/planning/random.ts'
import { startPlans } from '../../src/domain/planning/starts.ts'
import { problems } from './problems.ts'

const all = async (problem: Problem, options: PlanOptions): Promise<PlanProgress[]> => {
  const found: PlanProgress[] = []
  for await (const one of plan(problem, options)) found.push(one)
  return found
}

describe('search by the decoder', () => {
  test('never ends worse than any start, and keeps sequences whole', () => {
    fc.assert(
      fc.property(problems, fc.nat(), (problem, seed) => {
        const compiled = compile(problem)
        const decode = createDecoder(compiled)
        const search = createSearch(compiled, usualObjective, seededRandom(seed))
        search.step(50)
        const { order, modes } = search.best()
        expect(new Set(order).size).toBe(compiled.operations.length)
        const place = new Map([...order].map((at, i) => [at, i]))
        for (const [at, { links }] of compiled.operations.entries())
          for (const { operation } of links)
            expect(place.get(operation)!).toBeLessThan(place.get(at)!)
        const cost = costs(compiled, decode(order, modes))
        for (const start of startPlans(compiled)) {
          const startCost = costs(compiled, decode(start.order, start.modes))
          expect(compare(usualObjective, cost, startCost)).toBeLessThanOrEqual(0)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('plan on worker threads', () => {
  test('same seed, iterations and workers: the same plan, byte for byte', async () => {
    const [{ problem }] = instances(['ta01']) as [Instance]
    const options = { seed: 7, workers: 2, budget: { iterations: 20_000 } }
    const [one, two] = [await all(problem, options), await all(problem, options)]
    expect(JSON.stringify(one)).toBe(JSON.stringify(two))
    const makespans = one.map(({ parts }) => parts.makespan)
    expect(makespans).toEqual(makespans.toSorted((a, b) => b - a))
    expect(makespans.at(-1)).toBeLessThan(1_300)
    expect(makespans.at(-1)).toBeGreaterThanOrEqual(one[0]!.bound)
  })

  test('a plan that still holds is given back as it is, before it is improved', async () => {
    const [sample] = fc.sample(problems, { seed: 5, numRuns: 1 }) as [Problem]
    const rows = (await all(sample, { seed: 1, budget: { iterations: 500 } })).at(-1)!.best
    const planned: Problem = {
      ...sample,
      orders: sample.orders.map((order) => ({
        ...order,
        operations: order.operations.map((operation) => {
          const row = rows.find((r) => r.order === order.id && r.operation === operation.id)
          return row ? { ...operation, planned: { mode: row.mode, start: row.start } } : operation
        }),
      })),
    }
    const [repaired] = await all(planned, { seed: 1, budget: { iterations: 10 } })
    expect(repaired!.parts.otherChanges).toBe(0)
  })

  test('stops when told', async () => {
    const stop = new AbortController()
    const [{ problem }] = instances(['ta41']) as [Instance]
    let seen = 0
    const options = { seed: 1, budget: { ms: 3_600_000 }, signal: stop.signal }
    for await (const _ of plan(problem, options)) {
      seen++
      stop.abort()
    }
    expect(seen).toBe(1)
  })
})
