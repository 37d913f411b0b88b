/** What happened in one replication, by index of the operation; reused by the next one. */
export interface Run {
  /** Infinity where it was never begun. */
  readonly setupStart: Float64Array
  readonly start: Float64Array
  readonly end: Float64Array
  readonly mode: Int32Array
  /** Operations begun and ended, set up, failures and repairs, and what the event heap gave. */
  events: number
  failures: number
}

export const emptyRun = (operations: number): Run => ({
  setupStart: new Float64Array(operations),
  start: new Float64Array(operations),
  end: new Float64Array(operations),
  mode: new Int32Array(operations),
  events: 0,
  failures: 0,
})

/** Place of each operation in a sequence. */
export function rankOf(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length)
  for (const [place, at] of order.entries()) rank[at] = place
  return rank
}
