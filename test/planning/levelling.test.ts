import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { solveLinear } from '../../src/adapters/planner/solve-linear.ts'
import type { ResourceGroup } from '../../src/domain/planning/capacity.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { levelled } from '../../src/domain/planning/levelling.ts'
import { ProgramTooLarge } from '../../src/domain/planning/linear-program.ts'
import type { Mode, Operation, Order, Problem } from '../../src/domain/planning/problem.ts'
import { roughCut } from '../../src/domain/planning/rough-cut.ts'
import { exhaustive, LENGTH, priceOf, type Case } from './levelling-oracle.ts'

const buckets = [0, 1, 2].map((at) => ({ from: at * LENGTH, to: (at + 1) * LENGTH }))
const A: ResourceGroup = { id: 'A', equipment: ['M1'] }
const B: ResourceGroup = { id: 'B', equipment: ['M2'] }
const on = (equipment: string, seconds: number, more: object = {}): Mode => ({
  ...{ equipment, fixedSeconds: seconds, interruptible: true },
  ...more,
})
const single = (id: string, modes: readonly Mode[], more: Partial<Order> = {}): Order => ({
  ...{ id, operations: [{ id: '1', modes }], due: LENGTH },
  ...more,
})
const open = (seconds: number, at: number[] = [0, 1, 2]) =>
  at.map((bucket) => ({ from: bucket * LENGTH, to: bucket * LENGTH + seconds }))
const plant = (orders: readonly Order[], more: Partial<Problem> = {}): Problem => ({
  equipment: ['M1', 'M2'].map((id) => ({ id, open: open(4) })),
  orders,
  ...more,
})
const level = (problem: Problem, groups: readonly ResourceGroup[] = [A, B], spans = buckets) => {
  const compiled = compile(problem)
  return levelled({ compiled, schedule: roughCut(compiled), groups, buckets: spans }, solveLinear)
}
const place = (bucket: number, group: string | string[], seconds: number) => ({
  ...{ ...buckets[bucket], seconds, groups: [group].flat() },
})
const move = (order: string, from: object, to: object, operation = '1') => ({
  ...{ order, operation, from, to },
})

