import { minus, union, type Stretch } from './pieces.ts'

/** An order as it was planned and what came of it; times of the plan are null where nobody planned any. */
export interface PlannedOrder {
  readonly releasedAt: string
  readonly dueAt: string | null
  readonly endedAt: string | null
  readonly quantity: number | null
  readonly operations: readonly PlannedOperation[]
}
interface PlannedOperation {
  readonly operationId: string
  readonly sequence: number
  readonly setupTimeMs: number | null
  readonly runTimeMsPerUnit: number | null
  readonly status: 'READY' | 'RUNNING' | 'COMPLETED'
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly good: number
  readonly scrap: number
  readonly rework: number
  readonly awaitingDisposition: number
}
export interface OperationClock extends Stretch {
  readonly operationId: string
  readonly activity: 'SETUP' | 'PRODUCTION' | 'BREAK'
}

/** Milliseconds; by the clock on the wall, however many persons worked at a time. */
export interface OperationActuals {
  readonly operationId: string
  readonly plannedSetupMs: number | null
  /** Planned run time of the quantity ordered. */
  readonly plannedRunMs: number | null
  /** Planned run time of what was produced so far, good or not: what run time compares with. */
  readonly earnedRunMs: number | null
  readonly setupMs: number
  readonly runMs: number
  /** From the end of the operation before, or the release, to its start; null before it starts. */
  readonly waitMs: number | null
  /** Begun, not finished, and nobody set up or produced. */
  readonly interruptedMs: number
  readonly produced: number
}
export interface OrderActuals {
  readonly operations: readonly OperationActuals[]
  /** Planned setup and run time of all operations; null where one has no plan. */
  readonly plannedMs: number | null
  /** Setup and run time of all operations. */
  readonly workedMs: number
  /** From release to end, or to the moment of the answer. */
  readonly leadTimeMs: number
  /** How much later than due it ended, or is by now; below zero: earlier. Null without a due date. */
  readonly latenessMs: number | null
}

/** @param until moment of the answer, epoch milliseconds: nothing is known from here on */
export function orderActuals(
  order: PlannedOrder,
  clocks: readonly OperationClock[],
  until: number,
): OrderActuals {
  const byOperation = Map.groupBy(clocks, ({ operationId }) => operationId)
  const routing = [...order.operations].sort((a, b) => a.sequence - b.sequence)
  let ready = Date.parse(order.releasedAt)
  const operations = routing.map((operation) => {
    const mine = byOperation.get(operation.operationId) ?? []
    const found = ofOperation(operation, mine, { ready, until, quantity: order.quantity })
    if (operation.endedAt !== null) ready = Math.max(ready, Date.parse(operation.endedAt))
    return found
  })
  const end = order.endedAt === null ? until : Date.parse(order.endedAt)
  const planned = operations.map(({ plannedSetupMs, plannedRunMs }) =>
    plannedSetupMs === null || plannedRunMs === null ? null : plannedSetupMs + plannedRunMs,
  )
  return {
    operations,
    plannedMs: planned.includes(null) ? null : planned.reduce<number>((a, b) => a + b!, 0),
    workedMs: operations.reduce((sum, { setupMs, runMs }) => sum + setupMs + runMs, 0),
    leadTimeMs: Math.max(0, end - Date.parse(order.releasedAt)),
    latenessMs: order.dueAt === null ? null : end - Date.parse(order.dueAt),
  }
}

function ofOperation(
  o: PlannedOperation,
  clocks: readonly OperationClock[],
  of: { readonly ready: number; readonly until: number; readonly quantity: number | null },
): OperationActuals {
  const timeOf = (activity: OperationClock['activity']) =>
    union(clocks.filter((clock) => clock.activity === activity))
  const run = timeOf('PRODUCTION')
  // While one person sets up and another produces, it produces.
  const setup = minus(timeOf('SETUP'), run)
  const produced = o.good + o.scrap + o.rework + o.awaitingDisposition
  const perUnit = o.runTimeMsPerUnit
  const start = o.startedAt === null ? null : Date.parse(o.startedAt)
  const isOver = o.status === 'COMPLETED' && o.endedAt !== null
  const end = isOver ? Date.parse(o.endedAt) : of.until
  const worked = union([...run, ...setup])
  const idle = start === null ? [] : minus([{ from: start, to: Math.max(start, end) }], worked)
  return {
    operationId: o.operationId,
    plannedSetupMs: o.setupTimeMs,
    plannedRunMs:
      perUnit === null || of.quantity === null ? null : Math.round(perUnit * of.quantity),
    earnedRunMs: perUnit === null ? null : perUnit * produced,
    setupMs: lengthOf(setup),
    runMs: lengthOf(run),
    waitMs: start === null ? null : Math.max(0, start - of.ready),
    interruptedMs: lengthOf(idle),
    produced,
  }
}

const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0)
