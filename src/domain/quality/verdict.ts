import type { JudgedResult, Limits, Verdict } from './events.ts'

/** What an inspector or machine found. */
export interface Finding {
  readonly value: number | null
  readonly passed: boolean | null
}

const hasLimits = (limits: Pick<Limits, 'lowerLimit' | 'upperLimit'>): boolean =>
  limits.lowerLimit !== null || limits.upperLimit !== null

/**
 * PASS or FAIL of one result; both limits belong to the good side (ISO 14253-1 without a guard band).
 * `null` where nothing was found or a value has no limits: not judged is never a PASS.
 */
export function judge(finding: Finding, limits: Pick<Limits, 'lowerLimit' | 'upperLimit'>) {
  const { value, passed } = finding
  if (value === null) return passed === null ? null : asVerdict(passed)
  if (!hasLimits(limits)) return null
  const { lowerLimit, upperLimit } = limits
  const above = lowerLimit === null || value >= lowerLimit
  const below = upperLimit === null || value <= upperLimit
  return asVerdict(above && below)
}

const asVerdict = (passed: boolean): Verdict => (passed ? 'PASS' : 'FAIL')

/**
 * PASS or FAIL of an inspection: one FAIL fails it. It passes when something passed and nothing is
 * open: nothing of the plan missing, nothing left unjudged that could have been judged. A value
 * without limits is there for information and leaves nothing open.
 */
export function overall(
  results: readonly Pick<JudgedResult, 'verdict' | 'value'>[],
  missing: readonly string[],
): Verdict | null {
  if (results.some((r) => r.verdict === 'FAIL')) return 'FAIL'
  const open = results.some((r) => r.verdict === null && r.value === null)
  const some = results.some((r) => r.verdict === 'PASS')
  return some && !open && missing.length === 0 ? 'PASS' : null
}
