import type { Compiled } from './compile.ts'
import type { PlannedOperation } from './problem.ts'
import { readiness, travel } from './readiness.ts'
import { scheduleOf, type Schedule } from './schedule.ts'
import { createWaiting, type Delay } from './waiting.ts'
import { workedSeconds } from './working-time.ts'

/** Why an order is done when it is: end - from = work + all delays; lateness = all delays - slack. */
export interface Explanation {
  readonly order: string
  /** Its release, or the start of what ran before that. Seconds, as all times. */
  readonly from: number
  readonly end: number
  /** The operations that decide the end, the first first. */
  readonly chain: readonly string[]
  /** Seconds of their runs. */
  readonly work: number
  /** What the order could wait without being late; null without a due date. */
  readonly slack: number | null
  /** Above 0: late. */
  readonly lateness: number | null
  /** One for each cause, resource and order; the longest first. */
  readonly delays: readonly Delay[]
}

/**
 * Walks from the last end of an order back to its release; every second on the way is work or waiting for
 * something. Null where no or not every operation of it has a place.
 * @throws Error on a row that the problem knows nothing of
 */
export function whyLate(
  compiled: Compiled,
  rows: readonly PlannedOperation[],
  order: string,
): Explanation | null {
  const { problem, firstOfOrder } = compiled
  const schedule = scheduleOf(compiled, rows)
  const number = problem.orders.findIndex(({ id }) => id === order)
  if (number < 0) return null
  const first = firstOfOrder[number]!
  let last = -1
  for (let at = first; at < firstOfOrder[number + 1]!; at++) {
    if (!schedule.scheduled[at]) return null
    if (last < 0 || schedule.end[at]! > schedule.end[last]!) last = at
  }
  if (last < 0) return null
  const { chain, work, from, delays } = walkBack(compiled, schedule, last)
  const { due, operations } = problem.orders[number]!
  const end = schedule.end[last]!
  return {
    order,
    from,
    end,
    chain: chain.map((at) => operations[at - first]!.id).reverse(),
    work,
    slack: due === undefined ? null : due - from - work,
    lateness: due === undefined ? null : end - due,
    delays,
  }
}

function walkBack(compiled: Compiled, schedule: Schedule, last: number) {
  const { operations, problem } = compiled
  const found = new Map<string, Delay>()
  const charge = (delay: Delay): void => {
    if (delay.seconds <= 0) return
    const key = [delay.cause, delay.resource, delay.behind].join('\n')
    const seconds = delay.seconds + (found.get(key)?.seconds ?? 0)
    found.set(key, { ...delay, seconds })
  }
  const waited = createWaiting(compiled, schedule, charge)
  const chain: number[] = []
  let [work, cursor] = [0, schedule.end[last]!]

  /** From the end of the run to when the operation was ready. */
  const back = (at: number, ready: number): void => {
    const { fixed, modes } = operations[at]!
    const mode = modes[schedule.mode[at]!]!
    const { id } = problem.equipment[mode.equipment]!
    const one = Math.max(0, mode.persons?.indexOf(schedule.person[at]!) ?? 0)
    /** Down to `from`, of which the calendar was shut for a part. */
    const down = (from: number, open: number): number => {
      const seconds = cursor - from
      charge({ cause: 'calendar', resource: id, behind: null, seconds: seconds - open })
      cursor = from
      return open
    }
    const start = Math.min(schedule.start[at]!, cursor)
    work += down(start, fixed ? cursor - start : workedSeconds(mode.runTimes[one]!, start, cursor))
    if (fixed) {
      charge({ cause: 'frozen', resource: id, behind: null, seconds: cursor - ready })
      cursor = Math.min(cursor, ready)
      return
    }
    const setup = Math.min(cursor, Math.max(schedule.setupStart[at]!, ready))
    const open = workedSeconds(mode.setupTimes[one]!, setup, cursor)
    charge({ cause: 'setup', resource: id, behind: null, seconds: down(setup, open) })
    waited(at, ready, cursor)
    cursor = Math.min(cursor, ready)
  }

  for (let at = last; at >= 0;) {
    chain.push(at)
    const mode = operations[at]!.modes[schedule.mode[at]!]!
    const { from, culprit } = readiness(compiled, schedule, at, mode)!
    back(at, Math.min(from, schedule.start[at]!))
    if (culprit >= 0) {
      const way = travel(compiled, schedule, culprit, mode)
      const { minLag } = operations[at]!.links.find(({ operation }) => operation === culprit)!
      const left = Math.max(0, cursor - schedule.start[culprit]!)
      const moved = Math.min(way, left)
      charge({ cause: 'transport', resource: null, behind: null, seconds: moved })
      const waits = Math.min(minLag, left - moved)
      charge({ cause: 'predecessor', resource: null, behind: null, seconds: waits })
      cursor -= moved + waits
    }
    at = culprit
  }
  const delays = [...found.values()].sort((a, b) => b.seconds - a.seconds)
  return { chain, work, from: cursor, delays }
}
