/** A mean with the half width of its 95 % interval; both null where there is too little to tell. */
export interface Estimate {
  readonly mean: number | null
  readonly halfWidth: number | null
  readonly count: number
}

/** Quantiles of Student's t for 97.5 %, by degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2). */
const T_975: readonly (readonly [freedom: number, t: number])[] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [6, 2.447],
  [8, 2.306],
  [10, 2.228],
  [15, 2.131],
  [20, 2.086],
  [30, 2.042],
  [60, 2],
  [100, 1.984],
  [Infinity, 1.96],
]

/** Of values of independent replications; those that are not a number do not count. */
export function estimate(values: ArrayLike<number>): Estimate {
  const known = Array.from(values).filter((value) => Number.isFinite(value))
  const count = known.length
  if (count === 0) return { mean: null, halfWidth: null, count }
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  if (count === 1) return { mean, halfWidth: null, count }
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  // The next smaller number of degrees that is listed: never narrower than it should be.
  const t = T_975.findLast(([freedom]) => freedom <= count - 1)![1]
  return { mean, halfWidth: t * Math.sqrt(variance / count), count }
}

/** Of the difference `b - a`, replication by replication: what both have by chance cancels out. */
export function pairedEstimate(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  return estimate(Array.from(b, (value, i) => value - a[i]!))
}

/** The value below which the given share of the values lies; null where there are none. */
export function quantile(values: ArrayLike<number>, share: number): number | null {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0) return null
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!
}
