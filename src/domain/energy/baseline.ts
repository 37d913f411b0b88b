import { regress, type Fit } from './regression.ts'

/** What energy would have been used, had nothing been improved: the baseline of ISO 50006. */
export interface Observation {
  readonly energy: number
  readonly variables: readonly number[]
}

export interface Baseline {
  /** Null for a RATIO: it has no statistics. */
  readonly fit: Fit | null
  /** kWh per unit of the variable; null for a REGRESSION. */
  readonly ratio: number | null
  readonly expected: (variables: readonly number[]) => number
}

/** @returns null where the observations do not tell: too few, dependent, or nothing to divide by */
export function baselineOf(
  model: 'RATIO' | 'REGRESSION',
  observations: readonly Observation[],
): Baseline | null {
  if (model === 'RATIO') {
    // A ratio of sums: a mean of ratios would weigh a day of one piece like one of a thousand.
    const made = observations.reduce((sum, o) => sum + o.variables[0]!, 0)
    if (made === 0) return null
    const ratio = observations.reduce((sum, o) => sum + o.energy, 0) / made
    return { fit: null, ratio, expected: ([x = 0]) => ratio * x }
  }
  const fit = regress(
    observations.map((o) => o.variables),
    observations.map((o) => o.energy),
  )
  if (!fit) return null
  const [intercept, ...slopes] = fit.coefficients.map((c) => c.value)
  const expected = (x: readonly number[]) =>
    slopes.reduce((sum, b, i) => sum + b * x[i]!, intercept!)
  return { fit, ratio: null, expected }
}
