import type { Mode, Problem } from '../../domain/planning/problem.ts'

/** The same work, with other times on some machines: of what is to come, and of what is left of what runs. */
export function paced(problem: Problem, factors: ReadonlyMap<string, number>): Problem {
  if (factors.size === 0) return problem
  const factorOf = (machine: string | undefined): number => factors.get(machine ?? '') ?? 1
  return {
    ...problem,
    orders: problem.orders.map((order) => ({
      ...order,
      operations: order.operations.map((operation) => {
        const { fixed, modes } = operation
        const left = fixed?.remaining
        return {
          ...operation,
          modes: modes.map((mode) =>
            pacedMode(mode, order.quantity ?? 1, factorOf(mode.equipment)),
          ),
          ...(fixed === undefined || left === undefined
            ? {}
            : {
                fixed: {
                  ...fixed,
                  remaining: Math.round(left * factorOf(modes[fixed.mode]?.equipment)),
                },
              }),
        }
      }),
    })),
  }
}

/** In whole seconds. */
function pacedMode(mode: Mode, quantity: number, factor: number): Mode {
  if (factor === 1) return mode
  const { fixedSeconds = 0, perUnitSeconds = 0 } = mode
  const each = Math.floor(perUnitSeconds * factor)
  const whole = Math.round((fixedSeconds + perUnitSeconds * quantity) * factor)
  return { ...mode, fixedSeconds: whole - each * quantity, perUnitSeconds: each }
}

/** The same work, but for one machine that does it ten percent faster. */
export const faster = (problem: Problem, machine: string): Problem =>
  paced(problem, new Map([[machine, 1 / 1.1]]))
