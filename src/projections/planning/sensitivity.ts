import type { Problem } from '../../domain/planning/problem.ts'

const FASTER = 1.1

/** The same work, but for one machine that does it ten percent faster. */
export const faster = (problem: Problem, machine: string): Problem => ({
  ...problem,
  orders: problem.orders.map((order) => ({
    ...order,
    operations: order.operations.map((operation) => ({
      ...operation,
      modes: operation.modes.map((mode) =>
        mode.equipment === machine
          ? {
              ...mode,
              fixedSeconds: Math.round((mode.fixedSeconds ?? 0) / FASTER),
              perUnitSeconds: (mode.perUnitSeconds ?? 0) / FASTER,
            }
          : mode,
      ),
    })),
  })),
})
