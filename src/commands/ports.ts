/** Time as the composition root provides it; the simulation brings its own. */
export interface Clock {
  /** ISO-8601 UTC with milliseconds. */
  now(): string
}
/** Under load many ask within one millisecond. */
let [asked, answer] = [Number.NaN, '']
export const systemClock: Clock = {
  now() {
    const ms = Date.now()
    if (ms !== asked) {
      asked = ms
      answer = new Date(ms).toISOString()
    }
    return answer
  },
}

/** Names for facts that are not derived from anything; the simulation draws them from its seed. */
export type NewId = () => string
