import { describe, expect, test } from 'vitest'
import { compile } from '../../src/domain/planning/compile.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { playOf, type Policy } from '../../src/domain/planning/simulation/policy.ts'
import {
  drawFactor,
  factorTable,
  noVariation,
  placeOf,
  type Variation,
} from '../../src/domain/planning/simulation/variation.ts'

const HOUR = 3_600
const run = (id: string, hours: number) => ({
  id,
  modes: [{ equipment: 'M', fixedSeconds: hours * HOUR }],
})
const policies: readonly Policy[] = [
  { kind: 'keep' },
  { kind: 'rule', rule: 'fifo' },
  { kind: 'replan', everySeconds: HOUR, iterations: 20 },
]

describe.each(policies)('what runs when it begins, by policy $kind', (policy) => {
  /** Eleven hours of twelve are done; another order waits behind it. */
  const problem: Problem = {
    equipment: [{ id: 'M' }],
    orders: [
      {
        id: 'A',
        operations: [{ ...run('1', 12), fixed: { mode: 0, start: 0, remaining: HOUR } }],
      },
      { id: 'B', operations: [run('1', 2)] },
    ],
  }
  const play = (variation: Variation) => playOf(compile(problem), { variation, policy, seed: 1 })

  test('goes on for what is left of it', () => {
    const { end } = play(noVariation)(0)
    expect([...end]).toEqual([HOUR, 3 * HOUR])
  })

  test('takes longer than it has run so far, whatever chance does', () => {
    const spread = play({ ...noVariation, otherwise: { mu: -0.1, sigma: 0.3 } })
    const left = Array.from({ length: 400 }, (_, i) => spread(i).end[0]! / HOUR)
    expect(Math.min(...left)).toBeGreaterThan(0)
    // 12 hours times the mean of a log-normal beyond 11/12, less 11 hours; without the condition it were 0.95.
    const mean = left.reduce((sum, one) => sum + one, 0) / left.length
    expect(Math.abs(mean - 3.15)).toBeLessThan(0.4)
  })
})

test('a rule chooses among all that come at one moment, not the first of them', () => {
  const order = (id: string, due: number) => ({ id, due: due * HOUR, operations: [run('1', 1)] })
  const problem: Problem = {
    equipment: [{ id: 'M' }],
    orders: [order('A', 9), order('B', 3), order('C', 6)],
  }
  const policy = { kind: 'rule', rule: 'edd' } as const
  const { start } = playOf(compile(problem), { variation: noVariation, policy, seed: 1 })(0)
  expect([...start]).toEqual([2 * HOUR, 0, HOUR])
})

test('work of one machine and operation is off by the same in one replication, and by another in the next', () => {
  const machines = ['M', 'N']
  const problem: Problem = {
    equipment: machines.map((id) => ({ id })),
    orders: machines.flatMap((equipment) =>
      [1, 2].map((nth) => ({
        id: `${equipment}${nth}`,
        operations: [{ id: '1', modes: [{ equipment, fixedSeconds: 100_000 }] }],
      })),
    ),
  }
  // So little spread that what differs is the mean.
  const variation = { ...noVariation, otherwise: { mu: 0, sigma: 1e-9, error: 0.2 } }
  const play = playOf(compile(problem), { variation, policy: { kind: 'keep' }, seed: 1 })
  const lengths = Array.from({ length: 200 }, (_, i) => {
    const { start, end } = play(i)
    return [...end].map((at, operation) => at - start[operation]!)
  })
  for (const [a, b] of lengths) expect(b).toBe(a)
  expect(lengths.filter(([a, _b, c]) => a === c)).toEqual([])
  const logs = lengths.map(([a]) => Math.log(a! / 100_000))
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length
  const spread = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length)
  expect(Math.abs(mean)).toBeLessThan(0.05)
  expect(Math.abs(spread - 0.2)).toBeLessThan(0.04)
})

test('the place of a factor is where it is drawn from', () => {
  const table = factorTable({ mu: 0.1, sigma: 0.3 })!
  for (const at of [0.01, 0.2, 0.5, 0.77, 0.99])
    expect(placeOf(table, drawFactor(table, at))).toBeCloseTo(at, 9)
  expect(placeOf(table, 0)).toBe(0)
  expect(placeOf(table, 1_000)).toBe(1)
})
