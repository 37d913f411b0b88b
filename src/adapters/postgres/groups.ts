/**
 * Fewer items than this are not worth a group, and a commit, beside one that is on its way: they travel
 * when it is back. (At 400 commands a second two in three groups were of one command.)
 */
const MIN_SHARE = 32

/** How calls are collected into groups. */
export interface Grouping<T, R> {
  /** Does a whole group in one round trip; answers in the order of the items. */
  readonly run: (items: readonly T[]) => Promise<readonly R[]>
  /** Groups in flight at once. */
  readonly inFlight: number
  /** Upper bound of the summed weights in a group; a heavier item travels alone. */
  readonly maxWeight: number
  readonly weigh: (item: T) => number
}

interface Waiting<T, R> {
  readonly item: T
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Natural batching: what is called while a group is in flight travels in the next one. A lone call
 * waits for nothing but the end of the current tick; under load, groups grow by themselves.
 */
export function createGroups<T, R>(grouping: Grouping<T, R>): (item: T) => Promise<R> {
  const { run, inFlight, maxWeight, weigh } = grouping
  let queue: Waiting<T, R>[] = []
  let running = 0
  let scheduled = false

  const take = (): Waiting<T, R>[] => {
    let weight = 0
    let count = 0
    // Shared among the free places: while one group is on its way the callers of the other work.
    const share = Math.max(MIN_SHARE, Math.ceil(queue.length / (inFlight - running)))
    while (count < Math.min(queue.length, share) && (count === 0 || weight < maxWeight)) {
      weight += weigh(queue[count]!.item)
      if (count > 0 && weight > maxWeight) break
      count++
    }
    const group = queue.slice(0, count)
    queue = queue.slice(count)
    return group
  }
  const start = async (): Promise<void> => {
    const group = take()
    running++
    try {
      const results = await run(group.map(({ item }) => item))
      for (const [i, { resolve }] of group.entries()) resolve(results[i]!)
    } catch (error) {
      for (const { reject } of group) reject(error)
    } finally {
      running--
      schedule()
    }
  }
  // Not a microtask: all callers that a finished group has woken shall make it into the next one.
  const schedule = (): void => {
    if (scheduled || queue.length === 0 || running >= inFlight) return
    if (running > 0 && queue.length < MIN_SHARE) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      void start()
      schedule()
    })
  }

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject })
      schedule()
    })
}
