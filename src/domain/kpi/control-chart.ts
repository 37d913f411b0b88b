import { d2, phi } from './capability.ts'
import { OUTSIDE, RULES, violations, type RuleSet, type Violation } from './control-rules.ts'

/**
 * Shewhart control charts of measured values: means and ranges of subgroups (X-bar/R), or single values
 * and their moving ranges (I-MR). Limits stand 3 standard deviations from the centre; those of the mean
 * come from the mean range and d2, those of the range from d2 and d3, both computed, not of tables.
 */
interface Limits {
  readonly centre: number
  readonly lower: number
  readonly upper: number
}
export interface ChartPoint {
  /** Index of its first and last reading. */
  readonly first: number
  readonly last: number
  /** Mean of the subgroup, or the value. */
  readonly value: number
  /** Its range, or the moving range; null for the first single value. */
  readonly range: number | null
  readonly violations: readonly Violation[]
  readonly rangeViolations: readonly Violation[]
}
export interface ControlChart {
  readonly kind: 'XBAR_R' | 'I_MR'
  /** Standard deviation of single values within subgroups. */
  readonly sigma: number
  readonly values: Limits
  readonly ranges: Limits
  readonly points: readonly ChartPoint[]
}

interface Options {
  /** 1 for single values. */
  readonly subgroupSize: number
  readonly rules: RuleSet
  /** How many points at the beginning make the limits (phase I); all of them by default. */
  readonly baseline?: number | null | undefined
}

/** @returns null where there are too few values: two points of single values, one subgroup else */
export function controlChart(values: readonly number[], options: Options): ControlChart | null {
  const { subgroupSize: n, rules, baseline } = options
  const raw = n === 1 ? singles(values) : subgroups(values, n)
  const used = raw.slice(0, baseline ?? raw.length)
  const ranges = used.flatMap(({ range }) => (range === null ? [] : [range]))
  if (ranges.length === 0) return null
  const [centre, meanRange] = [mean(used.map(({ value }) => value)), mean(ranges)]
  const width = Math.max(2, n)
  const sigma = meanRange / d2(width)
  const error = sigma / Math.sqrt(n)
  const rangeError = sigma * d3(width)
  const found = violations(
    raw.map(({ value }) => inUnits(value - centre, error)),
    RULES[rules],
  )
  const ofRanges = violations(
    raw.map(({ range }) => (range === null ? NaN : inUnits(range - meanRange, rangeError))),
    [OUTSIDE],
  )
  return {
    ...{ kind: n === 1 ? 'I_MR' : 'XBAR_R', sigma },
    values: limits(centre, error),
    ranges: { ...limits(meanRange, rangeError), lower: Math.max(0, meanRange - 3 * rangeError) },
    points: raw.map((point, i) => ({
      ...{ ...point, violations: found[i]!, rangeViolations: ofRanges[i]! },
    })),
  }
}

/** Without any spread whatever is not at the centre is infinitely far from it. */
const inUnits = (deviation: number, error: number): number =>
  deviation === 0 ? 0 : deviation / error
const limits = (centre: number, error: number): Limits => ({
  ...{ centre, lower: centre - 3 * error, upper: centre + 3 * error },
})
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length

type Raw = Omit<ChartPoint, 'violations' | 'rangeViolations'>

const singles = (values: readonly number[]): readonly Raw[] =>
  values.map((value, i) => ({
    ...{ first: i, last: i, value },
    range: i === 0 ? null : Math.abs(value - values[i - 1]!),
  }))

/** A last subgroup that is not complete is left out until it is. */
function subgroups(values: readonly number[], n: number): readonly Raw[] {
  const points: Raw[] = []
  for (let first = 0; first + n <= values.length; first += n) {
    const group = values.slice(first, first + n)
    const range = Math.max(...group) - Math.min(...group)
    points.push({ first, last: first + n - 1, value: mean(group), range })
  }
  return points
}

const REACH = 8
const STEPS = 5
const FINEST = 0.025
const widths = new Map<number, number>()

/**
 * Standard deviation of the range of n values of a standard normal distribution: 0.853 for 2. From the
 * distribution function of the range, its second moment by Romberg's rule. @param n 2 or more
 */
export function d3(n: number): number {
  const known = widths.get(n)
  if (known !== undefined) return known
  const count = (2 * REACH) / FINEST
  const grid = Array.from({ length: count + 1 }, (_, i) => phi(-REACH + i * FINEST))
  const density = grid.map((_, i) => {
    const x = -REACH + i * FINEST
    return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  })
  /** 1 - P(range <= w), w in steps of the grid. */
  const beyond = (w: number): number => {
    let sum = 0
    for (let i = 0; i <= count; i++)
      sum += density[i]! * ((i + w > count ? 1 : grid[i + w]!) - grid[i]!) ** (n - 1)
    return Math.max(0, 1 - n * sum * FINEST)
  }
  const integrand = Array.from({ length: count + 1 }, (_, w) => 2 * w * FINEST * beyond(w))
  const rows = Array.from({ length: STEPS }, (_, row) => {
    const stride = 2 ** (STEPS - 1 - row)
    let sum = (integrand[0]! + integrand[count]!) / 2
    for (let i = stride; i < count; i += stride) sum += integrand[i]!
    return sum * stride * FINEST
  })
  for (let order = 1; order < STEPS; order++)
    for (let row = STEPS - 1; row >= order; row--)
      rows[row] = rows[row]! + (rows[row]! - rows[row - 1]!) / (4 ** order - 1)
  const found = Math.sqrt(rows[STEPS - 1]! - d2(n) ** 2)
  widths.set(n, found)
  return found
}
