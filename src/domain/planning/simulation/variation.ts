/** How long things take, and how often machines fail, beside what was planned. */
export interface Variation {
  /** By machine and operation name, as `durationKey` makes it. */
  readonly durations: ReadonlyMap<string, DurationModel>
  /** Where nothing more is known. */
  readonly otherwise: DurationModel
  /** By machine; those without never fail. */
  readonly breakdowns: ReadonlyMap<string, BreakdownModel>
}

/** Actual over planned time is log-normal: `exp(mu + sigma z)`. */
export interface DurationModel {
  readonly mu: number
  readonly sigma: number
  /** Standard error of `mu`: all work of one machine and operation is off by the same. Absent: 0. */
  readonly error?: number
}

/** Exponential, in seconds of work between failures and of repair. */
export interface BreakdownModel {
  readonly mtbfSeconds: number
  readonly mttrSeconds: number
}

/** Everything takes as long as planned, and nothing fails. */
export const noVariation: Variation = {
  durations: new Map(),
  otherwise: { mu: 0, sigma: 0 },
  breakdowns: new Map(),
}

export const durationKey = (equipment: string, operation: string): string =>
  `${equipment}\u0000${operation}`

/** Quantiles that stand for a distribution; between two it is linear. */
export const STEPS = 256

/** Factor on the planned time by quantile; null where it is always 1. */
export function factorTable({ mu, sigma }: DurationModel): Float64Array | null {
  if (mu === 0 && sigma === 0) return null
  // The outermost quantiles are those of 1 in 1,000: a table has no tails.
  return Float64Array.from({ length: STEPS + 1 }, (_, i) =>
    Math.exp(mu + sigma * normalQuantile(Math.min(Math.max(i / STEPS, 0.001), 0.999))),
  )
}

/** @param at a number in (0, 1) */
export function drawFactor(table: Float64Array, at: number): number {
  const place = at * STEPS
  const i = Math.floor(place)
  return table[i]! + (place - i) * (table[i + 1]! - table[i]!)
}

/** Where a factor stands among those of a table: 0 below all, 1 above all. */
export function placeOf(table: Float64Array, factor: number): number {
  if (factor >= table[STEPS]!) return 1
  let [low, high] = [-1, STEPS]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (table[middle]! <= factor) low = middle
    else high = middle
  }
  if (low < 0) return 0
  return (low + (factor - table[low]!) / (table[high]! - table[low]!)) / STEPS
}

/** Inverse of the standard normal distribution, relative error below 1.2e-9 (Acklam 2003). */
export function normalQuantile(p: number): number {
  if (p < 0.024_25) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - 0.024_25) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (polynomial(CENTRE_ABOVE, r) * q) / polynomial(CENTRE_BELOW, r)
}

const CENTRE_ABOVE = [
  -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269,
  -30.664_798_066_147_16, 2.506_628_277_459_239,
]
const CENTRE_BELOW = [
  -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72,
  -13.280_681_552_885_72, 1,
]
const TAIL_ABOVE = [
  -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838,
  -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783,
]
const TAIL_BELOW = [
  0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416,
  1,
]
const tail = (q: number): number => polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q)
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, c) => sum * x + c, 0)
