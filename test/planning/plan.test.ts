import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instances, type Instance } from '../../bench/schedule/instances.ts'
import { plant } from '../../bench/schedule/plant.ts'
import { coordinate } from '../../src/adapters/planner/coordinate.ts'
import { plan, type PlanOptions, type PlanProgress } from '../../src/adapters/planner/plan.ts'
import { compile, type Compiled } from '../../src/domain/planning/compile.ts'
import { createSearch } from '../../src/domain/planning/create-search.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { compare, costs, usualObjective } from '../../src/domain/planning/objective.ts'
import type { Mode, Operation, Order, Problem } from '../../src/domain/planning/problem.ts'
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

/** What the best of all sequences in all modes costs; null where they are too many to try. */
function leastCost(compiled: Compiled): Float64Array | null {
  const decode = createDecoder(compiled)
  const size = compiled.operations.length
  const [order, modes] = [new Int32Array(size), new Int32Array(size)]
  let [least, tried]: [Float64Array | null, number] = [null, 0]
  const place = (count: number): void => {
    if (tried > 1_000) return
    if (count === size) {
      tried++
      const cost = costs(compiled, decode(order, modes))
      if (least === null || compare(usualObjective, cost, least) < 0) least = cost
      return
    }
    for (const [at, { links, modes: options }] of compiled.operations.entries()) {
      const placed = order.subarray(0, count)
      if (placed.includes(at) || links.some((l) => !placed.includes(l.operation))) continue
      order[count] = at
      for (const mode of options.keys()) {
        modes[at] = mode
        place(count + 1)
      }
    }
  }
  place(0)
  return tried > 1_000 ? null : least
}

test('of small problems of every kind the search finds the best plan, in 19 of 20', () => {
  const small = fc.sample(problems, { seed: 11, numRuns: 60 }).map(compile)
  const solved = small.flatMap((compiled) => {
    const least = leastCost(compiled)
    if (least === null) return []
    const search = createSearch(compiled, usualObjective, seededRandom(1))
    search.step(5_000)
    const { order, modes } = search.best()
    const cost = costs(compiled, createDecoder(compiled)(order, modes))
    expect(compare(usualObjective, cost, least)).toBeGreaterThanOrEqual(0)
    return [compare(usualObjective, cost, least) === 0]
  })
  expect(solved.length).toBeGreaterThan(30)
  expect(solved.filter(Boolean).length / solved.length).toBeGreaterThanOrEqual(0.95)
}, 60_000)

describe('the objective', () => {
  const run = (equipment: string, more: Partial<Mode> = {}): Mode => ({
    equipment,
    fixedSeconds: 3_600,
    ...more,
  })
  const order = (id: string, modes: Mode[], more: Partial<Operation> = {}): Order => ({
    id,
    operations: [{ id: '1', modes, ...more }],
  })
  const last = async (problem: Problem) =>
    (await all(problem, { seed: 1, budget: { iterations: 400 } })).at(-1)!

  test('of all else equal, what takes much power runs while it is cheap', async () => {
    const problem: Problem = {
      equipment: [{ id: 'M' }],
      energyPrices: [
        { from: 0, to: 3_600, price: 0.4 },
        { from: 3_600, to: 7_200, price: 0.1 },
      ],
      orders: [
        order('A', [run('M', { kilowatts: 100 })]),
        order('B', [run('M', { kilowatts: 1 })]),
      ],
    }
    const { best, parts } = await last(problem)
    expect(best.find((row) => row.order === 'A')!.start).toBe(3_600)
    expect(parts.energy).toBeCloseTo(100 * 0.1 + 0.4)
  })

  test('a changeover is not worth a change in the firm zone, but one behind it', async () => {
    const setups = ['red', 'white'].flatMap((from) =>
      ['red', 'white'].map((to) => ({ from, to, seconds: from === to ? 0 : 600 })),
    )
    const current = (firmUntil: number): Problem => ({
      equipment: [{ id: 'M', setups, initialFamily: 'red' }],
      zones: { frozenUntil: 0, firmUntil },
      orders: [
        order('A', [run('M', { family: 'white' })], { planned: { mode: 0, start: 600 } }),
        order('B', [run('M', { family: 'red' })], { planned: { mode: 0, start: 4_800 } }),
        order('C', [run('M', { family: 'white' })], { planned: { mode: 0, start: 9_000 } }),
      ],
    })
    const firm = await last(current(10_000))
    expect(firm.parts).toMatchObject({ setup: 1_800, firmChanges: 0 })
    const free = await last(current(0))
    expect(free.parts).toMatchObject({ setup: 600, firmChanges: 0 })
    expect(free.parts.otherChanges).toBeGreaterThan(0)
  })

  test('levels and weights are the caller’s', async () => {
    const problem: Problem = {
      equipment: [{ id: 'M' }, { id: 'N' }],
      energyPrices: [{ from: 0, to: 100_000, price: 1 }],
      orders: [order('A', [run('M', { kilowatts: 9 }), run('N', { fixedSeconds: 7_200 })])],
    }
    const options = { seed: 1, budget: { iterations: 100 } }
    expect((await last(problem)).best[0]!.equipment).toBe('M')
    const green = await all(problem, { ...options, objective: [{ unscheduled: 1 }, { energy: 1 }] })
    expect(green.at(-1)!.best[0]!.equipment).toBe('N')
  })
})

describe('plan on worker threads', () => {
  test('a budget of processor time ends', async () => {
    const [{ problem }] = instances(['ta01']) as [Instance]
    const found = await all(problem, { seed: 7, budget: { cpuMs: 200 } })
    expect(found.at(-1)!.iteration).toBeGreaterThan(0)
  })

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

  test('a large plant is planned on other threads alone, with the same result', async () => {
    const problem = plant(2_005, 1)
    const options = { seed: 3, workers: 2, budget: { iterations: 10 } }
    const here: PlanProgress[] = []
    for await (const one of coordinate(problem, options)) here.push(one)
    expect(await all(problem, options)).toEqual(here)
    const [order] = problem.orders
    const wrong = { ...order!, id: 'X', operations: [{ id: '1', modes: [{ equipment: 'none' }] }] }
    const broken = { ...problem, orders: [...problem.orders, wrong] }
    await expect(all(broken, options)).rejects.toThrow('no equipment none')
    const stop = new AbortController()
    let seen = 0
    for await (const _ of plan(problem, {
      ...options,
      budget: { ms: 3_600_000 },
      signal: stop.signal,
    })) {
      seen++
      stop.abort()
    }
    expect(seen).toBe(1)
  }, 60_000)

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
