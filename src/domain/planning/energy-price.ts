import type { CompiledMode } from './compile.ts'
import type { Problem, Span } from './problem.ts'
import { alwaysOpen, type WorkingTime } from './working-time.ts'

interface Run extends Span {
  /** When it goes on, where its mode can be interrupted. */
  readonly time: WorkingTime
}
type Priced = Required<Problem>['energyPrices'][number]

/** When somebody's run goes on. @param person index in `Compiled.units`, or -1 */
export const runTime = (mode: CompiledMode, person: number): WorkingTime =>
  mode.runTimes[Math.max(0, mode.persons?.indexOf(person) ?? 0)]!

/** What the energy of a run costs, in the currency of the prices; nothing while it is interrupted. */
export function priceOfRun(
  { energyPrices = [] }: Problem,
  { kilowatts, interruptible }: CompiledMode,
  { time, from, to }: Run,
): number {
  const spans = interruptible ? pricedTime(energyPrices, time) : energyPrices
  let price = 0
  for (let i = firstAfter(spans, from); i < spans.length && spans[i]!.from < to; i++) {
    const span = spans[i]!
    price += span.price * (Math.min(span.to, to) - Math.max(span.from, from))
  }
  return (kilowatts * price) / 3_600
}

function firstAfter(spans: readonly Span[], at: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.to > at) high = middle
    else low = middle + 1
  }
  return low
}

/** Prices of the open hours of each calendar, kept as long as the prices are. */
const known = new WeakMap<readonly Priced[], Map<WorkingTime, readonly Priced[]>>()

function pricedTime(prices: readonly Priced[], time: WorkingTime): readonly Priced[] {
  if (time === alwaysOpen) return prices
  const tables = known.get(prices) ?? new Map<WorkingTime, readonly Priced[]>()
  known.set(prices, tables)
  const found = tables.get(time) ?? openPrices(prices, time)
  tables.set(time, found)
  return found
}

function openPrices(prices: readonly Priced[], time: WorkingTime): readonly Priced[] {
  const found: Priced[] = []
  for (let i = 0, j = 0; i < prices.length && j < time.from.length;) {
    const from = Math.max(prices[i]!.from, time.from[j]!)
    const to = Math.min(prices[i]!.to, time.to[j]!)
    if (from < to) found.push({ from, to, price: prices[i]!.price })
    if (prices[i]!.to < time.to[j]!) i++
    else j++
  }
  return found
}
