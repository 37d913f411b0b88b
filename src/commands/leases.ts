/** For work that only one of several processes may do at a time. */
export interface Leases {
  /**
   * Waits until nobody else holds the lease of this name, works, and lets it go. Resolves without having
   * worked when the signal aborts before; rejects with what the work rejects with.
   *
   * `held` aborts with the signal, or when the lease may be another's: then the work must end soon. Work
   * that was under way at that moment may be done twice, so it has to bear repetition.
   * @param name one holder of it at a time in a process, too
   */
  hold(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<void>
}

/** For one process alone, as in a test. */
export const alone: Leases = {
  hold: (_, signal, work) => work(signal),
}
