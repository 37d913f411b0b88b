import { exact } from '../types.ts'

/**
 * From the stands of a register to what flowed between them. Readings may arrive in any order; what
 * counts is when they were taken.
 */
export interface RegisterReading {
  /** ISO-8601 UTC with milliseconds. */
  readonly at: string
  /** FINAL is the last stand of an exchanged device, START the first of the new one. */
  readonly kind: 'READING' | 'FINAL' | 'START'
  readonly reading: number
  readonly unit: string
  /** Of the register read; null where it is not known, and then no roll-over is believed. */
  readonly digits: number | null
}

export interface RegisterInterval {
  readonly from: string
  readonly to: string
  /** In the unit of the readings; null where the readings do not tell. Never negative. */
  readonly quantity: number | null
  /** Of the reading at its end. */
  readonly unit: string
  /**
   * FALL: the register went backwards and neither a roll-over nor an exchange explains it.
   * UNREAD: a device was exchanged without its last stand. UNIT: two units that do not compare.
   */
  readonly problem: 'FALL' | 'UNREAD' | 'UNIT' | null
}

/** At the moment of an exchange the old device is read, then the new one; a plain reading is of the new. */
export const READING_ORDER = { FINAL: 0, START: 1, READING: 2 } as const

/**
 * A fall is a roll-over when going on through zero is the shorter way round the register; a meter
 * that uses up half its register between two readings is read too rarely to tell.
 */
const LONGEST_WAY = 0.5

/** Intervals between neighbouring readings of one meter, in order of time. */
export function registerIntervals(readings: readonly RegisterReading[]): RegisterInterval[] {
  const ordered = readings.toSorted(
    (a, b) =>
      (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) || READING_ORDER[a.kind] - READING_ORDER[b.kind],
  )
  return ordered.flatMap((reading, i) => {
    const before = ordered[i - 1]
    if (before === undefined || (reading.kind === 'START' && before.kind === 'FINAL')) return []
    return [{ from: before.at, to: reading.at, unit: reading.unit, ...way(before, reading) }]
  })
}

/** Readings with the digits of the device that each was read from, as its START told. */
export function withDigits(
  readings: readonly RegisterReading[],
  firstDigits: number | null,
): RegisterReading[] {
  const starts = readings
    .filter((r) => r.kind === 'START')
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
  return readings.map((r) => {
    const start = starts.findLast((s) => s.at <= r.at)
    return { ...r, digits: start ? start.digits : firstDigits }
  })
}

function way(
  before: RegisterReading,
  reading: RegisterReading,
): Pick<RegisterInterval, 'quantity' | 'problem'> {
  if (reading.kind === 'START') return { quantity: null, problem: 'UNREAD' }
  if (reading.unit !== before.unit) return { quantity: null, problem: 'UNIT' }
  const delta = exact(reading.reading - before.reading)
  if (delta >= 0) return { quantity: delta, problem: null }
  if (reading.digits === null) return { quantity: null, problem: 'FALL' }
  const range = 10 ** reading.digits
  const round = exact(delta + range)
  return round >= 0 && round <= range * LONGEST_WAY
    ? { quantity: round, problem: null }
    : { quantity: null, problem: 'FALL' }
}
