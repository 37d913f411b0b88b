import fc from 'fast-check'
import { after } from '../spec.ts'

const on = {
  siteId: fc.constant('S1'),
  kpiId: fc.constantFrom('netUse', 'yield2', 'oee'),
  validFrom: fc.integer({ min: 0, max: 2 }).map((day) => after(day * 1_440)),
}

/** Wishes about key figures of a site's own; some formulas are none. */
export const kpiCommand: fc.Arbitrary<{ type: string }> = fc.oneof(
  fc.record({
    type: fc.constant('DefineKpi'),
    ...on,
    name: fc.constantFrom('Net use', 'Yield'),
    formula: fc.constantFrom('(APT + AUST) / PBT', 'GQ / PQ', 'max(APT, 1', 'APT / NOTHING'),
  }),
  fc.record({ type: fc.constant('RetireKpi'), ...on, reason: fc.constant('not used') }),
)

const shift = {
  scopeId: fc.constantFrom('M1', 'HALL'),
  shiftId: fc.constantFrom('EARLY', 'LATE'),
  day: fc.constantFrom('2026-03-02', '2026-03-03'),
  from: fc.constant(after(0)),
  to: fc.integer({ min: 0, max: 2 }).map((hours) => after(hours * 60)),
}
const share = fc.constantFrom(null, 0, 0.5, 1)
/** Closed shifts, and what was reckoned of them from more or less of the log. */
export const shiftReportCommand: fc.Arbitrary<{ type: string }> = fc.oneof(
  fc.record({ type: fc.constant('CloseShift'), ...shift }),
  fc.record({
    type: fc.constant('ReportShift'),
    ...shift,
    position: fc.integer({ min: 1, max: 9 }),
    coverage: share,
    figures: fc.tuple(share, share).map(([a, b]) => [
      { kpi: 'oee', value: a, numerator: a, denominator: 1 },
      { kpi: 'availability', value: b, numerator: b, denominator: 1 },
    ]),
    concerns: fc.constant(['M1', 'HALL', 'S1']),
    cause: fc.constantFrom(null, { eventId: 'e1', type: 'BookingCorrected', facts: 1 }),
  }),
)
