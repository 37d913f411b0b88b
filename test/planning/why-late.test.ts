import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plant } from '../../bench/schedule/plant.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { whyLate } from '../../src/domain/planning/why-late.ts'
import { problems } from './problems.ts'

function planned(problem: Problem) {
  const compiled = compile(problem)
  const { order, modes } = dispatch(compiled, dispatchRules.edd)
  return { compiled, rows: plannedOperations(compiled, createDecoder(compiled)(order, modes)) }
}

function sums(problem: Problem): number {
  const { compiled, rows } = planned(problem)
  let explained = 0
  for (const { id, release, due } of problem.orders) {
    const why = whyLate(compiled, rows, id)
    if (!why) continue
    explained++
    const waiting = why.delays.reduce((sum, { seconds }) => sum + seconds, 0)
    expect(why.end - why.from).toBe(why.work + waiting)
    expect(why.from).toBe(release ?? 0)
    if (due !== undefined) expect(why.lateness).toBe(waiting - why.slack!)
    for (const { seconds } of why.delays) expect(seconds).toBeGreaterThan(0)
  }
  return explained
}

describe('why an order is late', () => {
  test('work and waiting make up the whole time, to the second', () => {
    fc.assert(
      fc.property(problems, (problem) => void sums(problem)),
      { numRuns: 300 },
    )
    expect(sums(plant(300, 4))).toBe(60)
  })

  test('behind two orders, a changeover, a material and a closed night', () => {
    const hour = 3_600
    const run = (id: string, family: string, hours: number) => ({
      id,
      operations: [
        {
          id: '1',
          modes: [{ equipment: 'M3', fixedSeconds: hours * hour, family, interruptible: true }],
        },
      ],
    })
    const problem: Problem = {
      equipment: [
        {
          id: 'M3',
          initialFamily: 'red',
          setups: [{ from: 'red', to: 'white', seconds: 3 * hour }],
        },
        { id: 'M4', open: [20, 44].map((h) => ({ from: h * hour, to: (h + 20) * hour })) },
      ],
      materials: [{ id: 'X', stock: 0, receipts: [{ at: 22 * hour, quantity: 1 }] }],
      orders: [
        run('A', 'red', 4),
        run('B', 'red', 5),
        {
          id: 'C',
          due: 20 * hour,
          operations: [
            ...run('C', 'white', 1).operations,
            {
              id: '2',
              modes: [{ equipment: 'M4', fixedSeconds: 2 * hour, interruptible: true }],
              consumes: [{ material: 'X', quantity: 1 }],
            },
          ],
        },
      ],
    }
    const compiled = compile(problem)
    const modes = new Int32Array(4)
    const order = Int32Array.from([0, 1, 2, 3])
    const rows = plannedOperations(compiled, createDecoder(compiled)(order, modes))
    expect(whyLate(compiled, rows, 'C')).toEqual({
      order: 'C',
      from: 0,
      end: 24 * hour,
      chain: ['1', '2'],
      work: 3 * hour,
      slack: 17 * hour,
      lateness: 4 * hour,
      delays: [
        { cause: 'material', resource: 'X', behind: null, seconds: 9 * hour },
        { cause: 'machine', resource: 'M3', behind: 'B', seconds: 5 * hour },
        { cause: 'machine', resource: 'M3', behind: 'A', seconds: 4 * hour },
        { cause: 'setup', resource: 'M3', behind: null, seconds: 3 * hour },
      ],
    })
    expect(whyLate(compiled, rows.slice(1), 'A')).toBe(null)
  })
})
