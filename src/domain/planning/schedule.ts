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

/** When an order is done; null where a part of it has no place. */
export function orderEnd(
  { firstOfOrder }: Compiled,
  { scheduled, end }: Schedule,
  number: number,
): number | null {
  const [from, to] = firstOfOrder.subarray(number, number + 2)
  if (from === to || scheduled.subarray(from, to).includes(0)) return null
  return end.subarray(from, to).reduce((last, one) => Math.max(last, one))
}

/** Rows as a schedule again: the other way round. @throws Error on a row the problem knows nothing of */
export function scheduleOf(compiled: Compiled, rows: readonly PlannedOperation[]): Schedule {
  const { problem, firstOfOrder, operations } = compiled
  const schedule = emptySchedule(operations.length)
  schedule.person.fill(-1)
  schedule.tool.fill(-1)
  schedule.culprit.fill(-1)
  const index = new Map<string, number>()
  for (const [number, { id, operations: list }] of problem.orders.entries())
    for (const [place, operation] of list.entries())
      index.set(`${id}/${operation.id}`, firstOfOrder[number]! + place)
  const persons = new Map(problem.persons?.map(({ id }, at) => [id, at]))
  for (const row of rows) {
    const at = index.get(`${row.order}/${row.operation}`)
    const mode = at === undefined ? undefined : operations[at]!.modes[row.mode]
    if (at === undefined || mode === undefined)
      throw new Error(`no operation ${row.order}/${row.operation} in mode ${row.mode}`)
    schedule.scheduled[at] = 1
    schedule.mode[at] = row.mode
    schedule.setupStart[at] = row.setupStart
    schedule.start[at] = row.start
    schedule.end[at] = row.end
    schedule.person[at] = row.person === null ? -1 : (persons.get(row.person) ?? -1)
    schedule.tool[at] = row.toolUnit === null ? -1 : (mode.tools?.[row.toolUnit] ?? -1)
    schedule.cause[at] = causeNumber[row.cause]
    schedule.culprit[at] = row.culprit === null ? -1 : (index.get(row.culprit) ?? -1)
  }
  return schedule
}
