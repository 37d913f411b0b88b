import type { Compiled } from './compile.ts'
import { causes, type Cause, type PlannedOperation } from './problem.ts'

/** When everything happens, by index of the operation. */
export interface Schedule {
  readonly scheduled: Uint8Array
  readonly mode: Int32Array
  readonly setupStart: Int32Array
  readonly start: Int32Array
  readonly end: Int32Array
  /** Index in `Compiled.units`, or -1. */
  readonly person: Int32Array
  readonly tool: Int32Array
  /** Index in `causes`: what kept it from starting earlier, and the operation that did, or -1. */
  readonly cause: Uint8Array
  readonly culprit: Int32Array
}

export function emptySchedule(operations: number): Schedule {
  return {
    scheduled: new Uint8Array(operations),
    mode: new Int32Array(operations),
    setupStart: new Int32Array(operations),
    start: new Int32Array(operations),
    end: new Int32Array(operations),
    person: new Int32Array(operations),
    tool: new Int32Array(operations),
    cause: new Uint8Array(operations),
    culprit: new Int32Array(operations),
  }
}

/** To keep: a schedule is reused by the next decoding. */
export const copyOf = (schedule: Schedule): Schedule => ({
  scheduled: schedule.scheduled.slice(),
  mode: schedule.mode.slice(),
  setupStart: schedule.setupStart.slice(),
  start: schedule.start.slice(),
  end: schedule.end.slice(),
  person: schedule.person.slice(),
  tool: schedule.tool.slice(),
  cause: schedule.cause.slice(),
  culprit: schedule.culprit.slice(),
})

export const causeNumber = Object.fromEntries(causes.map((cause, at) => [cause, at])) as Record<
  Cause,
  number
>

/** In the words of the problem; what could not be scheduled is not in it. */
export function plannedOperations(compiled: Compiled, schedule: Schedule): PlannedOperation[] {
  const { problem, operations, firstOfOrder } = compiled
  const name = (at: number): string => {
    const { id, operations: list } = problem.orders[operations[at]!.order]!
    return `${id}/${list[at - firstOfOrder[operations[at]!.order]!]!.id}`
  }
  return operations.flatMap(({ order, modes }, at) => {
    if (!schedule.scheduled[at]) return []
    const { id, operations: list } = problem.orders[order]!
    const mode = modes[schedule.mode[at]!]!
    const person = schedule.person[at]!
    const culprit = schedule.culprit[at]!
    return [
      {
        order: id,
        operation: list[at - firstOfOrder[order]!]!.id,
        mode: schedule.mode[at]!,
        equipment: problem.equipment[mode.equipment]!.id,
        setupStart: schedule.setupStart[at]!,
        start: schedule.start[at]!,
        end: schedule.end[at]!,
        person: person < 0 ? null : problem.persons![person]!.id,
        toolUnit: schedule.tool[at]! < 0 ? null : mode.tools!.indexOf(schedule.tool[at]!),
        cause: causes[schedule.cause[at]!]!,
        culprit: culprit < 0 ? null : name(culprit),
      },
    ]
  })
}
