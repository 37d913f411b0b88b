import { violations } from '../../domain/planning/checker.ts'
import type { Mode, Operation, PlannedOperation, Problem } from '../../domain/planning/problem.ts'
import type { ScheduledOperation } from '../../domain/planning/plan-text.ts'
import {
  alwaysOpen,
  finish,
  intersection,
  NEVER,
  retreat,
  workingTime,
} from '../../domain/planning/working-time.ts'
import type { PlanningProblem } from './build-problem.ts'

/** Where somebody wants to have an operation; `personId` undefined: whoever does it now. */
export interface MoveWish {
  readonly orderId: string
  readonly operationId: string
  readonly equipmentId: string
  readonly personId: string | null | undefined
  /** ISO-8601. */
  readonly startsAt: string
}

export interface CheckedMove {
  readonly personId: string | null
  readonly startsAt: string
  readonly endsAt: string
  /** Rules that the plan breaks with the move and did not break before. */
  readonly violations: readonly string[]
}

/**
 * What a move does to the plan in force, by the checker and the problem of this moment. Rules that are
 * broken already, because things went otherwise than planned, are not held against it.
 * @returns a sentence where there is nothing to move, or nowhere
 */
export function checkMove(
  { problem, horizon }: Pick<PlanningProblem, 'problem' | 'horizon'>,
  plan: readonly ScheduledOperation[],
  wish: MoveWish,
): CheckedMove | string {
  const { orderId, operationId, equipmentId } = wish
  const found = operationsOf(problem).get(nameOf(orderId, operationId))
  const planned = plan.find((one) => one.orderId === orderId && one.operationId === operationId)
  if (!found || !planned) return 'it is not open, or not in the plan in force'
  if (found.operation.fixed?.remaining !== undefined) return 'it is being worked on'
  const mode = found.operation.modes.findIndex((one) => one.equipment === equipmentId)
  if (mode < 0) return `it cannot be done on ${equipmentId}`
  const how = found.operation.modes[mode]!
  const free = released(problem, found.operation)
  const rows = rowsOf(free, plan, horizon.floor)
  const before = rows.filter(
    (row) => nameOf(row.order, row.operation) !== nameOf(orderId, operationId),
  )
  const person = wish.personId === undefined ? planned.personId : wish.personId
  const needed = how.qualification !== undefined
  const row: PlannedOperation = {
    ...{ order: orderId, operation: operationId, mode, equipment: equipmentId },
    ...timesOf(
      free,
      how,
      { start: horizon.ceil(wish.startsAt), quantity: found.quantity },
      before,
      needed ? person : null,
    ),
    person: needed ? person : null,
    toolUnit: how.tool === undefined ? null : (planned.toolUnit ?? 0),
    ...{ cause: 'frozen', culprit: null },
  }
  const known = new Set(violations(free, rows))
  return {
    personId: row.person,
    startsAt: horizon.instant(row.start),
    endsAt: horizon.instant(row.end),
    violations: violations(free, [...before, row]).filter((one) => !known.has(one)),
  }
}

const nameOf = (order: string, operation: string): string => JSON.stringify([order, operation])

function operationsOf(problem: Problem) {
  return new Map(
    problem.orders.flatMap((order) =>
      order.operations.map((operation) => [
        nameOf(order.id, operation.id),
        { operation, quantity: order.quantity ?? 1 },
      ]),
    ),
  )
}

/** The problem with this operation free of its pin, and nothing frozen: the checker looks at all of it. */
function released(problem: Problem, moved: Operation): Problem {
  const { zones: _zones, ...rest } = problem
  const orders = problem.orders.map((order) => ({
    ...order,
    operations: order.operations.map((operation) => {
      const { fixed, planned: _planned, ...free } = operation
      return operation === moved || !fixed ? free : { ...free, fixed }
    }),
  }))
  return { ...rest, orders }
}

/** The plan in force as far as it is still open; what runs is where it runs. */
export function rowsOf(
  problem: Problem,
  plan: readonly ScheduledOperation[],
  at: (instant: string) => number,
): PlannedOperation[] {
  const operations = operationsOf(problem)
  return plan.flatMap((one): PlannedOperation[] => {
    const found = operations.get(nameOf(one.orderId, one.operationId))
    if (!found) return []
    const { fixed, modes } = found.operation
    const same = modes.findIndex(({ equipment }) => equipment === one.equipmentId)
    const mode = fixed?.mode ?? same
    if (mode < 0) return []
    const start = fixed?.start ?? at(one.startsAt)
    const end =
      fixed?.remaining === undefined
        ? at(one.endsAt)
        : runningEnd(problem, modes[mode]!, start, fixed.remaining)
    return [
      {
        ...{ order: one.orderId, operation: one.operationId, mode, start, end },
        equipment: modes[mode]!.equipment,
        setupStart: fixed ? start : at(one.setupStartsAt),
        ...{ person: one.personId, toolUnit: one.toolUnit, cause: one.cause, culprit: one.culprit },
      },
    ]
  })
}

/** What runs goes on as its machine is open. */
function runningEnd(problem: Problem, mode: Mode, start: number, remaining: number): number {
  const open = problem.equipment.find(({ id }) => id === mode.equipment)?.open
  return mode.interruptible && open
    ? finish(workingTime(open), start, remaining)
    : start + remaining
}

/** How long it takes there, with the changeover from what is done before it. */
function timesOf(
  problem: Problem,
  how: Mode,
  { start, quantity }: { readonly start: number; readonly quantity: number },
  others: readonly PlannedOperation[],
  person: string | null,
): Pick<PlannedOperation, 'setupStart' | 'start' | 'end'> {
  const on = problem.equipment.find(({ id }) => id === how.equipment)!
  const open = on.open ? workingTime(on.open) : alwaysOpen
  const shifts = problem.persons?.find(({ id }) => id === person)?.shifts
  const there =
    shifts && how.attendance !== 'setup' ? intersection(open, workingTime(shifts)) : open
  const seconds = (how.fixedSeconds ?? 0) + (how.perUnitSeconds ?? 0) * quantity
  const end = how.interruptible ? finish(there, start, seconds) : start + seconds
  const operations = operationsOf(problem)
  const last = others
    .filter((row) => row.equipment === how.equipment && row.start < start)
    .toSorted((a, b) => a.start - b.start)
    .at(-1)
  const family = last
    ? operations.get(nameOf(last.order, last.operation))?.operation.modes[last.mode]?.family
    : on.initialFamily
  const leg = on.setups?.findLast(
    ({ from, to }) => from === (family ?? '') && to === (how.family ?? ''),
  )
  const setupStart = leg ? retreat(open, start, leg.seconds) : start
  return { setupStart, start, end: Math.min(end, NEVER) }
}
