/** How far a source's clock may run ahead before its time is a mistake rather than skew. */
const MAX_FUTURE_MS = 5 * 60_000
/** Before any shop-floor record that somebody will import; a clock that was never set says 1970. */
const EARLIEST = Date.UTC(1900, 0, 1)
const SURE_DAY = 28

/** Epoch milliseconds of an ISO-8601 instant; NaN for anything else, a 31st of February included. */
export function parseInstant(given: unknown): number {
  if (typeof given !== 'string') return Number.NaN
  const day = Number(given.slice(8, 10))
  // JavaScript takes the 31st of February for the 3rd of March.
  if (day > SURE_DAY) {
    const [year, month] = [Number(given.slice(0, 4)), Number(given.slice(5, 7))]
    if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return Number.NaN
  }
  return Date.parse(given)
}

/** Why a source's time cannot be right, as the end of a sentence; null when it can. */
export const implausible = (time: number, now: string): string | null =>
  time > Date.parse(now) + MAX_FUTURE_MS
    ? `is in the future; the time here is ${now}`
    : time < EARLIEST
      ? 'is before 1900'
      : null
