import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plant } from '../../bench/schedule/plant.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { gainsWithout } from '../../src/domain/planning/counterfactual.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Order, PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { promises } from '../../src/domain/planning/promise.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { problems } from './problems.ts'

function planOf(problem: Problem): PlannedOperation[] {
  const compiled = compile(problem)
  const { order, modes } = dispatch(compiled, dispatchRules.edd)
  return plannedOperations(compiled, createDecoder(compiled)(order, modes))
}

const hour = 3_600
const run = (id: string, hours: number, more: Partial<Order> = {}): Order => ({
  id,
  operations: [{ id: '1', modes: [{ equipment: 'M', fixedSeconds: hours * hour }] }],
  ...more,
})

describe('capable to promise', () => {
  const problem: Problem = {
    equipment: [{ id: 'M' }],
    orders: [run('A', 4, { due: 4 * hour }), run('B', 4, { due: 12 * hour, release: 6 * hour })],
  }
  const rows = planOf(problem)

  test('a short order fits between, a long one waits or pushes', () => {
    const short = promises(problem, rows, run('R', 2, { due: 6 * hour }))
    expect(short.inGaps).toMatchObject({ end: 6 * hour, pushed: [] })
    expect(short.inTime).toMatchObject({ end: 6 * hour, pushed: [] })
    expect(short.first).toMatchObject({
      end: 2 * hour,
      pushed: [{ order: 'A', seconds: 2 * hour, turnsLate: true }],
    })
    const long = promises(problem, rows, run('R', 5, { due: 9 * hour }))
    expect(long.inGaps!.end).toBe(15 * hour)
    expect(long.inTime).toMatchObject({
      end: 9 * hour,
      pushed: [{ order: 'B', seconds: 3 * hour, turnsLate: true }],
    })
    expect(() => promises(problem, rows, run('A', 1))).toThrow('there is an order A already')
  })

  test('holds every rule; what is said not to move does not, what moves is named', () => {
    fc.assert(
      fc.property(problems, (all) => {
        const [rush, ...orders] = all.orders
        const rest = { ...all, orders }
        const before = planOf(rest)
        const { inGaps, first, inTime } = promises(rest, before, rush!)
        const whole = { ...all, orders: [...orders, rush!] }
        for (const one of [inGaps, first, inTime]) {
          if (!one) continue
          expect(violations(whole, one.rows)).toEqual([])
          for (const { id, operations } of orders) {
            const of = (plan: readonly PlannedOperation[]) => plan.filter((r) => r.order === id)
            const end = (plan: readonly PlannedOperation[]) =>
              Math.max(...of(plan).map((row) => row.end))
            if (of(before).length < operations.length) continue
            const told = one.pushed.find((pushed) => pushed.order === id)?.seconds ?? 0
            if (told < Infinity) expect(Math.max(0, end(one.rows) - end(before))).toBe(told)
          }
        }
        if (inGaps) expect(first!.end).toBeLessThanOrEqual(inGaps.end)
        if (inTime) expect(inTime.end).toBeLessThanOrEqual(rush!.due!)
      }),
      { numRuns: 100 },
    )
  })
})

describe('what a cause costs', () => {
  test('is what the order gains where the cause is taken away', () => {
    const problem: Problem = {
      equipment: [{ id: 'M', setups: [{ from: '', to: 'white', seconds: hour }] }],
      persons: [{ id: 'ann', qualifications: ['weld'], shifts: [{ from: 0, to: 30 * hour }] }],
      orders: [
        run('A', 4),
        {
          id: 'B',
          operations: [
            {
              id: '1',
              modes: [
                { equipment: 'M', fixedSeconds: hour, family: 'white', qualification: 'weld' },
              ],
            },
          ],
        },
      ],
    }
    expect(gainsWithout(problem, planOf(problem), 'B')).toEqual([
      { cause: 'machine', seconds: 4 * hour },
      { cause: 'setup', seconds: hour },
    ])
    expect(gainsWithout(problem, [], 'C')).toBe(null)
  })

  test('is known for every order of a plant', () => {
    const problem = plant(100, 2)
    const rows = planOf(problem)
    const gains = problem.orders.map(({ id }) => gainsWithout(problem, rows, id)!)
    expect(gains.flat().filter(({ seconds }) => seconds > 0).length).toBeGreaterThan(20)
  })
})
