import type { Compiled } from '../compile.ts'
import { priceOfRun } from '../energy-price.ts'
import { workedSeconds } from '../working-time.ts'
import type { Run } from './run.ts'

/** What is told of each replication. Shares are of 1, hours of 3,600 s. */
export const measures = [
  'onTimeShare',
  'weightedTardinessHours',
  'ordersDone',
  'unfinishedOrders',
  'leadTimeHoursP50',
  'leadTimeHoursP90',
  'workInProgress',
  'utilisation',
  'setupHours',
  'energyKwh',
  'makespanHours',
  'energyCost',
] as const

const HOUR = 3_600

/** Reckons with one run after the other; nothing is made anew. */
export function createMeter(compiled: Compiled, horizonSeconds: number) {
  const { problem, firstOfOrder, equipment } = compiled
  const { orders } = problem
  const values = new Float64Array(measures.length)
  /** When each order is done, `Infinity`: never. */
  const done = new Float64Array(orders.length)
  const leads = new Float64Array(orders.length)
  const dated = orders.filter(({ due }) => due !== undefined).length
  const openSeconds = equipment.reduce((sum, { open }) => sum + openUntil(open, horizonSeconds), 0)

  return (run: Run): { readonly values: Float64Array; readonly done: Float64Array } => {
    let [late, onTime, finished, inHorizon, wip, last] = [0, 0, 0, 0, 0, 0]
    for (const [number, { due, weight, release }] of orders.entries()) {
      let end = 0
      for (let at = firstOfOrder[number]!; at < firstOfOrder[number + 1]!; at++)
        end = Math.max(end, run.end[at]!)
      done[number] = end
      const released = Math.max(release ?? 0, 0)
      wip += Math.max(Math.min(end, horizonSeconds) - released, 0)
      if (due !== undefined) {
        if (end <= due) onTime++
        else late += (Math.min(end, Math.max(horizonSeconds, due)) - due) * (weight ?? 1)
      }
      if (end === Infinity) continue
      leads[finished++] = end - released
      if (end <= horizonSeconds) inHorizon++
      last = Math.max(last, end)
    }
    const sorted = leads.subarray(0, finished).sort()
    const at = (share: number) =>
      finished === 0 ? Number.NaN : sorted[Math.ceil(share * finished) - 1]! / HOUR
    const { busy, setup, energy, price } = machineTime(compiled, run, horizonSeconds)
    values[0] = dated === 0 ? Number.NaN : onTime / dated
    values[1] = late / HOUR
    values[2] = inHorizon
    values[3] = orders.length - finished
    values[4] = at(0.5)
    values[5] = at(0.9)
    values[6] = horizonSeconds > 0 ? wip / horizonSeconds : Number.NaN
    values[7] = openSeconds > 0 ? busy / openSeconds : Number.NaN
    values[8] = setup / HOUR
    values[9] = energy
    values[10] = last / HOUR
    values[11] = price
    return { values, done }
  }
}

/** Machine seconds within the horizon, seconds of changeover, kWh and price of the energy of all. */
function machineTime(
  { problem, operations, equipment }: Compiled,
  { setupStart, start, end, mode }: Run,
  horizon: number,
) {
  let [busy, setup, energy, price] = [0, 0, 0, 0]
  for (let at = 0; at < operations.length; at++) {
    if (end[at] === Infinity) continue
    setup += start[at]! - setupStart[at]!
    busy += Math.max(Math.min(end[at]!, horizon) - Math.max(setupStart[at]!, 0), 0)
    const how = operations[at]!.modes[mode[at]!]!
    if (how.kilowatts <= 0) continue
    const [from, to, time] = [start[at]!, end[at]!, equipment[how.equipment]!.open]
    const runs = how.interruptible ? workedSeconds(time, from, to) : to - from
    energy += (how.kilowatts * runs) / HOUR
    price += priceOfRun(problem, how, { time, from, to })
  }
  return { busy, setup, energy, price }
}

function openUntil({ from, to }: Compiled['units'][number], horizon: number): number {
  let seconds = 0
  for (let i = 0; i < from.length; i++)
    seconds += Math.max(Math.min(to[i]!, horizon) - Math.max(from[i]!, 0), 0)
  return seconds
}
