import type { Sequence } from './dispatch.ts'

/** A search that goes on as long as it is asked to. Same seed, same calls: same plans. */
export interface Search {
  /** Spends so many iterations, or fewer where nothing can get better. */
  step(iterations: number): void
  readonly iterations: () => number
  /** The best so far, to keep; there is one after the first step. */
  readonly best: () => Sequence
  /** Takes in a good plan that another search found. */
  readonly adopt: (sequence: Sequence) => void
}
