import { compile, type Compiled } from './compile.ts'
import { createDecoder, type Hold } from './decoder.ts'
import type { Cause, Equipment, Mode, Operation, PlannedOperation, Problem } from './problem.ts'
import { causeNumber, orderEnd, scheduleOf, type Schedule } from './schedule.ts'
import { inTime } from './starts.ts'

/** How much earlier an order would be done without a cause; below 0: later. */
export interface Gain {
  readonly cause: Cause
  readonly seconds: number
}

/** More of a material than anyone takes. */
const PLENTY = 2 ** 40

/**
 * Decodes the plan once more for each cause that could hold the order, in the same sequence and modes but
 * without that cause: a machine of its own, no changeovers, open all day, people and tools at hand, material in
 * stock, no ways, nothing pinned, no wait for cheaper energy. So a reason named by `whyLate` is confirmed, or shown to be replaced by the
 * next one. Null where the order has no place.
 */
export function gainsWithout(
  problem: Problem,
  rows: readonly PlannedOperation[],
  order: string,
): Gain[] | null {
  const compiled = compile(problem)
  const schedule = scheduleOf(compiled, rows)
  const number = problem.orders.findIndex(({ id }) => id === order)
  if (number < 0) return null
  const sequence = inTime(schedule, compiled.topological)
  const endIn = (changed: Compiled, hold?: Hold) =>
    orderEnd(changed, createDecoder(changed)(sequence, schedule.mode, hold), number)
  const waits = cheapStarts(schedule)
  const end = endIn(compiled, waits)
  if (end === null) return null
  const atOnce = endIn(compiled)
  const price: Gain[] =
    atOnce === null || atOnce === end ? [] : [{ cause: 'price', seconds: end - atOnce }]
  const others = Object.entries(without).flatMap(([cause, change]) => {
    const earlier = endIn(compile(change(problem, order)), waits)
    return earlier === null || earlier === end
      ? []
      : [{ cause: cause as Cause, seconds: end - earlier }]
  })
  return [...others, ...price]
}

/** What waits for cheaper energy goes on doing so. */
const cheapStarts = ({ cause, start }: Schedule): Hold => ({
  from: Float64Array.from(start, (from, at) => (cause[at] === causeNumber.price ? from : 0)),
  isPrice: true,
})

type Change = (problem: Problem, order: string) => Problem

const without: Readonly<Partial<Record<Cause, Change>>> = {
  machine: (problem, order) => {
    const own = problem.equipment.map((one): Equipment => ({ ...one, id: `${order}/${one.id}` }))
    const equipment = [...problem.equipment, ...own]
    const elsewhere = (mode: Mode) => ({ ...mode, equipment: `${order}/${mode.equipment}` })
    return { ...inOrder(problem, order, elsewhere), equipment }
  },
  setup: (problem) => ({
    ...problem,
    equipment: problem.equipment.map((one) => dropped(one, 'setups')),
  }),
  tool: (problem, order) => inOrder(problem, order, (mode) => dropped(mode, 'tool')),
  person: (problem, order) =>
    inOrder(problem, order, (mode) => dropped(dropped(mode, 'person'), 'qualification')),
  calendar: (problem) => ({
    ...problem,
    equipment: problem.equipment.map((one) => dropped(one, 'open')),
    ...(problem.persons ? { persons: problem.persons.map((one) => dropped(one, 'shifts')) } : {}),
  }),
  material: (problem) => ({
    ...problem,
    ...(problem.materials
      ? { materials: problem.materials.map((one) => ({ ...one, stock: PLENTY })) }
      : {}),
  }),
  transport: (problem) => ({ ...problem, transport: [] }),
  frozen: (problem) => ({
    ...dropped(problem, 'zones'),
    orders: problem.orders.map((one) => ({ ...one, operations: one.operations.map(unpinned) })),
  }),
}

function inOrder(problem: Problem, order: string, change: (mode: Mode) => Mode): Problem {
  return {
    ...problem,
    orders: problem.orders.map((one) =>
      one.id === order
        ? {
            ...one,
            operations: one.operations.map((operation) => ({
              ...operation,
              modes: operation.modes.map(change),
            })),
          }
        : one,
    ),
  }
}

function dropped<T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> {
  const copy = { ...from }
  delete copy[key]
  return copy
}

/** What runs, runs. */
function unpinned({ fixed, ...operation }: Operation): Operation {
  return fixed?.remaining === undefined ? operation : { ...operation, fixed }
}
