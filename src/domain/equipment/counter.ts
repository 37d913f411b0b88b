import { minus } from '../types.ts'

/** What to remember of a counter between two readings; plain JSON. */
export interface CounterMark {
  readonly reading: number
  /** What it showed before a reset that nothing was counted since; null otherwise. */
  readonly beforeReset: number | null
}

export interface CounterStep {
  /** Counted since the reading before; never negative. */
  readonly delta: number
  readonly wasReset: boolean
  readonly mark: CounterMark
}

/**
 * What a cumulative counter counted between two readings, in its own unit. The first reading is where
 * counting starts, so it counts nothing. A lower reading is a reset: what it shows was counted since.
 * A control that shows 0 while it boots and then the old count again (five Hurco mills do) was not
 * reset after all: the step from that 0 to the old count or beyond counts only what is beyond.
 */
export function counterDelta(previous: CounterMark | null, reading: number): CounterStep {
  if (previous === null) return { delta: 0, wasReset: false, mark: { reading, beforeReset: null } }
  if (reading < previous.reading) {
    const beforeReset = reading === 0 ? previous.reading : null
    return { delta: reading, wasReset: true, mark: { reading, beforeReset } }
  }
  const { beforeReset } = previous
  if (reading === previous.reading) return { delta: 0, wasReset: false, mark: previous }
  const from = beforeReset !== null && reading >= beforeReset ? beforeReset : previous.reading
  const delta = minus(reading, from)
  return { delta, wasReset: false, mark: { reading, beforeReset: null } }
}
