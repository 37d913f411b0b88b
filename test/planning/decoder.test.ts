import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile, type Compiled } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { seededRandom } from '../../src/domain/planning/random.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { problems } from './problems.ts'

/** Any order that respects what waits for what, and any modes. */
function anySequence(compiled: Compiled, seed: number) {
  const random = seededRandom(seed)
  const { operations } = compiled
  const waiting = operations.map(({ links }) => links.length)
  const ready = operations.flatMap((_, at) => (waiting[at] === 0 ? [at] : []))
  const order: number[] = []
  while (ready.length > 0) {
    const [at] = ready.splice(Math.floor(random() * ready.length), 1)
    order.push(at!)
    for (const next of operations[at!]!.successors) if (--waiting[next]! === 0) ready.push(next)
  }
  const modes = operations.map(({ modes }) => Math.floor(random() * modes.length))
  return { order: Int32Array.from(order), modes: Int32Array.from(modes) }
}

const planOf = (problem: Problem, seed: number) => {
  const compiled = compile(problem)
  const { order, modes } = anySequence(compiled, seed)
  return plannedOperations(compiled, createDecoder(compiled)(order, modes))
}

describe('no plan breaks a calendar, precedence, capacity, qualification or balance', () => {
  test('of any sequence', () => {
    fc.assert(
      fc.property(problems, fc.nat(), (problem, seed) => {
        expect(violations(problem, planOf(problem, seed))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('around what runs, is pinned or frozen', () => {
    fc.assert(
      fc.property(problems, fc.nat(), fc.integer({ min: 1, max: 60 }), (problem, seed, until) => {
        const plan = planOf(problem, seed)
        const current: Problem = {
          ...problem,
          zones: { frozenUntil: until, firmUntil: 2 * until },
          orders: problem.orders.map((order) => ({
            ...order,
            operations: order.operations.map((operation) => {
              const row = plan.find((r) => r.order === order.id && r.operation === operation.id)
              const planned = row && { mode: row.mode, start: row.start }
              return { ...operation, ...(planned ? { planned } : {}) }
            }),
          })),
        }
        expect(violations(current, planOf(current, seed + 1))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('of any dispatch rule', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(...Object.values(dispatchRules)), (problem, rule) => {
        const compiled = compile(problem)
        const { order, modes } = dispatch(compiled, rule)
        expect(new Set(order).size).toBe(compiled.operations.length)
        const plan = plannedOperations(compiled, createDecoder(compiled)(order, modes))
        expect(violations(problem, plan)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
