/** Time as the composition root provides it; the simulation brings its own. */
export interface Clock {
  /** ISO-8601 UTC with milliseconds. */
  now(): string
}
export const systemClock: Clock = { now: () => new Date().toISOString() }

/** Names for facts that are not derived from anything; the simulation draws them from its seed. */
export type NewId = () => string
