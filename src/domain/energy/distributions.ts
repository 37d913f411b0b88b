/** Tail probabilities of Student's t and of F, for the significance of a regression. */

/** Lanczos, g = 7, n = 9: about 15 digits. */
const LANCZOS: readonly [number, ...number[]] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
]

function logGamma(x: number): number {
  const y = x - 1
  const t = y + 7.5
  const [first, ...rest] = LANCZOS
  const sum = rest.reduce((s, c, i) => s + c / (y + i + 1), first)
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum)
}

const TINY = 1e-300
const EPSILON = 1e-15
const MOST_STEPS = 500

/** Continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  const safe = (v: number) => (Math.abs(v) < TINY ? TINY : v)
  let c = 1
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / safe(1 + even * d)
    c = safe(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / safe(1 + odd * d)
    c = safe(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < EPSILON) break
  }
  return h
}

/** Regularised incomplete beta function I_x(a, b). */
function beta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b
}

/** Probability of a |t| at least this large by chance, with `df` degrees of freedom. */
export const twoSidedT = (t: number, df: number): number => beta(df / 2, 0.5, df / (df + t * t))

/** Probability of an F at least this large by chance. */
export const upperF = (f: number, df1: number, df2: number): number =>
  f <= 0 ? 1 : beta(df2 / 2, df1 / 2, df2 / (df2 + df1 * f))
