/** Runs one piece of work after the other: nothing may slip into a transaction under way. */
export function createLane(): <T>(run: () => Promise<T>) => Promise<T> {
  let busy: Promise<unknown> = Promise.resolve()
  return (run) => {
    const result = busy.then(run)
    busy = result.catch(() => {})
    return result
  }
}

/** Hands each task to the first of these workers that is free, in the order they come. */
export function shared<T>(
  workers: readonly ((task: T) => Promise<void>)[],
): (task: T) => Promise<void> {
  const idle = [...workers]
  const waiting: (() => void)[] = []
  return async (task) => {
    while (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    const worker = idle.pop()!
    try {
      await worker(task)
    } finally {
      idle.push(worker)
      waiting.shift()?.()
    }
  }
}

/** Runs the work once more after the run under way, however often it was asked for; errors are nobody's. */
export function coalesced(work: () => Promise<unknown>): () => void {
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    running = true
    do {
      again = false
      await work().catch(() => {})
    } while (again)
    running = false
  }
  return () => {
    again = true
    if (!running) void run()
  }
}
