/** One cause in a Pareto chart, with its part of all and of all up to it. */
export type ParetoBar<T> = T & {
  /** 0 to 1; null where there is nothing at all. */
  readonly share: number | null
  readonly cumulativeShare: number | null
}

/**
 * Largest first, with cumulative shares. Causes of one weight stand in the order of their keys, so the
 * same causes always make the same chart.
 */
export function pareto<T extends { readonly key: string }>(
  causes: readonly T[],
  weightOf: (cause: T) => number,
): readonly ParetoBar<T>[] {
  const all = causes.reduce((sum, cause) => sum + weightOf(cause), 0)
  let upTo = 0
  return [...causes]
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map((cause) => {
      upTo += weightOf(cause)
      const of = (part: number): number | null => (all === 0 ? null : part / all)
      return { ...cause, share: of(weightOf(cause)), cumulativeShare: of(upTo) }
    })
}
