import type { PlannedOperation, Problem } from './problem.ts'

/** The problem with these rows as its current plan. */
export function withPlan(problem: Problem, rows: readonly PlannedOperation[]): Problem {
  const at = new Map(rows.map((row) => [`${row.order}/${row.operation}`, row]))
  return {
    ...problem,
    orders: problem.orders.map((order) => ({
      ...order,
      operations: order.operations.map((operation) => {
        const row = at.get(`${order.id}/${operation.id}`)
        if (!row) return operation
        const { mode, start, person } = row
        return { ...operation, planned: { mode, start, person } }
      }),
    })),
  }
}
