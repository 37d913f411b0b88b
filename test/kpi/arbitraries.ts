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
