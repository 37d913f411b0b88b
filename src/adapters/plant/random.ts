/** Chance that can be repeated: the same seed draws the same numbers. */
export interface Random {
  /** Evenly spread, from <= x < to. */
  readonly between: (from: number, to: number) => number
  /** A whole number, both ends included. */
  readonly whole: (from: number, to: number) => number
  readonly chance: (probability: number) => boolean
  readonly normal: (mean: number, sigma: number) => number
  readonly pick: <T>(items: readonly T[]) => T
}

/** Mulberry32: 32 bits of state are plenty for a demonstration and easy to check. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number): number => from + (to - from) * next()
  const whole = (from: number, to: number): number => Math.floor(between(from, to + 1))
  return {
    between,
    whole,
    chance: (probability) => next() < probability,
    // Box-Muller; 1 - next() is never 0.
    normal: (mean, sigma) =>
      mean + sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[whole(0, items.length - 1)]!,
  }
}
