/** Runs work on these streams after whatever is already queued for any of them. */
export type Lanes = <T>(streams: readonly string[], work: () => Promise<T>) => Promise<T>

/**
 * Queues work by stream, so that a process never races itself. A place in all its lanes is taken at
 * once, when the work is handed in, so no two can wait for each other.
 */
export function createLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>()

  return <T>(streams: readonly string[], work: () => Promise<T>): Promise<T> => {
    // Most come alone: nothing is gathered for them.
    const run = streams.some((stream) => last.has(stream))
      ? Promise.allSettled(streams.flatMap((stream) => last.get(stream) ?? [])).then(work)
      : work()
    for (const stream of streams) last.set(stream, run)
    const leave = (): void => {
      for (const stream of streams) if (last.get(stream) === run) last.delete(stream)
    }
    run.then(leave, leave)
    return run
  }
}
