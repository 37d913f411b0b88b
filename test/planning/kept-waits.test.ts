import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/adapters/planner/plan.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import type { PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { createMeter, measures } from '../../src/domain/planning/simulation/measure.ts'
import { playOf, withPlanOf, type Policy } from '../../src/domain/planning/simulation/policy.ts'
import { noVariation, type Variation } from '../../src/domain/planning/simulation/variation.ts'
import { nightShop, problems } from './problems.ts'

const HOUR = 3_600

/** The problem with this plan in force, as a fork has it. */
const inForce = (problem: Problem, rows: readonly PlannedOperation[]): Problem => ({
  ...problem,
  orders: problem.orders.map((order) => ({
    ...order,
    operations: order.operations.map((operation) => {
      const row = rows.find((one) => one.order === order.id && one.operation === operation.id)!
      const held = row.cause === 'price' ? { notBefore: row.start } : {}
      return { ...operation, planned: { mode: row.mode, start: row.start, ...held } }
    }),
  })),
})
const planned = async () => {
  const found = await Array.fromAsync(plan(nightShop, { seed: 1, budget: { iterations: 20 } }))
  return { problem: inForce(nightShop, found.at(-1)!.best), promised: found.at(-1)!.parts.energy }
}

const policies: readonly Policy[] = [
  { kind: 'keep' },
  { kind: 'replan', everySeconds: HOUR, iterations: 50 },
]

describe.each(policies)('a plan that waits for cheap hours, by policy $kind', (policy) => {
  test('is played with the price that it promised', async () => {
    const { problem, promised } = await planned()
    expect(promised).toBeCloseTo(1, 9)
    for (const one of [problem, withPlanOf(problem, problem)]) {
      const compiled = compile(one)
      const run = playOf(compiled, { variation: noVariation, policy, seed: 1 })(0)
      expect(run.start[0]).toBe(3 * HOUR)
      const { values } = createMeter(compiled, 24 * HOUR)(run)
      expect(values[measures.indexOf('energyCost')]).toBeCloseTo(promised, 9)
    }
  })

  test('waits whatever chance does', async () => {
    const { problem } = await planned()
    const variation: Variation = { ...noVariation, otherwise: { mu: -0.1, sigma: 0.15 } }
    const play = playOf(compile(problem), { variation, policy, seed: 1 })
    for (let i = 0; i < 20; i++) expect(play(i).start[0]).toBe(3 * HOUR)
  })
})

test('a scenario whose plan is that of the base waits as it does', async () => {
  const { problem } = await planned()
  const faster = {
    ...nightShop,
    orders: nightShop.orders.map((order) => ({
      ...order,
      operations: order.operations.map((operation) => ({
        ...operation,
        modes: operation.modes.map((mode) => ({ ...mode, fixedSeconds: HOUR / 2 })),
      })),
    })),
  }
  const how = { variation: noVariation, policy: { kind: 'keep' }, seed: 1 } as const
  const run = playOf(compile(withPlanOf(faster, problem)), how)(0)
  expect(run.start[0]).toBe(3 * HOUR)
  expect(run.end[0]).toBe(3.5 * HOUR)
})

test('of any plan, nothing that is held back begins before its time', () => {
  let held = 0
  const waits = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 60, maxLength: 60 })
  fc.assert(
    fc.property(problems, waits, (problem, all) => {
      let at = 0
      const one: Problem = {
        ...problem,
        orders: problem.orders.map((order) => ({
          ...order,
          operations: order.operations.map((operation) => {
            const start = all[at++ % all.length]!
            const notBefore = start % 3 === 0 ? { notBefore: start } : {}
            return { ...operation, planned: { mode: 0, start, ...notBefore } }
          }),
        })),
      }
      const compiled = compile(one)
      const run = playOf(compiled, { variation: noVariation, policy: { kind: 'keep' }, seed: 1 })(0)
      for (const [i, { planned: plan, fixed }] of compiled.operations.entries()) {
        if (fixed || plan?.notBefore === undefined || run.start[i] === Infinity) continue
        held++
        expect(run.start[i]).toBeGreaterThanOrEqual(plan.notBefore)
      }
    }),
    { numRuns: 200 },
  )
  expect(held).toBeGreaterThan(100)
})
