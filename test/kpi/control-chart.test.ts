import { describe, expect, test } from 'vitest'
import { capabilityElements, d2 } from '../../src/domain/kpi/capability.ts'
import { controlChart, d3 } from '../../src/domain/kpi/control-chart.ts'
import { RULES, violations, type RuleSet } from '../../src/domain/kpi/control-rules.ts'

/** Inside diameters of piston rings (Montgomery, Statistical Quality Control), micrometres from 74 mm. */
const RINGS = `
  30 2 19 -8 8, -5 -8 1 11 4, -12 24 21 5 2, 2 -4 -7 15 9, -8 7 15 -11 14
  9 -6 -3 -15 -7, -5 6 -6 0 5, -15 3 -7 15 -12, 8 -5 9 5 4, -2 0 -10 7 -5
  -6 -2 -6 -5 -10, 4 0 7 0 -4, -17 2 -2 -3 12, 6 -33 -6 0 -16, 12 14 -2 -1 7
  0 -16 5 -2 -4, -6 12 -14 5 7, 6 10 18 3 0, -16 2 3 5 -3, 0 10 13 20 3
  -12 1 9 5 -4, 4 -1 -10 6 9, 10 -11 -10 9 14, 15 8 -7 0 10, -18 -16 -5 17 13
  12 15 30 -14 0, -5 10 -10 15 1, -13 -1 -15 0 -10, 8 10 3 -9 6, 3 0 1 -14 -3
  -6 3 15 20 4, 8 2 18 -5 5, 1 4 -10 -4 -2, 15 0 16 25 0, 30 5 0 16 12
  1 -10 -5 10 24, 15 20 24 5 19, 35 10 12 15 26, 17 13 36 25 26, 10 5 29 0 20`
const rings = RINGS.trim()
  .split(/[\s,]+/)
  .map((um) => 74 + Number(um) / 1_000)
/** Viscosity of 20 batches (the same book). */
const VISCOSITY = [
  ...[34.05, 34.4, 33.59, 35.96, 34.7, 33.51, 33.79, 34.04, 34.52, 33.75],
  ...[33.27, 33.71, 34.03, 34.58, 34.02, 33.97, 34.05, 34.04, 33.73, 34.05],
]
/** The package qcc 3.0 of R, by which the figures were made, has 2.326 of the tables for d2 of 5. */
const TABLE = d2(5) / 2.326
const WE = { subgroupSize: 5, rules: 'WESTERN_ELECTRIC' } as const

describe('piston rings', () => {
  const trial = rings.slice(0, 125)
  const chart = controlChart(trial, WE)!
  test('centre, sigma and limits of 25 subgroups of 5', () => {
    expect(rings).toHaveLength(200)
    expect(chart.kind).toBe('XBAR_R')
    expect(chart.values.centre).toBeCloseTo(74.001176, 9)
    expect(chart.ranges.centre).toBeCloseTo(0.02276, 9)
    expect(d2(5)).toBeCloseTo(2.32592894726, 10)
    expect(chart.sigma * TABLE).toBeCloseTo(0.00978503869, 10)
    const half = (chart.values.upper - chart.values.centre) * TABLE
    expect(chart.values.centre + half).toBeCloseTo(74.014304007, 8)
    expect(chart.values.centre - half).toBeCloseTo(73.988047993, 8)
    // Both d2 and d3 are of tables there: 5 digits are the same.
    expect(chart.ranges.upper).toBeCloseTo(0.0481253301548, 5)
    expect(chart.ranges.lower).toBe(0)
    expect(chart.points.flatMap(({ violations: v }) => v)).toEqual([])
  })
  test('later subgroups against the limits of the first 25: 37, 38 and 39 lie outside', () => {
    const all = controlChart(rings, { ...WE, baseline: 25 })!
    expect(all.values).toEqual(chart.values)
    const outside = all.points.flatMap(({ violations: v }, i) =>
      v.some(({ rule }) => rule === 'WE1') ? [i + 1] : [],
    )
    expect(outside).toEqual([37, 38, 39])
  })
  test('capability of the same values', () => {
    const limits = { lowerLimit: 73.95, upperLimit: 74.05, subgroupSize: 5 }
    const e = capabilityElements({ values: trial, ...limits })
    const [width, { XBAR, S, SIGMA }] = [0.1, e as Required<typeof e>]
    expect(width / 6 / (SIGMA * TABLE)).toBeCloseTo(1.70328060926, 8)
    expect((74.05 - XBAR) / 3 / (SIGMA * TABLE)).toBeCloseTo(1.66321944933, 8)
    expect(width / 6 / S).toBeCloseTo(1.65508633768, 8)
    expect((74.05 - XBAR) / 3 / S).toBeCloseTo(1.61615870702, 8)
  })
})

