import type { Observation } from '../src/commands/record.ts'
import { orders } from '../src/projections/production/orders.ts'
import type { System } from '../src/system.ts'
import { percentile, row, type Benchmark } from './row.ts'
import { withSystem } from './support.ts'
import { BLOCK, blockOf, play, report, send, type Wish } from './traffic.ts'

const RATE = 2_000
/** Every 5 ms what is due then: the load is even, and no burst hides in a percentile. */
const TICK_MS = 5
const WARM_UP_S = 3
const MEASURED_S = 10
/** Longer than any reader waits. */
const TIMEOUT_MS = 30_000
/** Blocks before the clock runs: orders in every state, and rows that were there before. */
const HISTORY = 300

/** How old what a reader sees is, while the whole plant reports and every projection is live. */
export const visibleBench: Benchmark = {
  name: 'visible',
  about: `append called to row readable, ${RATE} events/s of all kinds, all projections live`,
  run: () =>
    withSystem(['projector', 'policy'], async (system) => {
      await play(system, 0, HISTORY)
      await system.reads.waitFor(await system.store.head(), TIMEOUT_MS)
      const { latencies, rate } = await pace(system)
      const at = (share: number) => ({ value: percentile(latencies, share), unit: 'ms' })
      return [
        row(`append to visible, p50 at ${Math.round(rate)} events/s`, at(0.5), null),
        row('append to visible, p99', at(0.99), null, { atMost: 100 }),
        row('append to visible, longest', at(1), null),
      ]
    }),
}

interface Paced {
  /** Milliseconds of each call that began after the warm-up. */
  readonly latencies: readonly number[]
  /** Events per second that were really sent. */
  readonly rate: number
}

async function pace(system: System): Promise<Paced> {
  const latencies: number[] = []
  const calls: Promise<void>[] = []
  const facts = traffic()
  const began = performance.now()
  const total = (WARM_UP_S + MEASURED_S) * RATE
  const warm = WARM_UP_S * RATE
  const visible = async (nth: number, call: () => Promise<number>, orderId?: string) => {
    const start = performance.now()
    const position = await call()
    if (!(await system.reads.waitFor(position, TIMEOUT_MS))) throw new Error('never visible')
    if (orderId !== undefined) {
      const [found] = await system.reads.byKey(orders, [orderId], null)
      if (!found) throw new Error(`${orderId} is said to be visible and is not`)
    }
    if (nth >= warm) latencies.push(performance.now() - start)
  }
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * RATE)) - sent
    const { observations, wishes } = facts(due)
    if (observations.length > 0) calls.push(visible(sent, () => report(system, observations)))
    for (const w of wishes) {
      const made = w.command.type === 'ReleaseOrder' ? String(w.command['orderId']) : undefined
      calls.push(visible(sent, () => send(system, w), made))
    }
    sent += due
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const seconds = (performance.now() - began) / 1_000
  await Promise.all(calls)
  return { latencies, rate: sent / seconds }
}

/** Deals out the plant's facts a few at a time, observations and wishes in the share of a block. */
function traffic() {
  let block = HISTORY
  let { observations, wishes } = blockOf(block)
  let taken = 0
  return (count: number) => {
    const part = { observations: [] as Observation[], wishes: [] as Wish[] }
    for (let i = 0; i < count; i++) {
      if (taken === BLOCK) {
        ;({ observations, wishes } = blockOf(++block))
        taken = 0
      }
      // Every fifth fact is a wish; the one that completes an order makes two facts.
      const nth = Math.floor(taken / 5)
      const isWish = taken % 5 === 4
      if (!isWish) part.observations.push(observations[taken - nth]!)
      else if (wishes[nth]) part.wishes.push(wishes[nth])
      taken++
    }
    return part
  }
}
