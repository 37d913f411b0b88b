/** What is said of an item under an operation: when, and of which one. */
interface Said {
  readonly operationId: string | null
  readonly at: string
}
interface Run {
  readonly operationId: string
  readonly startedAt: string
}

export interface Step<O, V, I> {
  /** Null: what names no operation that any machine reported. */
  readonly operation: O | null
  readonly values: readonly V[]
  readonly inspections: readonly I[]
}

/**
 * Lays values and inspections to the operations of one item. An operation that was done again, as in a
 * rework, has those taken from its start to the next start of the same; what was taken before the first
 * is of the first. What no operation claims comes last, and is never dropped.
 * @param operations in the order they began
 */
export function stepsOf<O extends Run, V extends Said, I extends Said>(
  operations: readonly O[],
  values: readonly V[],
  inspections: readonly I[],
): Step<O, V, I>[] {
  const runOf = ({ operationId, at }: Said): O | null => {
    const runs = operations.filter((run) => run.operationId === operationId)
    return runs.findLast(({ startedAt }) => startedAt <= at) ?? runs[0] ?? null
  }
  const step = (operation: O | null): Step<O, V, I> => ({
    operation,
    values: values.filter((value) => runOf(value) === operation),
    inspections: inspections.filter((inspection) => runOf(inspection) === operation),
  })
  const rest = step(null)
  const isEmpty = rest.values.length === 0 && rest.inspections.length === 0
  return [...operations.map(step), ...(isEmpty ? [] : [rest])]
}
