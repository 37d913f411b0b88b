import { Worker } from 'node:worker_threads'
import { measures } from '../../domain/planning/simulation/measure.ts'
import type { Study } from '../../domain/planning/simulation/policy.ts'
import type { BottleneckStretches, Simulate } from '../../domain/planning/simulation/simulated.ts'
import { ask } from './ask.ts'

/** Replications between two reports of progress; a cancelled run ends with the one under way. */
const CHUNK = 20

export interface Work {
  readonly study: Study
  readonly horizonSeconds: number
  readonly bottlenecks: BottleneckStretches | null
  readonly starts: boolean
}

export interface Part {
  readonly from: number
  readonly to: number
  readonly values: Float64Array
  readonly done: Float64Array
  readonly longest: Int32Array | null
  readonly starts: Float64Array | null
  readonly events: number
}

/**
 * Plays the replications on worker threads; the caller's thread stays free. The same study gives the same
 * figures, however many threads share the work. Null when the signal aborts.
 * @throws Error when a worker fails
 */
export const simulate: Simulate = async (study, options) => {
  const { replications, horizonSeconds, signal, bottlenecks = null } = options
  const operations = study.problem.orders.reduce((sum, one) => sum + one.operations.length, 0)
  const orders = study.problem.orders.length
  const values = new Float64Array(replications * measures.length)
  const done = new Float64Array(replications * orders)
  const longest = bottlenecks ? new Int32Array(replications * bottlenecks.count) : null
  const starts = options.starts ? new Float64Array(replications * operations) : null
  let [next, finished, events] = [0, 0, 0]
  const take = (part: Part): void => {
    values.set(part.values, part.from * measures.length)
    done.set(part.done, part.from * orders)
    if (part.longest) longest!.set(part.longest, part.from * bottlenecks!.count)
    if (part.starts) starts!.set(part.starts, part.from * operations)
    events += part.events
    finished += part.to - part.from
    options.onProgress?.(finished)
  }
  const threads = Math.max(1, Math.min(options.workers ?? 1, Math.ceil(replications / CHUNK)))
  const workerData: Work = {
    ...{ study, horizonSeconds, bottlenecks },
    starts: options.starts ?? false,
  }
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./simulate-worker.ts', import.meta.url), { workerData }),
  )
  const aborted = new Promise<null>((resolve) => {
    if (signal?.aborted) resolve(null)
    signal?.addEventListener('abort', () => resolve(null), { once: true })
  })
  const drive = async (worker: Worker): Promise<void> => {
    while (next < replications) {
      const from = next
      next = Math.min(next + CHUNK, replications)
      take(await ask<Part>(worker, { from, to: next }))
    }
  }
  try {
    const all = Promise.all(workers.map(drive))
    all.catch(() => {})
    if ((await Promise.race([all, aborted])) === null) return null
    return { replications, values, done, longest, starts, events }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
