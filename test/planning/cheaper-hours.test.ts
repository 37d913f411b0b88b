import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/adapters/planner/plan.ts'
import { cheaperHours } from '../../src/domain/planning/cheaper-hours.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { gainsWithout } from '../../src/domain/planning/counterfactual.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { compare, costs, usualObjective } from '../../src/domain/planning/objective.ts'
import type { PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { startPlans } from '../../src/domain/planning/starts.ts'
import { whyLate } from '../../src/domain/planning/why-late.ts'
import { nightShop, problems } from './problems.ts'

const HOUR = 3_600

/** Second by second, from the plan as it is told. */
function priceByTheSecond(problem: Problem, rows: readonly PlannedOperation[]): number {
  let price = 0
  const ovens = new Set<string>()
  for (const { order, operation, mode, equipment, person, start, end } of rows) {
    const on = problem.equipment.find(({ id }) => id === equipment)!
    const rules = problem.orders
      .find(({ id }) => id === order)!
      .operations.find(({ id }) => id === operation)!
    const how = rules.modes[mode]!
    const run = JSON.stringify([equipment, start, end])
    if (on.batchCapacity !== undefined && ovens.has(run)) continue
    ovens.add(run)
    const shifts = problem.persons?.find(({ id }) => id === person)?.shifts
    const calendars = [on.open, how.attendance === 'setup' ? undefined : shifts]
    for (let at = start; at < end; at++) {
      const works = calendars.every(
        (open) => open === undefined || open.some(({ from, to }) => from <= at && at < to),
      )
      if (how.interruptible && !works) continue
      const span = problem.energyPrices?.find(({ from, to }) => from <= at && at < to)
      price += ((how.kilowatts ?? 0) * (span?.price ?? 0)) / HOUR
    }
  }
  return price
}

const prices = fc
  .array(fc.tuple(fc.integer({ min: 5, max: 60 }), fc.integer({ min: -2, max: 9 })), {
    minLength: 3,
    maxLength: 12,
  })
  .map((steps) => {
    let at = 0
    return steps.map(([length, price]) => ({ from: at, to: (at += length), price }))
  })
const priced = fc.tuple(problems, prices).map(([problem, energyPrices]): Problem => ({
  ...problem,
  energyPrices,
  orders: problem.orders.map((order) => ({
    ...order,
    operations: order.operations.map((one, i) => ({
      ...one,
      modes: one.modes.map((mode) => ({ ...mode, kilowatts: 3 + i })),
    })),
  })),
}))

const planned = async (problem: Problem) =>
  (await Array.fromAsync(plan(problem, { seed: 1, budget: { iterations: 20 } }))).at(-1)!

describe('cheaper hours', () => {
  test('an operation with slack waits for the night tariff, and the plan says why', async () => {
    const { best, parts } = await planned(nightShop)
    expect(best.find(({ order }) => order === 'A')).toMatchObject({
      ...{ start: 3 * HOUR, end: 4 * HOUR, cause: 'price' },
    })
    expect(parts).toMatchObject({ weightedTardiness: 0, makespan: 8 * HOUR })
    expect(parts.energy).toBeCloseTo(1, 9)
    expect(whyLate(compile(nightShop), best, 'A')!.delays).toEqual([
      { cause: 'price', resource: 'M', behind: null, seconds: 3 * HOUR },
    ])
    expect(gainsWithout(nightShop, best, 'A')).toEqual([{ cause: 'price', seconds: 3 * HOUR }])
  })

  test('nothing waits where it would be late, or the plan longer', async () => {
    const [a, b] = nightShop.orders
    const dueSoon = { ...nightShop, orders: [{ ...a!, due: 2 * HOUR }, b!] }
    const alone = { ...nightShop, orders: [a!] }
    for (const problem of [dueSoon, alone]) {
      const { best, parts } = await planned(problem)
      expect(best.find(({ order }) => order === 'A')!.start).toBe(0)
      expect(parts.energy).toBeCloseTo(3, 9)
    }
  })

  test('two on one machine share the cheap hours', async () => {
    const [a, b] = nightShop.orders
    const { best, parts } = await planned({ ...nightShop, orders: [a!, { ...a!, id: 'C' }, b!] })
    expect(best.map(({ start }) => start / HOUR).sort((one, other) => one - other)).toEqual([
      0, 3, 4,
    ])
    expect(parts.energy).toBeCloseTo(2, 9)
  })

  test('the price of a plan is that of its seconds', () => {
    fc.assert(
      fc.property(priced, (problem) => {
        const compiled = compile(problem)
        for (const { order, modes } of startPlans(compiled)) {
          const schedule = createDecoder(compiled)(order, modes)
          const rows = plannedOperations(compiled, schedule)
          expect(costs(compiled, schedule)[6]).toBeCloseTo(priceByTheSecond(problem, rows), 6)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('nothing that counts for more gets worse, and no rule is broken', () => {
    let cheaper = 0
    fc.assert(
      fc.property(priced, (problem) => {
        const compiled = compile(problem)
        const decode = createDecoder(compiled)
        const [start] = startPlans(compiled)
        const before = costs(compiled, decode(start!.order, start!.modes))
        const hold = cheaperHours(compiled, usualObjective, start!)
        if (!hold) return
        cheaper++
        const schedule = decode(start!.order, start!.modes, hold)
        const after = costs(compiled, schedule)
        expect(compare(usualObjective, after, before)).toBeLessThan(0)
        expect(violations(problem, plannedOperations(compiled, schedule))).toEqual([])
      }),
      { numRuns: 80, seed: 7 },
    )
    expect(cheaper).toBeGreaterThan(10)
  })

  test('a single operation gets the cheapest of all starts that keep the plan as long', () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 80 }), (energyPrices, seconds) => {
        const problem: Problem = {
          equipment: [{ id: 'M' }, { id: 'N' }],
          energyPrices,
          orders: [
            {
              id: 'A',
              operations: [
                { id: '1', modes: [{ equipment: 'M', fixedSeconds: seconds, kilowatts: 2 }] },
              ],
            },
            { id: 'B', operations: [{ id: '1', modes: [{ equipment: 'N', fixedSeconds: 200 }] }] },
          ],
        }
        const compiled = compile(problem)
        const [start] = startPlans(compiled)
        const hold = cheaperHours(compiled, usualObjective, start!)
        const found = createDecoder(compiled)(start!.order, start!.modes, hold ?? undefined)
        const at = (from: number): PlannedOperation[] =>
          plannedOperations(compiled, found).map((one) =>
            one.order === 'A' ? { ...one, start: from, end: from + seconds } : one,
          )
        const all = Array.from({ length: 201 - seconds }, (_, from) =>
          priceByTheSecond(problem, at(from)),
        )
        expect(costs(compiled, found)[6]).toBeCloseTo(Math.min(...all), 6)
      }),
      { numRuns: 40 },
    )
  })
})