describe('levelling with a known optimum', () => {
  test('to an earlier stretch where the due date allows no later one, and only what is too much', async () => {
    const orders = [single('X', [on('M1', 4)]), single('Y', [on('M1', 3)], { release: 0 })]
    const late = orders.map((order) => ({ ...order, due: 2 * LENGTH }))
    const { moves, remaining } = await level(plant(late))
    expect(remaining).toEqual([])
    expect(moves.reduce((sum, { from }) => sum + from.seconds, 0)).toBe(3)
    for (const { from, to } of moves) expect([from.from, to.from]).toEqual([LENGTH, 0])
  })

  test('what has nowhere to go stays, by group and stretch', async () => {
    expect(await level(plant([single('X', [on('M1', 4)]), single('Y', [on('M1', 3)])]))).toEqual({
      moves: [],
      remaining: [{ group: 'A', from: 0, to: LENGTH, overload: 3 }],
    })
  })

  test('another group takes it, in the time it takes there', async () => {
    const both = [on('M1', 2), on('M2', 4)]
    const { moves, remaining } = await level(plant([single('X', [on('M1', 4)]), single('Y', both)]))
    expect(remaining).toEqual([])
    expect(moves).toEqual([move('Y', place(0, 'A', 2), place(0, 'B', 4))])
  })

  test('nothing goes to a machine whose capacity nobody asked about', async () => {
    const { moves, remaining } = await level(
      plant([single('X', [on('M1', 4)]), single('Y', [on('M1', 2), on('M2', 2)])]),
      [A],
    )
    expect([moves, remaining]).toEqual([[], [{ group: 'A', from: 0, to: LENGTH, overload: 2 }]])
  })

  test('people count: a machine with room is no help without them', async () => {
    const persons = [{ id: 'ann', qualifications: ['turn'], shifts: open(2) }]
    const turning = (id: string, due: number) =>
      single(id, [on('M1', 2, { qualification: 'turn' })], { due })
    const people: ResourceGroup = { id: 'turners', qualification: 'turn' }
    const { moves, remaining } = await level(
      plant([turning('X', LENGTH), turning('Y', 2 * LENGTH), turning('Z', 2 * LENGTH)], {
        persons,
      }),
      [A, people],
    )
    // Three times two hours of work, and ann is there for two in each of two stretches.
    expect(moves).toEqual([])
    expect(remaining).toEqual([{ group: 'turners', from: LENGTH, to: 2 * LENGTH, overload: 2 }])
  })

  test('the heavier group keeps free where not both can', async () => {
    const orders = [
      single('X', [on('M1', 4)]),
      single('Y', [on('M2', 4)]),
      single('Z', [on('M1', 2), on('M2', 2)]),
    ]
    const light = await level(plant(orders), [A, { ...B, weight: 0.5 }])
    expect(light.moves).toEqual([move('Z', place(0, 'A', 2), place(0, 'B', 2))])
    expect(light.remaining).toMatchObject([{ group: 'B', overload: 2 }])
    const heavy = await level(plant(orders), [A, { ...B, weight: 2 }])
    expect(heavy.moves).toEqual([])
  })

  test('room is made: what can move gives way to what cannot', async () => {
    const orders = [
      single('X', [on('M1', 4)], { release: LENGTH, due: 2 * LENGTH }),
      single('Y', [on('M1', 4)], { due: 2 * LENGTH }),
      single('Z', [on('M1', 4)], { due: 3 * LENGTH, release: LENGTH }),
    ]
    const { moves, remaining } = await level(plant(orders))
    expect(remaining).toEqual([])
    expect(moves).toEqual([move('Y', place(1, 'A', 4), place(0, 'A', 4))])
  })

  test('an operation does not pass the one it waits for', async () => {
    const roomy = { equipment: ['M1', 'M2'].map((id) => ({ id, open: open(8) })) }
    const chain: Operation[] = [
      { id: '1', modes: [on('M2', 4)] },
      { id: '2', modes: [on('M1', 4)] },
    ]
    const [second, third] = [
      { release: LENGTH, due: 2 * LENGTH },
      { release: 2 * LENGTH, due: 3 * LENGTH },
    ]
    const chained = { id: 'C', release: LENGTH, due: 3 * LENGTH, operations: chain }
    const full = single('X', [on('M1', 8)], third)
    const { moves, remaining } = await level(plant([chained, full], roomy))
    expect(remaining).toEqual([])
    expect(moves).toEqual([
      move('C', place(2, 'B', 4), place(1, 'B', 4), '1'),
      move('C', place(2, 'A', 4), place(1, 'A', 4), '2'),
    ])
    // Released later, its first operation is not done before the third stretch.
    const late = { ...chained, release: 2 * LENGTH }
    expect((await level(plant([late, full], roomy))).remaining).toMatchObject([{ overload: 4 }])
    // The second would have room in the second stretch, the first would not: so neither goes there.
    const both = await level(plant([chained, full, single('Y', [on('M2', 8)], second)], roomy))
    expect(both.remaining.reduce((sum, { overload }) => sum + overload, 0)).toBe(4)
  })

  test('what runs or is pinned stays', async () => {
    const fixed = { mode: 0, start: 0 }
    const pinned = single('X', [on('M1', 4), on('M2', 4)])
    const orders = ['X', 'Y'].map((id) => ({
      ...{ ...pinned, id },
      operations: pinned.operations.map((one) => ({ ...one, fixed })),
    }))
    expect((await level(plant(orders))).moves).toEqual([])
  })

  test('more than can be solved is refused before it is tried', async () => {
    const orders = Array.from({ length: 400 }, (_, i) =>
      single(`${i}`, [on('M1', 4), on('M2', 4)], { due: 399 * LENGTH }),
    )
    const many = Array.from({ length: 399 }, (_, at) => ({
      ...{ from: at * LENGTH, to: (at + 1) * LENGTH },
    }))
    const always = { equipment: [{ id: 'M1' }, { id: 'M2' }] }
    await expect(level(plant(orders, always), [A, B], many)).rejects.toThrow(ProgramTooLarge)
  })
})

describe('against every possible answer', () => {
  const order = fc.record({
    seconds: fc.integer({ min: 1, max: 3 }),
    machines: fc.constantFrom(['M1'], ['M2'], ['M1', 'M2'], ['M2', 'M1']),
    release: fc.integer({ min: 0, max: 1 }),
    stretches: fc.integer({ min: 1, max: 3 }),
  })
  const capacity = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 })
  const cases: fc.Arbitrary<Case> = fc.record({
    orders: fc.array(order, { minLength: 1, maxLength: 3 }),
    capacities: fc.record({ M1: capacity, M2: capacity }),
    weight: fc.constantFrom(1, 3),
  })

  test('least overload, then least change', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const known = exhaustive(one)
        const groups = [A, { ...B, weight: one.weight }]
        const { moves, remaining } = await level(known.problem, groups)
        const overload = remaining.reduce(
          (sum, { group, overload: seconds }) => sum + seconds * (group === 'B' ? one.weight : 1),
          0,
        )
        expect(overload).toBe(known.overload)
        const price = moves.reduce((sum, { order, from, to }) => {
          const isOwn = from.groups[0] === to.groups[0]
          const planned = known.planned.get(order)!
          return sum + from.seconds * priceOf(planned, to.from / LENGTH, isOwn)
        }, 0)
        expect(price).toBeCloseTo(known.price, 6)
      }),
      { numRuns: 300 },
    )
  })
})
