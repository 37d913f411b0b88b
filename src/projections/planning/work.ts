import type { OrderOperation, OrderRow } from '../production/orders.ts'
import type { RunningClockRow } from '../production/running-clocks.ts'
import type { Keyed } from '../projection.ts'

/** What is left to do of one operation, in its own terms. */
export interface WorkLeft {
  /** Units of the order not reported yet, good or not; null where nobody said how many to make. */
  readonly quantity: number | null
  /** Where and by whom it is being worked on; null where nobody is at it. */
  readonly running: Running | null
}

export interface Running {
  readonly equipmentId: string | null
  readonly personId: string
  readonly startedAt: string
  /** Milliseconds worked so far, the running clocks included. */
  readonly setupMs: number
  readonly productionMs: number
  readonly isSettingUp: boolean
}

/** Whoever runs a clock on it counts before whoever is on a break; of several the first. */
function runningOf(
  operation: OrderOperation,
  clocks: readonly Keyed<RunningClockRow>[],
  at: string,
): Running | null {
  const [first] = clocks.toSorted(
    (a, b) =>
      Number(a.activity === 'BREAK') - Number(b.activity === 'BREAK') ||
      Number(a.equipmentId === null) - Number(b.equipmentId === null) ||
      (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.key < b.key ? -1 : 1),
  )
  if (!first) return null
  const soFar = (activity: RunningClockRow['activity']): number =>
    Math.max(
      0,
      ...clocks
        .filter((clock) => clock.activity === activity)
        .map((clock) => Date.parse(at) - Date.parse(clock.startedAt)),
    )
  return {
    equipmentId: first.equipmentId,
    personId: first.personId,
    startedAt: operation.startedAt ?? first.startedAt,
    setupMs: operation.setupMs + soFar('SETUP'),
    productionMs: operation.productionMs + soFar('PRODUCTION'),
    isSettingUp: first.activity === 'SETUP',
  }
}

/**
 * @param clocks that run on this operation
 * @param at when the plan begins, ISO-8601
 */
export function workLeft(
  order: OrderRow,
  operation: OrderOperation,
  clocks: readonly Keyed<RunningClockRow>[],
  at: string,
): WorkLeft {
  const { good, scrap, rework, awaitingDisposition } = operation
  const reported = good + scrap + rework + awaitingDisposition
  return {
    quantity: order.quantity === null ? null : Math.max(0, order.quantity - reported),
    running: runningOf(operation, clocks, at),
  }
}

/** A running operation that should be over is expected to be a minute later: nobody knows better. */
const OVERRUN_SECONDS = 60

/**
 * Seconds of work left of a running operation: what was reported tells how far it is; before the first
 * report its clocks do.
 * @param plan seconds of setup, and of the run of the whole order and of what is left to report
 */
export function secondsLeft(
  running: Running,
  plan: { readonly setup: number; readonly run: number; readonly left: number },
): number {
  const setup = running.isSettingUp ? Math.max(0, plan.setup - running.setupMs / 1_000) : 0
  const nothingReported = plan.left >= plan.run
  const run = nothingReported ? plan.run - running.productionMs / 1_000 : plan.left
  return Math.max(OVERRUN_SECONDS, Math.ceil(setup + Math.max(0, run)))
}
