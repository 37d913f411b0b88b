import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

/** Milliseconds, the longest of them, during which a thread that does this could answer nothing else. */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  // What is done before the first turn would not show.
  await setTimeout(5)
  await work()
  // What came last shows with the next turn.
  await setTimeout(2)
  delays.disable()
  return delays.max / 1e6
}
