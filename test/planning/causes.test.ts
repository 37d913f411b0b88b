import { describe, expect, test } from 'vitest'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import type { Mode, Order, PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'

const order = (id: string, mode: Partial<Mode>, more: Partial<Order> = {}): Order => ({
  id,
  operations: [{ id: '1', modes: [{ equipment: 'M', fixedSeconds: 10, ...mode }] }],
  ...more,
})
const plant = (problem: Partial<Problem>): Problem => ({
  equipment: [{ id: 'M' }, { id: 'N' }],
  orders: [],
  ...problem,
})
const plan = (problem: Problem): PlannedOperation[] => {
  const compiled = compile(problem)
  const modes = new Int32Array(compiled.operations.length)
  return plannedOperations(compiled, createDecoder(compiled)(compiled.topological, modes))
}

describe('the binding cause of a start', () => {
  const two = (first: Partial<Mode>, second: Partial<Mode>, more: Partial<Problem> = {}) =>
    plant({ orders: [order('A', first), order('B', second)], ...more })
  const cases: [string, Problem, Partial<PlannedOperation>][] = [
    ['release', plant({ orders: [order('B', {}, { release: 7 })] }), { start: 7, culprit: null }],
    ['machine', two({}, {}), { start: 10, culprit: 'A/1' }],
    [
      'setup',
      two(
        { family: 'red' },
        { family: 'white' },
        { equipment: [{ id: 'M', setups: [{ from: 'red', to: 'white', seconds: 5 }] }] },
      ),
      { setupStart: 10, start: 15, culprit: 'A/1' },
    ],
    [
      'person',
      two(
        { qualification: 'weld' },
        { equipment: 'N', qualification: 'weld' },
        { persons: [{ id: 'ann', qualifications: ['weld'] }] },
      ),
      { start: 10, person: 'ann', culprit: 'A/1' },
    ],
    [
      'tool',
      two({ tool: 'jig' }, { equipment: 'N', tool: 'jig' }, { tools: [{ id: 'jig', count: 1 }] }),
      { start: 10, culprit: 'A/1' },
    ],
    [
      'calendar',
      plant({ equipment: [{ id: 'M', open: [{ from: 20, to: 40 }] }], orders: [order('B', {})] }),
      { start: 20, culprit: null },
    ],
    [
      'material',
      plant({
        materials: [{ id: 'steel', stock: 0, receipts: [{ at: 33, quantity: 1 }] }],
        orders: [
          {
            id: 'B',
            operations: [
              {
                id: '1',
                modes: [{ equipment: 'M', fixedSeconds: 10 }],
                consumes: [{ material: 'steel', quantity: 1 }],
              },
            ],
          },
        ],
      }),
      { start: 33, culprit: null },
    ],
    [
      'frozen',
      plant({
        orders: [
          {
            id: 'A',
            operations: [
              {
                id: '1',
                modes: [{ equipment: 'M', fixedSeconds: 10 }],
                fixed: { mode: 0, start: 4 },
              },
            ],
          },
          order('B', {}),
        ],
      }),
      { start: 14, culprit: 'A/1' },
    ],
  ]
  test.each(cases)('%s', (cause, problem, expected) => {
    const rows = plan(problem)
    expect(rows.find((row) => row.order === 'B')).toMatchObject({ cause, ...expected })
    expect(violations(problem, rows)).toEqual([])
  })

  test.each([
    ['predecessor', [], 10],
    ['transport', [{ from: 'north', to: 'south', seconds: 6 }], 16],
  ] as const)('%s', (cause, transport, start) => {
    const problem = plant({
      equipment: [
        { id: 'M', location: 'north' },
        { id: 'N', location: 'south' },
      ],
      transport,
      orders: [
        {
          id: 'A',
          operations: [
            { id: '1', modes: [{ equipment: 'M', fixedSeconds: 10 }] },
            { id: '2', modes: [{ equipment: 'N', fixedSeconds: 10 }] },
          ],
        },
      ],
    })
    expect(plan(problem)[1]).toMatchObject({ cause, start, culprit: 'A/1' })
  })

  test('lots handed on overlap, and work stops with the calendar', () => {
    const problem = plant({
      equipment: [
        { id: 'M', open: [15, 30].map((from) => ({ from: from - 15, to: from - 5 })) },
        { id: 'N' },
      ],
      orders: [
        {
          id: 'A',
          quantity: 6,
          operations: [
            { id: '1', modes: [{ equipment: 'M', perUnitSeconds: 2, interruptible: true }] },
            {
              id: '2',
              after: [{ operation: '1', transferQuantity: 3 }],
              modes: [{ equipment: 'N', perUnitSeconds: 1 }],
            },
          ],
        },
      ],
    })
    const rows = plan(problem)
    expect(rows.map(({ start, end }) => [start, end])).toEqual([
      [0, 17],
      [14, 20],
    ])
    expect(violations(problem, rows)).toEqual([])
  })

  test('an oven takes together what fits', () => {
    const bake = { family: 'bread', size: 2 }
    const problem = plant({
      equipment: [{ id: 'M', batchCapacity: 4 }],
      orders: ['A', 'B', 'C'].map((id) => order(id, bake)),
    })
    expect(plan(problem).map(({ start }) => start)).toEqual([0, 0, 10])
    expect(violations(problem, plan(problem))).toEqual([])
  })
})

describe('the checker finds', () => {
  const problem = plant({
    persons: [
      { id: 'ann', qualifications: ['weld'], shifts: [{ from: 0, to: 100 }] },
      { id: 'bob', qualifications: [] },
    ],
    orders: [order('A', { qualification: 'weld' }), order('B', { qualification: 'weld' })],
  })
  const [a, b] = plan(problem) as [PlannedOperation, PlannedOperation]
  test.each<[string, PlannedOperation[]]>([
    ['overlaps on a machine', [a, { ...b, setupStart: 5, start: 5, end: 15 }]],
    ['the wrong length', [a, { ...b, end: b.end + 1 }]],
    ['work out of shift', [a, { ...b, setupStart: 95, start: 95, end: 105 }]],
    ['who is not qualified', [a, { ...b, person: 'bob' }]],
    ['nobody', [a, { ...b, person: null }]],
    ['twice the same', [a, a, b]],
    ['a start before the plan', [{ ...a, setupStart: -3, start: -3, end: 7 }, b]],
  ])('%s', (_, rows) => expect(violations(problem, rows)).not.toEqual([]))
  test('and nothing in a good plan', () => expect(violations(problem, [a, b])).toEqual([]))
})
