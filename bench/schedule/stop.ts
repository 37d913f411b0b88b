import type { PlannedOperation, Problem, Span } from '../../src/domain/planning/problem.ts'

const name = (order: string, operation: string) => `${order}/${operation}`

/** One machine is down for a while. */
export function withStop(problem: Problem, machine: string, { from, to }: Span): Problem {
  const always = [{ from: 0, to: 2 ** 31 - 1 }]
  return {
    ...problem,
    equipment: problem.equipment.map((one) =>
      one.id === machine
        ? {
            ...one,
            open: (one.open ?? always).flatMap((span) =>
              [
                { from: span.from, to: Math.min(span.to, from) },
                { from: Math.max(span.from, to), to: span.to },
              ].filter((part) => part.from < part.to),
            ),
          }
        : one,
    ),
  }
}

/** Operations that a stop meets: on that machine, changeover included, while it lasts, and what comes after them
 * in their orders. All others could stay where they are if there were room for these. */
export function hit(
  problem: Problem,
  rows: readonly PlannedOperation[],
  machine: string,
  { from, to }: Span,
): Set<string> {
  const found = new Set<string>()
  for (const row of rows) {
    if (row.equipment !== machine || row.end <= from || row.setupStart >= to) continue
    const { operations } = problem.orders.find(({ id }) => id === row.order)!
    const place = operations.findIndex(({ id }) => id === row.operation)
    for (const { id } of operations.slice(place)) found.add(name(row.order, id))
  }
  return found
}
