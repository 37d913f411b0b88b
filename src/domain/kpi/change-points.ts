/**
 * Where the level of a series changed: binary segmentation by the CUSUM statistic, each change tested
 * by permutation. Of a series without a change the values can be exchanged, so the share of shuffles with
 * a statistic as large is the chance of a false alarm, whatever the distribution of the values. What a
 * first test finds is tested again between its neighbours, and dropped where it no longer stands out.
 * Shuffles start from a fixed seed: the same series always has the same changes.
 */
export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly index: number
  /** Mean from the change before it, and up to the next. */
  readonly before: number
  readonly after: number
  /** Chance of as large a change in a series without one. */
  readonly pValue: number
}

/** The least p value is 1 / (SHUFFLES + 1): 0.001. */
const SHUFFLES = 999
/** A level of one value is an outlier, no level. */
const MIN_LEVEL = 2

/**
 * @param values in the order of time
 * @param significance chance of a false alarm on a series without any change, 0.001 to 0.5
 */
export function changePoints(
  values: readonly number[],
  significance = 0.01,
): readonly ChangePoint[] {
  const found = split(values, 0, values.length, significance).sort((a, b) => a - b)
  // Each is looked for anew between its neighbours: the first one was found with all others unknown.
  let at: readonly number[] = found
  for (let round = 0; round < 2; round++) at = refined(values, at, significance)
  const borders = [0, ...at, values.length]
  return at.map((index, i) => {
    const [from, to] = [borders[i]!, borders[i + 2]!]
    return {
      index,
      before: mean(values.slice(from, index)),
      after: mean(values.slice(index, to)),
      pValue: tested(values.slice(from, to)).pValue,
    }
  })
}

function split(values: readonly number[], from: number, to: number, limit: number): number[] {
  const { at, pValue } = tested(values.slice(from, to))
  if (at === null || pValue > limit) return []
  const index = from + at
  return [...split(values, from, index, limit), index, ...split(values, index, to, limit)]
}

function refined(
  values: readonly number[],
  changes: readonly number[],
  limit: number,
): readonly number[] {
  const kept: number[] = []
  changes.forEach((_, i) => {
    const [from, to] = [kept.at(-1) ?? 0, changes[i + 1] ?? values.length]
    const { at, pValue } = tested(values.slice(from, to))
    if (at !== null && pValue <= limit) kept.push(from + at)
  })
  return kept
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length

/** The most likely change, and how likely chance makes as large a one. */
function tested(values: readonly number[]): { at: number | null; pValue: number } {
  const nothing = { at: null, pValue: 1 }
  if (values.length < 2 * MIN_LEVEL) return nothing
  const middle = mean(values)
  const centred = Float64Array.from(values, (value) => value - middle)
  const spread = centred.reduce((sum, value) => Math.max(sum, Math.abs(value)), 0)
  // Rounding of a mean is no change of level.
  if (spread <= 1e-12 * Math.max(1, Math.abs(middle))) return nothing
  const observed = cusum(centred)
  const random = generator(values.length)
  let asLarge = 0
  for (let i = 0; i < SHUFFLES; i++) {
    shuffle(centred, random)
    if (cusum(centred).statistic >= observed.statistic * (1 - 1e-12)) asLarge++
  }
  return { at: observed.at, pValue: (1 + asLarge) / (1 + SHUFFLES) }
}

/** Largest squared difference of means, weighted by the lengths of both sides. */
function cusum(centred: Float64Array): { readonly at: number; readonly statistic: number } {
  const n = centred.length
  let [at, statistic, sum] = [MIN_LEVEL, -1, 0]
  for (let k = 1; k <= n - MIN_LEVEL; k++) {
    sum += centred[k - 1]!
    if (k < MIN_LEVEL) continue
    const squared = (sum * sum * n) / (k * (n - k))
    if (squared > statistic) [at, statistic] = [k, squared]
  }
  return { at, statistic }
}

function shuffle(values: Float64Array, random: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = values[i]!
    values[i] = values[j]!
    values[j] = kept
  }
}

/** mulberry32: 32 bits of state pass the usual tests, more than shuffles need. */
function generator(seed: number): () => number {
  let state = (seed + 0x9e3779b9) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
