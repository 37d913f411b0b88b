/** Time as the composition root provides it; the simulation brings its own. */
export interface Clock {
  /** ISO-8601 UTC with milliseconds. */
  now(): string
}
export const systemClock: Clock = { now: () => new Date().toISOString() }
