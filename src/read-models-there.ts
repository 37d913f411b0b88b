import type { ReadModels } from './projections/read-models.ts'

/** Between two looks whether the end of the process is meant. */
const LOOK_MS = 500

/**
 * Resolves once every read model has a table: on a new database the projector makes them while other
 * roles are already at work. Also when the signal aborts.
 */
export async function readModelsThere(
  reads: Pick<ReadModels, 'waitFor'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await reads.waitFor(0, LOOK_MS)));
}
