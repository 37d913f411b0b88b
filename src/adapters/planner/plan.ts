import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Problem } from '../../domain/planning/problem.ts'
import { coordinate } from './coordinate.ts'
import type { PlanOptions, PlanProgress } from './plan-options.ts'

export type { PlanOptions, PlanProgress } from './plan-options.ts'

/** Operations up to which a first answer takes less time than the start of a thread for it (about 100 ms). */
const HERE_LIMIT = 2_000

/**
 * Plans on worker threads, the caller's thread stays free; only the first answer for a small plant is found here.
 * It comes at once: the current plan (as `planned` in the problem) repaired, or the best of the dispatch rules;
 * then every better one. The checker verifies each.
 * @throws Error when a worker fails or a plan breaks a rule
 */
export async function* plan(problem: Problem, options: PlanOptions): AsyncGenerator<PlanProgress> {
  const size = problem.orders.reduce((sum, { operations }) => sum + operations.length, 0)
  yield* size <= HERE_LIMIT ? coordinate(problem, options) : planOnThread(problem, options)
}

/** The same plans, with nothing of it on the caller's thread: a first answer holds it up for up to 0.25 s. */
export async function* planOnThread(
  problem: Problem,
  options: PlanOptions,
): AsyncGenerator<PlanProgress> {
  const { signal, ...rest } = options
  const worker = new Worker(new URL('./coordinator.ts', import.meta.url), {
    workerData: { problem, options: rest },
  })
  const stop = (): void => worker.postMessage('stop', [])
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const messages = on(worker, 'message', { close: ['exit'] }) as AsyncIterable<[PlanProgress]>
    for await (const [found] of messages) yield found
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
