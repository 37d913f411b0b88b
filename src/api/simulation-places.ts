import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** Each has threads of its own; more at once would only slow each other down. */
export const MAX_RUNS = 2

/** By log: simulations under way in this process. */
const running = new WeakMap<Context['log'], number>()

/** @throws GraphQLError `TooManyRuns`; else the caller gives the place back. */
export function takePlace({ log }: Pick<Context, 'log'>): () => void {
  const count = running.get(log) ?? 0
  if (count >= MAX_RUNS)
    throw apiError('TooManyRuns', `${count} runs are under way; wait until one ends, or end one.`)
  running.set(log, count + 1)
  return () => void running.set(log, running.get(log)! - 1)
}
