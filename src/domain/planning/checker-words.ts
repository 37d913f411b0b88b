import type {
  Equipment,
  Fixed,
  Link,
  Mode,
  Operation,
  Order,
  PlannedOperation,
  Problem,
  Span,
} from './problem.ts'

/** A row of a plan together with what the problem says about it. */
export interface Placed extends PlannedOperation {
  readonly name: string
  readonly problem: Problem
  readonly rules: Operation
  readonly in: Order
  readonly how: Mode
  readonly on: Equipment
}

/** As the problem fixes it, or as the frozen zone does. */
export function fixedOf({ rules, problem }: Placed): Fixed | null {
  if (rules.fixed) return rules.fixed
  const { planned } = rules
  return planned && planned.start < (problem.zones?.frozenUntil ?? -Infinity)
    ? { mode: planned.mode, start: planned.start }
    : null
}

export function linksOf({ rules, in: order }: Placed): readonly Link[] {
  if (rules.after) return rules.after
  const before = order.operations[order.operations.indexOf(rules) - 1]
  return before ? [{ operation: before.id }] : []
}

/** Seconds of [from, to) in which all calendars are open; absent ones always are. */
export function openSeconds(
  calendars: readonly (readonly Span[] | undefined)[],
  from: number,
  to: number,
): number {
  const [first, ...others] = calendars
  if (to <= from) return 0
  if (first === undefined) return others.length === 0 ? to - from : openSeconds(others, from, to)
  let seconds = 0
  for (const span of first) {
    const [start, end] = [Math.max(span.from, from), Math.min(span.to, to)]
    if (start < end) seconds += openSeconds([...others, undefined], start, end)
  }
  return seconds
}

/** Changeover that a row needs after the one before it on its equipment. */
export function dueSetup(on: Equipment, before: Placed | null, row: Placed): number {
  const from = before ? (before.how.family ?? '') : (on.initialFamily ?? '')
  const to = row.how.family ?? ''
  return on.setups?.findLast((setup) => setup.from === from && setup.to === to)?.seconds ?? 0
}
