import { setTimeout as delay } from 'node:timers/promises'
import type { Leases } from './commands/leases.ts'

/** How long work that ended or failed waits before it is begun again, here or in another process. */
const RESTART_MS = 1_000

export interface ActiveDeps {
  readonly leases: Leases
  readonly log: { readonly warn: (message: string) => void }
  readonly signal: AbortSignal
}

/**
 * Does the work again and again until the signal aborts, in one of all processes at a time: when that
 * one dies, or the work fails there, another takes over within seconds. Outages are survived.
 * @param name of the work in the log of the process, and of its lease
 */
export async function actively(
  name: string,
  { leases, log, signal }: ActiveDeps,
  work: (held: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await leases.hold(name, signal, work)
    } catch (error) {
      if (!signal.aborted) log.warn(`${name}: ${(error as Error).message}; trying again`)
    }
    await delay(RESTART_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}
