import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityLoad } from '../../src/domain/planning/capacity.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { roughCut } from '../../src/domain/planning/rough-cut.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { shortages } from '../../src/domain/planning/shortages.ts'
import { problems } from './problems.ts'

const hour = 3_600
const week = 7 * 24 * hour
const weeks = [0, 1, 2].map((at) => ({ from: at * week, to: (at + 1) * week }))
const shift = Array.from({ length: 21 }, (_, day) => ({
  from: day * 24 * hour,
  to: (day * 24 + 8) * hour,
}))
/** 60 hours on lathes in week 1, which have 2 x 56 in every week; 50 of them on a person who has 40. */
const problem: Problem = {
  equipment: ['L1', 'L2'].map((id) => ({ id, open: shift })),
  persons: [{ id: 'ann', qualifications: ['turn'], shifts: shift }],
  tools: [{ id: 'jig', count: 1 }],
  materials: [{ id: 'bar', stock: 1, receipts: [{ at: week, quantity: 1 }] }],
  orders: ['A', 'B'].map((id) => ({
    id,
    due: week,
    operations: [
      {
        id: '1',
        consumes: [{ material: 'bar', quantity: 1 }],
        modes: [
          { equipment: 'L1', fixedSeconds: 50 * hour, tool: 'jig', qualification: 'turn' },
          { equipment: 'L2', fixedSeconds: 40 * hour, tool: 'jig', qualification: 'turn' },
        ].map((mode) => ({ ...mode, interruptible: true })),
      },
    ],
  })),
}
const groups = [
  { id: 'lathes', equipment: ['L1', 'L2'] },
  { id: 'turners', qualification: 'turn' },
]

describe('rough cut', () => {
  const compiled = compile(problem)
  const rough = roughCut(compiled)

  test('load against capacity, overload named with its orders', () => {
    const [lathes, , , turners, later] = capacityLoad(compiled, rough, groups, weeks)
    expect(lathes).toMatchObject({ capacity: 112 * hour, load: 80 * hour, overload: 0 })
    expect(turners).toEqual({
      group: 'turners',
      from: 0,
      to: week,
      capacity: 56 * hour,
      load: 80 * hour,
      overload: 24 * hour,
      orders: [
        { order: 'A', seconds: 40 * hour },
        { order: 'B', seconds: 40 * hour },
      ],
    })
    expect(later).toMatchObject({ load: 0, orders: [] })
  })

  test('shortages of material and tools have a date', () => {
    const start = 2 * 24 * hour
    expect(shortages(compiled, rough)).toEqual([
      { kind: 'material', id: 'bar', from: start, to: week, missing: 1, orders: ['B'] },
      {
        kind: 'tool',
        id: 'jig',
        from: start,
        to: (6 * 24 + 8) * hour,
        missing: 1,
        orders: ['B'],
      },
    ])
  })

  test('a plan lacks nothing, and every second of it is in one bucket', () => {
    fc.assert(
      fc.property(problems, fc.boolean(), (all, partly) => {
        const compiled = compile(all)
        const { order, modes } = dispatch(compiled, dispatchRules.edd)
        const rows = plannedOperations(compiled, createDecoder(compiled)(order, modes))
        const given = partly ? rows.slice(1) : rows
        const schedule = roughCut(compiled, given)
        if (!partly && schedule.scheduled.every(Boolean) && rows.length === schedule.start.length)
          expect(shortages(compiled, schedule)).toEqual([])
        const one = [{ id: 'all', equipment: all.equipment.map(({ id }) => id) }]
        const sum = (buckets: { from: number; to: number }[]) =>
          capacityLoad(compiled, schedule, one, buckets).reduce(
            (total, { load }) => total + load,
            0,
          )
        const cut = [-1_000, 13, 40, 77, 150, 100_000]
        const buckets = cut.slice(1).map((to, i) => ({ from: cut[i]!, to }))
        expect(sum(buckets)).toBe(sum([{ from: -1_000, to: 100_000 }]))
        const work = compiled.operations.reduce(
          (total, { modes }, at) =>
            total + (schedule.scheduled[at] ? modes[schedule.mode[at]!]!.seconds : 0),
          0,
        )
        const setups = rows.reduce((total, row) => total + row.start - row.setupStart, 0)
        expect(sum(buckets)).toBeGreaterThanOrEqual(work)
        expect(sum(buckets)).toBeLessThanOrEqual(work + setups)
      }),
      { numRuns: 200 },
    )
  })
})
