import type { Compiled } from './compile.ts'
import { createDecoder, type Hold } from './decoder.ts'
import type { Sequence } from './dispatch.ts'
import { priceOfRun, runTime } from './energy-price.ts'
import { compare, costs, type Objective } from './objective.ts'
import { copyOf, type Schedule } from './schedule.ts'
import { finish, NEVER, nextFit, nextOpen, retreat, type WorkingTime } from './working-time.ts'

/** Operations placed while cheaper hours are looked for: a few seconds of a thread. */
const MAX_PLACED = 1_000_000
/** Starts of one operation that are tried in the decoder, the cheapest first. */
const STARTS_TRIED = 4
/** What is smaller is an error of adding up. */
const LEAST_GAIN = 1e-6

/** Whether the price of energy can tell two plans apart. */
export const pricesMatter = ({ problem, operations }: Compiled): boolean =>
  (problem.energyPrices?.length ?? 0) > 0 &&
  operations.some(({ modes }) => modes.some(({ kilowatts }) => kilowatts > 0))

/**
 * Lets operations wait for cheaper energy where nothing that counts for more gets worse. The last ones go first,
 * so that those before them have room; every step is decoded, so whatever else moves is in the sum. Null where
 * nothing can be gained. The same plan always gives the same answer.
 * @param mostTries starts that are decoded, beside the limit there is anyway
 */
export function cheaperHours(
  compiled: Compiled,
  objective: Objective,
  { order, modes }: Sequence,
  mostTries = Infinity,
): Hold | null {
  const { operations } = compiled
  const decode = createDecoder(compiled)
  const hold = { from: new Float64Array(operations.length), isPrice: true }
  let schedule = copyOf(decode(order, modes, hold))
  let cost = costs(compiled, schedule)
  const affordable = Math.floor(MAX_PLACED / Math.max(operations.length, 1))
  let [left, gained] = [Math.min(affordable, mostTries), false]

  const tryAt = (at: number, from: number): boolean => {
    const before = hold.from[at]!
    hold.from[at] = from
    const settled = decode(order, modes, hold)
    const other = costs(compiled, settled)
    if (compare(objective, other, cost) < 0) {
      schedule = copyOf(settled)
      cost = other
      return true
    }
    hold.from[at] = before
    return false
  }
  for (let better = true; better && left > 0;) {
    better = false
    const byEnd = [...operations.keys()].sort(
      (a, b) => schedule.end[b]! - schedule.end[a]! || b - a,
    )
    for (const at of byEnd)
      for (const from of cheaperStarts(compiled, schedule, at)) {
        if (left-- <= 0) break
        if (!tryAt(at, from)) continue
        better = true
        gained = true
        break
      }
  }
  return gained ? hold : null
}

/** Later starts by which the run of an operation alone gets cheaper and that do not end after all else. */
function cheaperStarts(compiled: Compiled, schedule: Schedule, at: number): number[] {
  const { problem, operations } = compiled
  const { modes, fixed, planned, order } = operations[at]!
  const mode = modes[schedule.mode[at]!]!
  if (mode.kilowatts <= 0 || fixed || !schedule.scheduled[at]) return []
  const time = runTime(mode, schedule.person[at]!)
  const latest = latestEnd(compiled, schedule, order)
  const now = schedule.start[at]!
  const place = (wanted: number) => {
    const from = mode.interruptible ? nextOpen(time, wanted) : nextFit(time, wanted, mode.seconds)
    const to = from >= NEVER ? NEVER : endOf(time, from, mode)
    return { from, to, price: priceOfRun(problem, mode, { time, from, to }) }
  }
  const priced = place(now).price
  // A run is cheapest where it begins or ends with a price, or ends as late as it may.
  const edges = (problem.energyPrices ?? []).flatMap(({ from, to }) => [from, to])
  const begins = (end: number) =>
    mode.interruptible ? retreat(time, end, mode.seconds) : end - mode.seconds
  const wanted = new Set([planned?.start ?? 0, ...edges, ...[latest, ...edges].map(begins)])
  return [...wanted]
    .filter((from) => from > now)
    .map(place)
    .filter(({ to, price }) => to <= latest && price < priced - LEAST_GAIN)
    .sort((a, b) => a.price - b.price || a.from - b.from)
    .slice(0, STARTS_TRIED)
    .map(({ from }) => from)
}

const endOf = (
  time: WorkingTime,
  from: number,
  { interruptible, seconds }: { readonly interruptible: boolean; readonly seconds: number },
): number => (interruptible ? finish(time, from, seconds) : from + seconds)

/** An order in time stays in time, a late one gets no later, and the plan no longer. */
function latestEnd({ problem, firstOfOrder }: Compiled, { end }: Schedule, order: number): number {
  const longest = end.reduce((last, one) => Math.max(last, one), 0)
  const own = end
    .subarray(firstOfOrder[order], firstOfOrder[order + 1])
    .reduce((last, one) => Math.max(last, one), 0)
  return Math.min(longest, Math.max(own, problem.orders[order]!.due ?? Infinity))
}
