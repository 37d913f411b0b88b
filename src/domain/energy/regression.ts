import { twoSidedT, upperF } from './distributions.ts'

/** Ordinary least squares with an intercept, and how good the fit is. */
export interface Coefficient {
  readonly value: number
  readonly standardError: number
  readonly t: number
  /** Probability of so large a t if the true coefficient were zero. */
  readonly p: number
}
export interface Fit {
  /** Intercept first, then in the order of the variables. */
  readonly coefficients: readonly Coefficient[]
  readonly observations: number
  readonly residualStandardError: number
  readonly rSquared: number
  readonly adjustedRSquared: number
  /** Residual standard error over the mean of what is explained. */
  readonly cvRmse: number
  readonly f: number
  readonly fp: number
}

/**
 * Householder QR on columns that are centred and scaled: normal equations would square a condition
 * that is bad enough already (NIST's Longley data: 5e9).
 * @param x rows of variables  @param y what they explain
 * @returns null where there are too few observations or variables depend on each other
 */
export function regress(x: readonly (readonly number[])[], y: readonly number[]): Fit | null {
  const n = y.length
  const k = x[0]?.length ?? 0
  if (k === 0 || n <= k + 1) return null
  const raw = Array.from({ length: k }, (_, j) => x.map((row) => row[j]!))
  const means = raw.map(mean)
  const centred = raw.map((column, j) => column.map((v) => v - means[j]!))
  const scales = centred.map(norm)
  if (scales.includes(0)) return null
  const yMean = mean(y)
  const target = y.map((v) => v - yMean)
  const columns = centred.map((column, j) => column.map((v) => v / scales[j]!))
  const solved = leastSquares(columns, target)
  if (!solved) return null
  const { slopes, inverse, squares } = solved
  const values = slopes.map((b, j) => b / scales[j]!)
  const df = n - k - 1
  const variance = squares / df
  const sigma = Math.sqrt(variance)
  const atMeans = inverse.map((_, c) =>
    inverse.reduce((sum, row, j) => sum + (row[c]! * means[j]!) / scales[j]!, 0),
  )
  const total = target.reduce((sum, v) => sum + v * v, 0)
  const f = (total - squares) / k / variance
  const intercept = yMean - values.reduce((sum, b, j) => sum + b * means[j]!, 0)
  return {
    coefficients: [
      coefficient(intercept, sigma * Math.hypot(1 / Math.sqrt(n), ...atMeans), df),
      ...values.map((b, j) => coefficient(b, (sigma * norm(inverse[j]!)) / scales[j]!, df)),
    ],
    observations: n,
    residualStandardError: sigma,
    rSquared: 1 - squares / total,
    adjustedRSquared: 1 - variance / (total / (n - 1)),
    cvRmse: sigma / yMean,
    f,
    fp: upperF(f, k, df),
  }
}

/** Below this share of its length nothing is left of a column: the others say the same. */
const DEPENDENT = 1e-10

/**
 * @param columns of unit length
 * @returns slopes, the inverse of R by rows, and the sum of squares that is left
 */
function leastSquares(columns: readonly (readonly number[])[], y: readonly number[]) {
  const a = columns.map((column) => [...column])
  const b = [...y]
  const k = a.length
  const diagonal: number[] = []
  for (let j = 0; j < k; j++) {
    const tail = a[j]!.slice(j)
    const length = norm(tail)
    if (length < DEPENDENT) return null
    const alpha = tail[0]! > 0 ? -length : length
    const v = [tail[0]! - alpha, ...tail.slice(1)]
    const vv = v.reduce((sum, e) => sum + e * e, 0)
    for (const column of [...a.slice(j + 1), b]) reflect(column, v, vv, j)
    diagonal.push(alpha)
  }
  const r = (row: number, column: number) => (row === column ? diagonal[row]! : a[column]![row]!)
  const inverse = diagonal.map((_, c) =>
    backward(
      r,
      diagonal.map((_, i) => (i === c ? 1 : 0)),
    ),
  )
  const slopes = backward(r, b.slice(0, k))
  const squares = b.slice(k).reduce((sum, e) => sum + e * e, 0)
  return { slopes, squares, inverse: slopes.map((_, j) => inverse.map((column) => column[j]!)) }
}

function reflect(column: number[], v: readonly number[], vv: number, from: number): void {
  const dot = v.reduce((sum, e, i) => sum + e * column[from + i]!, 0)
  const factor = (2 * dot) / vv
  for (const [i, e] of v.entries()) column[from + i] = column[from + i]! - factor * e
}

/** Solves R z = b, R upper triangular. */
function backward(r: (row: number, column: number) => number, b: readonly number[]): number[] {
  const z = [...b]
  for (let i = z.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < z.length; j++) z[i] = z[i]! - r(i, j) * z[j]!
    z[i] = z[i]! / r(i, i)
  }
  return z
}

const mean = (v: readonly number[]): number => v.reduce((sum, a) => sum + a, 0) / v.length
const norm = (v: readonly number[]): number => Math.hypot(...v)
const coefficient = (value: number, standardError: number, df: number): Coefficient => {
  const t = value / standardError
  return { value, standardError, t, p: twoSidedT(t, df) }
}
