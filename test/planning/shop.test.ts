import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DATA, instances } from '../../bench/schedule/instances.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { seededRandom } from '../../src/domain/planning/random.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { createShopSearch } from '../../src/domain/planning/shop/shop-search.ts'
import { shopOf } from '../../src/domain/planning/shop/shop.ts'

/** Makespan after so many iterations, as the decoder has it, and what the checker says. */
function solve(problem: Problem, iterations: number, until = 0) {
  const compiled = compile(problem)
  const search = createShopSearch(shopOf(compiled)!, seededRandom(1))
  const decode = createDecoder(compiled)
  for (;;) {
    search.step(2_000)
    const { order, modes } = search.best()
    const makespan = Math.max(...decode(order, modes).end)
    if (makespan > until && search.iterations() < iterations) continue
    return { makespan, order, rows: plannedOperations(compiled, decode(order, modes)) }
  }
}

/** The least makespan of all orders of the operations, with all modes. */
function exhaustive(problem: Problem): number {
  const compiled = compile(problem)
  const decode = createDecoder(compiled)
  const size = compiled.operations.length
  const order = new Int32Array(size)
  const modes = new Int32Array(size)
  let least = Infinity
  const place = (count: number): void => {
    if (count === size) {
      least = Math.min(least, Math.max(...decode(order, modes).end))
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
  return least
}

const shops = fc
  .array(
    fc.array(
      fc.uniqueArray(
        fc.record({
          equipment: fc.constantFrom('A', 'B', 'C'),
          fixedSeconds: fc.integer({ min: 1, max: 20 }),
          family: fc.constantFrom('', 'red', 'white'),
        }),
        { minLength: 1, maxLength: 2, selector: ({ equipment }) => equipment },
      ),
      { minLength: 2, maxLength: 2 },
    ),
    { minLength: 2, maxLength: 3 },
  )
  .chain((jobs) =>
    fc.constantFrom([], [{ from: 'red', to: 'white', seconds: 5 }]).map((setups): Problem => ({
      equipment: ['A', 'B', 'C'].map((id) => ({ id, setups })),
      orders: jobs.map((operations, job) => ({
        id: `${job}`,
        operations: operations.map((modes, place) => ({ id: `${place}`, modes })),
      })),
    })),
  )

/** The same with somebody by name at every machine. */
const crews = fc
  .tuple(shops, fc.infiniteStream(fc.constantFrom('ann', 'bob')))
  .map(([{ equipment, orders }, names]): Problem => ({
    equipment: equipment.map(({ id }) => ({ id })),
    persons: ['ann', 'bob'].map((id) => ({ id, qualifications: [] })),
    orders: orders.map((order) => ({
      ...order,
      operations: order.operations.map((operation) => ({
        ...operation,
        modes: operation.modes.map((mode) => ({ ...mode, person: names.next().value! })),
      })),
    })),
  }))

describe('the climber of shops with machines and people', () => {
  test('finds what trying everything finds', () => {
    fc.assert(
      fc.property(crews, (problem) => {
        const { makespan, rows } = solve(problem, 4_000)
        expect(makespan).toBe(exhaustive(problem))
        expect(violations(problem, rows)).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})

describe('tabu search on the disjunctive graph', () => {
  test('finds what trying everything finds', () => {
    fc.assert(
      fc.property(shops, (problem) => {
        expect(solve(problem, 4_000).makespan).toBe(exhaustive(problem))
      }),
      { numRuns: 25 },
    )
  })

  test('same seed, same plan', () => {
    const [one] = instances(['ta01'])
    expect(solve(one!.problem, 6_000).order).toEqual(solve(one!.problem, 6_000).order)
  })

  test("Taillard's generator makes Taillard's instances", () => {
    const [one] = instances(['ta01'])
    expect(one!.problem.orders[0]!.operations.slice(0, 3).map(({ modes: [mode] }) => mode)).toEqual(
      [
        { equipment: 'M6', fixedSeconds: 94 },
        { equipment: 'M12', fixedSeconds: 66 },
        { equipment: 'M4', fixedSeconds: 10 },
      ],
    )
  })

  const known = existsSync(DATA) ? instances(['ft06', 'ft10', 'la0', 'la1', 'la20']) : []
  if (known.length === 0) console.info(`skipped: known optima need ${DATA}`)
  test.skipIf(known.length === 0).each(known)('$name is solved: $best', ({ problem, best }) => {
    const { makespan, rows } = solve(problem, 1_500_000, best!)
    expect(makespan).toBe(best)
    expect(violations(problem, rows)).toEqual([])
  })
})
