import { setTimeout as delay } from 'node:timers/promises'
import type { AllStreamSubscription } from '@kurrent/kurrentdb-client'
import { firstAfter } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import type { Client, Kurrent } from './client.ts'
import { toFact, toPlace, toPosition, type Place } from './codec.ts'

/** Facts kept for subscribers that are almost there; who is further behind reads pages. */
const KEPT = 20_000
/** Events looked at between two checkpoints. */
const CHECKPOINT_WINDOW = 1_000
/** Waits before subscribing again, doubled each time up to the last. */
const FIRST_WAIT_MS = 50
const LAST_WAIT_MS = 5_000

/** The end of the log as it grows: one subscription for all who follow it in this process. */
export interface Live {
  /** Where the log was last seen to end. */
  tip(): number
  /** Facts after a position and up to where the log was seen; null where they are not kept any more. */
  after(position: number): { readonly facts: readonly Recorded[]; readonly upTo: number } | null
  /** Resolves when the log was seen beyond the position, or the signal aborts. */
  beyond(position: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** @param start where the log ends now */
export function followEnd(
  deps: { readonly kurrent: Kurrent; readonly client: Client; readonly catalogue: Catalogue },
  start: number,
): Live {
  const { kurrent, client, catalogue } = deps
  const closing = new AbortController()
  const waiting = new Set<() => void>()
  let kept: Recorded[] = []
  let keptAfter = start
  let tip = start

  const reached = (position: number) => {
    if (position <= tip) return
    tip = position
    for (const wake of [...waiting]) wake()
  }
  const take = (fact: Recorded) => {
    if (fact.position <= tip) return
    kept.push(fact)
    if (kept.length >= 2 * KEPT) {
      keptAfter = kept[KEPT - 1]!.position
      kept = kept.slice(KEPT)
    }
    reached(fact.position)
  }
  const subscribe = (): AllStreamSubscription =>
    client.subscribeToAll({
      fromPosition: tip === 0 ? kurrent.START : toPlace(tip),
      filter: kurrent.excludeSystemEvents({
        maxSearchWindow: CHECKPOINT_WINDOW,
        checkpointReached: async (_: unknown, place: Place) => reached(toPosition(place)),
      }),
    })
  const run = async () => {
    for (let wait = FIRST_WAIT_MS; !closing.signal.aborted;) {
      const subscription = subscribe()
      const end = () => void subscription.unsubscribe()
      closing.signal.addEventListener('abort', end)
      try {
        for await (const { event } of subscription)
          if (event) {
            take(toFact(catalogue, event))
            wait = FIRST_WAIT_MS
          }
      } catch {
        // Whatever it was: the subscription goes on from what it has seen.
      } finally {
        closing.signal.removeEventListener('abort', end)
      }
      await delay(wait, undefined, { signal: closing.signal }).catch(() => {})
      wait = Math.min(2 * wait, LAST_WAIT_MS)
    }
  }
  const running = run()

  return {
    tip: () => tip,
    after(position) {
      if (position < keptAfter) return null
      const first = firstAfter(kept, position)
      return { facts: kept.slice(first), upTo: Math.max(tip, position) }
    },
    beyond: (position, signal) =>
      tip > position || signal.aborted
        ? Promise.resolve()
        : new Promise((resolve) => {
            const wake = () => {
              waiting.delete(wake)
              signal.removeEventListener('abort', wake)
              resolve()
            }
            waiting.add(wake)
            signal.addEventListener('abort', wake)
          }),
    async close() {
      closing.abort()
      await running
    },
  }
}
