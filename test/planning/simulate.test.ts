import { describe, expect, test } from 'vitest'
import { simulate } from '../../src/adapters/planner/simulate.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import {
  estimate,
  pairedEstimate,
  quantile,
} from '../../src/domain/planning/simulation/intervals.ts'
import { measures } from '../../src/domain/planning/simulation/measure.ts'
import { columnOf } from '../../src/domain/planning/simulation/simulated.ts'
import { playOf, withPlanOf, type Study } from '../../src/domain/planning/simulation/policy.ts'
import { noVariation } from '../../src/domain/planning/simulation/variation.ts'

const HOUR = 3_600

/** A line of three machines; which one is slowest changes with the product after `switchAt` orders. */
function line(orders: number, switchAt: number, faster: Readonly<Record<string, number>> = {}) {
  const seconds = (first: boolean): readonly [string, number][] => [
    ['M1', 300],
    ['M2', first ? 600 : 350],
    ['M3', first ? 350 : 600],
  ]
  const problem: Problem = {
    equipment: ['M1', 'M2', 'M3'].map((id) => ({ id })),
    orders: Array.from({ length: orders }, (_, number) => ({
      id: `O${number}`,
      release: number * 500,
      due: number * 500 + 4 * HOUR,
      operations: seconds(number < switchAt).map(([equipment, fixedSeconds]) => ({
        id: equipment,
        modes: [{ equipment, fixedSeconds: Math.round(fixedSeconds / (faster[equipment] ?? 1)) }],
      })),
    })),
  }
  return problem
}

const study = (problem: Problem): Study => ({
  problem,
  variation: {
    durations: new Map(),
    otherwise: { mu: 0, sigma: 0.15 },
    breakdowns: new Map(
      ['M1', 'M2', 'M3'].map((id) => [id, { mtbfSeconds: 20_000, mttrSeconds: 600 }]),
    ),
  },
  policy: { kind: 'keep' },
  seed: 3,
})
const options = { replications: 60, horizonSeconds: 16 * HOUR }

describe('replications on threads', () => {
  test('are the same on one and on two', async () => {
    const one = await simulate(study(line(100, 50)), options)
    const two = await simulate(study(line(100, 50)), { ...options, workers: 2 })
    expect(two).toEqual(one)
    expect(one!.events).toBeGreaterThan(60 * 600)
  })

  test('report progress and can be given up', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const given = await simulate(study(line(100, 50)), {
      ...options,
      replications: 100_000,
      signal: stop.signal,
      onProgress: (done) => {
        seen.push(done)
        stop.abort()
      },
    })
    expect(given).toBeNull()
    expect(seen[0]).toBe(20)
  })
})

describe('bottlenecks of the shifts to come', () => {
  const warned = async (switchAt: number) => {
    const bottlenecks = { count: 18, seconds: HOUR }
    const found = (await simulate(study(line(110, switchAt)), { ...options, bottlenecks }))!
    return Array.from({ length: bottlenecks.count }, (_, stretch) => {
      const hits = [0, 1, 2].map(
        (machine) =>
          Array.from(
            { length: found.replications },
            (_, i) => found.longest![i * bottlenecks.count + stretch],
          ).filter((one) => one === machine).length,
      )
      return hits.map((count) => count / found.replications)
    })
  }

  test('the switch of a known line is told hours ahead', async () => {
    const chance = await warned(60)
    // Of the first product 60 orders at 600 s: from its tenth hour on M2 works off its queue, in the same
    // active period, and M3 fills up; from the sixteenth on M3 is active longer than any other.
    const known = (hour: number): number | null => (hour < 10 ? 1 : hour >= 16 ? 2 : null)
    const judged = chance.flatMap((share, hour) => {
      const machine = known(hour)
      return machine === null ? [] : [share[machine]! > 0.6]
    })
    expect(judged.filter(Boolean).length / judged.length).toBeGreaterThanOrEqual(0.9)
    const warning = chance.findIndex((share) => share[2]! > 0.6)
    expect(warning).toBeGreaterThanOrEqual(14)
    expect(warning).toBeLessThanOrEqual(16)
  })

  test('a line that does not switch is not said to', async () => {
    const chance = await warned(110)
    expect(chance.every((share) => share[2]! < 0.6)).toBe(true)
  })
})

describe('sensitivity by pairs', () => {
  test('a faster bottleneck gives more, another machine next to nothing', async () => {
    const makespan = measures.indexOf('makespanHours')
    const of = async (faster: Readonly<Record<string, number>>) =>
      columnOf((await simulate(study(line(100, 100, faster)), options))!, makespan)
    const base = await of({})
    const better = pairedEstimate(base, await of({ M2: 1.1 }))
    const other = pairedEstimate(base, await of({ M1: 1.1 }))
    const share = (mean: number) => -mean / estimate(base).mean!
    expect(share(better.mean!)).toBeGreaterThan(0.05)
    expect(share(better.mean!)).toBeLessThan(0.1)
    expect(Math.abs(share(other.mean!))).toBeLessThan(0.01)
    // Pairs tell apart what two means of their own cannot.
    expect(better.halfWidth!).toBeLessThan(estimate(base).halfWidth! / 3)
  })
})

test('a scenario is played by the plan of its base, and what only it has comes first', () => {
  const base = line(4, 4)
  const rush = {
    id: 'RUSH',
    operations: [{ id: 'M2', modes: [{ equipment: 'M2', fixedSeconds: 60 }] }],
  }
  const scenario = { ...base, orders: [...base.orders, rush] }
  const compiled = compile(withPlanOf(scenario, base))
  const run = playOf(compiled, { ...study(scenario), variation: noVariation })(0)
  const alone = playOf(compile(base), { ...study(base), variation: noVariation })(0)
  expect(run.end.at(-1)).toBe(60)
  expect([...run.start.slice(0, -1)]).toEqual([...alone.start])
})

test('quantiles are values that were seen', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2)
  expect(quantile([3, 1, 2], 0.9)).toBe(3)
  expect(quantile([], 0.5)).toBeNull()
})
