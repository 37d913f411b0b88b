import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plant } from '../../bench/schedule/plant.ts'
import { hit, withStop } from '../../bench/schedule/stop.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import { withPlan } from '../../src/domain/planning/planned.ts'
import type { PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { repaired } from '../../src/domain/planning/repair.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { problems } from './problems.ts'

function firstPlan(problem: Problem): PlannedOperation[] {
  const compiled = compile(problem)
  const { order, modes } = dispatch(compiled, dispatchRules.atcs)
  return plannedOperations(compiled, createDecoder(compiled)(order, modes))
}

function repairedPlan(problem: Problem) {
  const compiled = compile(problem)
  const repair = repaired(compiled)!
  return { compiled, ...repair, rows: plannedOperations(compiled, repair.schedule) }
}

describe('repair', () => {
  test('breaks no rule, whatever stops and whoever goes home', () => {
    fc.assert(
      fc.property(
        problems,
        fc.constantFrom('M0', 'M1', 'OVEN'),
        fc.integer({ min: 0, max: 80 }),
        fc.boolean(),
        (problem, machine, from, absent) => {
          const rows = firstPlan(problem)
          if (rows.length === 0) return
          const stopped = withStop(withPlan(problem, rows), machine, { from, to: from + 25 })
          const [ann, ...others] = stopped.persons!
          const ill = { ...ann!, shifts: [{ from: 60, to: 3_000 }] }
          const broken = absent ? { ...stopped, persons: [ill, ...others] } : stopped
          const { compiled, order, rows: after } = repairedPlan(broken)
          expect(violations(broken, after)).toEqual([])
          expect(new Set(order).size).toBe(compiled.operations.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('of a plan that holds changes nothing', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const rows = firstPlan(problem)
        // What had no place before may find one now, and others make way for it.
        fc.pre(rows.length === problem.orders.flatMap(({ operations }) => operations).length)
        const places = (all: readonly PlannedOperation[]) =>
          new Map(all.map((row) => [`${row.order}/${row.operation}`, [row.equipment, row.start]]))
        const after = places(repairedPlan(withPlan(problem, rows)).rows)
        for (const [name, place] of places(rows)) expect(after.get(name)).toEqual(place)
      }),
      { numRuns: 200 },
    )
  })

  test.each([1, 2, 3])('leaves nine in ten of the others where they are (plant %i)', (seed) => {
    const problem = plant(500, seed)
    const rows = firstPlan(problem)
    const stop = { from: 30 * 3_600, to: 38 * 3_600 }
    const machine = rows.find((row) => row.start < stop.from && row.end > stop.from)!.equipment
    const { rows: after } = repairedPlan(withStop(withPlan(problem, rows), machine, stop))
    const met = hit(problem, rows, machine, stop)
    expect(met.size).toBeGreaterThan(0)
    const before = new Map(rows.map((row) => [`${row.order}/${row.operation}`, row]))
    const others = after.filter((row) => !met.has(`${row.order}/${row.operation}`))
    const same = others.filter((row) => {
      const { equipment, start } = before.get(`${row.order}/${row.operation}`)!
      return equipment === row.equipment && start === row.start
    })
    expect(after).toHaveLength(rows.length)
    expect(same.length / others.length).toBeGreaterThanOrEqual(0.9)
  })
})
