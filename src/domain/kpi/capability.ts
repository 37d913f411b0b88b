import type { Elements } from './elements.ts'

/** Beyond 8 standard deviations the integrand is below the precision of a double. */
const REACH = 8
/** The trapezoidal rule converges exponentially on this integrand: a finer step changes no digit. */
const STEP = 0.05

/** The normal distribution function by its power series: exact to the double for |x| <= 8. */
export function phi(x: number): number {
  let term = x
  let sum = x
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI))
}

/** Expected range of n values of a standard normal distribution: 1.128 for 2. @param n 2 or more */
export function d2(n: number): number {
  let sum = 0
  for (let x = -REACH; x <= REACH; x += STEP) {
    const p = phi(x)
    sum += 1 - p ** n - (1 - p) ** n
  }
  return sum * STEP
}

/** Expected standard deviation (n - 1) of n values of it: 0.7979 for 2. @param n 2 or more */
export function c4(n: number): number {
  // Gamma(n/2) / Gamma((n-1)/2) from n = 2 upwards: the ratio of n and that of n + 1 multiply to (n - 1) / 2.
  let ratio = 1 / Math.sqrt(Math.PI)
  for (let m = 2; m < n; m++) ratio = (m - 1) / 2 / ratio
  return Math.sqrt(2 / (n - 1)) * ratio
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length

/** Two passes: one alone loses the digits of values that lie far from zero. */
function deviation(values: readonly number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

const rangeOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)

/** Standard deviation within subgroups: mean range / d2; of single values the mean moving range. */
function within(values: readonly number[], size: number): number | null {
  const width = Math.max(2, size)
  const step = size < 2 ? 1 : size
  const ranges: number[] = []
  for (let i = 0; i + width <= values.length; i += step)
    ranges.push(rangeOf(values.slice(i, i + width)))
  return ranges.length === 0 ? null : mean(ranges) / d2(width)
}

export interface Sample {
  /** In the order of their measurement. */
  readonly values: readonly number[]
  readonly lowerLimit: number | null
  readonly upperLimit: number | null
  /** Values of one subgroup; 1 for single values. */
  readonly subgroupSize: number
}

/** Elements of the capability indices; a limit that a characteristic does not have is not known. */
export function capabilityElements({
  values,
  lowerLimit,
  upperLimit,
  subgroupSize,
}: Sample): Elements {
  const sigma = within(values, subgroupSize)
  return {
    N: values.length,
    ...(lowerLimit === null ? {} : { LSL: lowerLimit }),
    ...(upperLimit === null ? {} : { USL: upperLimit }),
    ...(values.length === 0 ? {} : { XBAR: mean(values) }),
    ...(values.length < 2 ? {} : { S: deviation(values) }),
    ...(sigma === null ? {} : { SIGMA: sigma }),
  }
}