test('viscosity: single values and moving ranges', () => {
  const chart = controlChart(VISCOSITY, { subgroupSize: 1, rules: 'WESTERN_ELECTRIC' })!
  // 1.128 of the tables is 2 / sqrt(pi).
  const table = 2 / Math.sqrt(Math.PI) / 1.128
  expect(chart.kind).toBe('I_MR')
  expect(chart.values.centre).toBeCloseTo(34.088, 9)
  expect(chart.sigma * table).toBeCloseTo(0.507652108996, 9)
  expect(34.088 + 3 * chart.sigma * table).toBeCloseTo(35.610956327, 8)
  expect(34.088 - 3 * chart.sigma * table).toBeCloseTo(32.565043673, 8)
  expect(chart.points.map((p) => p.violations.length > 0).indexOf(true)).toBe(3)
  expect(chart.points[0]!.range).toBeNull()
})

test.each([
  [2, 0.853],
  [3, 0.888],
  [4, 0.88],
  [5, 0.864],
  [6, 0.848],
  [7, 0.833],
  [8, 0.82],
  [9, 0.808],
  [10, 0.797],
])('d3 of %s is that of the tables: %s', (n, value) => expect(d3(n)).toBeCloseTo(value, 3))
test('d3 of 2 is known exactly', () => expect(d3(2)).toBeCloseTo(Math.sqrt(2 - 4 / Math.PI), 10))

const at = (rules: RuleSet, z: readonly number[]): string[] =>
  violations(z, RULES[rules]).flatMap((found, i) => found.map(({ rule }) => `${rule}@${i}`))
const alternate = (n: number, size: number) =>
  Array.from({ length: n }, (_, i) => (i % 2 ? -size : size))

describe('rules', () => {
  test.each([
    ['WE1', [0, 3.1], ['WE1@1']],
    ['WE1', [0, -3, 3], []],
    ['WE2', [2.1, 0, 2.2], ['WE2@2']],
    ['WE2', [2.1, -2.2, 0], []],
    ['WE3', [1.1, 1.2, 0, 1.3, 1.1], ['WE3@4']],
    ['WE3', [1.1, 1.2, 1.3, 1.1, 0], []],
    ['WE4', Array(8).fill(0.5), ['WE4@7']],
    ['WE4', [...Array(7).fill(0.5), 0], []],
  ] as const)('Western Electric %s of %j', (_, z, found) =>
    expect(at('WESTERN_ELECTRIC', z)).toEqual(found),
  )
  test.each([
    ['N1', [3.1], ['N1@0']],
    ['N2', Array(9).fill(-0.5), ['N2@8']],
    ['N3', [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5], ['N3@5']],
    ['N3', [0.5, 0.3, 0.1, -0.1, -0.3, -0.3], []],
    ['N4', alternate(14, 1.5).map((v, i) => v / (i + 1)), ['N4@13']],
    ['N5', [-2.1, 0, -2.2], ['N5@2']],
    ['N6', [1.1, 1.2, 0, 1.3, 1.1], ['N6@4']],
    [
      'N7',
      [0.1, 0.2, -0.3, -0.4, 0.5, 0.1, -0.2, 0.3, 0.4, -0.5, 0.1, 0.2, -0.2, -0.1, 0.3],
      ['N7@14'],
    ],
    ['N8', [1.2, 1.3, -1.2, -1.4, 1.2, 1.5, -1.1, -1.2], ['N8@7']],
    ['N8', [1.2, 1.3, -1.2, -0.4, 1.2, 1.5, -1.1, -1.2], []],
  ] as const)('Nelson %s of %j', (_, z, found) => expect(at('NELSON', z)).toEqual(found))
})

test('too few values have no limits; a subgroup counts once it is complete', () => {
  const options = { subgroupSize: 1, rules: 'NELSON' } as const
  expect(controlChart([1], options)).toBeNull()
  expect(controlChart([1, 1, 1, 2], { ...options, baseline: 3 })!.points[3]!.violations).toEqual([
    { rule: 'N1', name: 'beyond 3 sigma' },
  ])
  expect(controlChart(rings.slice(0, 13), WE)!.points).toHaveLength(2)
})
