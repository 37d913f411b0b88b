import type { Keyed } from '../projection.ts'
import type { OrderRow } from '../production/orders.ts'
import type { Forecast } from './compare-scenarios.ts'

/** What was forecast against what happened. */
export interface Calibration {
  /** Orders that were open then, and done by now. */
  readonly orders: number
  /** Share of them that was done between p10 and p90: 0.8 where the forecast is right. */
  readonly coverage80: number | null
  /** Mean of actual less forecast (p50), hours: above 0, things come later than forecast. */
  readonly biasHours: number | null
  /** All errors of the time to completion over all of these times: an order done soon counts little. */
  readonly meanError: number | null
  /** Why nothing can be said; null where it can. */
  readonly nullReason: string | null
}

interface Judged {
  readonly inside: boolean
  readonly errorMs: number | null
  /** Time from the forecast to the completion. */
  readonly leftMs: number
}

/** Fewer orders tell nothing of a share. */
const MIN_ORDERS = 5
const HOUR_MS = 3_600_000

/**
 * Holds forecasts against what happened since. An order that is not done by now is judged by that alone: it is
 * later than now, so it is outside where p90 has passed, and no error can be told of it.
 * @param at the moment of the forecast @param now ISO-8601
 */
export function calibrate(
  forecasts: ReadonlyMap<string, Forecast>,
  actual: ReadonlyMap<string, Keyed<OrderRow>>,
  { at, now }: { readonly at: string; readonly now: string },
): Calibration {
  const judged = [...forecasts].flatMap(([orderId, { p10, p50, p90 }]): Judged[] => {
    const row = actual.get(orderId)
    if (!row || row.status === 'CANCELLED' || p10 === null || p50 === null || p90 === null)
      return []
    const done = row.status === 'COMPLETED' ? row.endedAt : null
    if (done === null) return p90 < now ? [{ inside: false, errorMs: null, leftMs: 0 }] : []
    const errorMs = Date.parse(done) - Date.parse(p50)
    return [
      { inside: p10 <= done && done <= p90, errorMs, leftMs: Date.parse(done) - Date.parse(at) },
    ]
  })
  const known = judged.filter(({ errorMs, leftMs }) => errorMs !== null && leftMs > 0)
  if (judged.length < MIN_ORDERS)
    return {
      ...{ orders: judged.length, coverage80: null, biasHours: null, meanError: null },
      nullReason: `${judged.length} orders open then can be judged now; it takes ${MIN_ORDERS}.`,
    }
  const sum = (of: (one: Judged) => number): number =>
    known.reduce((total, one) => total + of(one), 0)
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
  return {
    orders: judged.length,
    coverage80: judged.filter(({ inside }) => inside).length / judged.length,
    biasHours: ratio(
      sum(({ errorMs }) => errorMs! / HOUR_MS),
      known.length,
    ),
    meanError: ratio(
      sum(({ errorMs }) => Math.abs(errorMs!)),
      sum(({ leftMs }) => leftMs),
    ),
    nullReason: null,
  }
}
