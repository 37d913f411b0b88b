import { plan } from '../../src/adapters/planner/plan.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import { costs } from '../../src/domain/planning/objective.ts'
import type { PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { repaired } from '../../src/domain/planning/starts.ts'
import { plant } from './plant.ts'

const HOUR = 3_600

/** Plants with everything: time to a first plan, gain over the best rule, and repair after a stop. */
export async function realPlants(seconds: number, workers: number): Promise<void> {
  for (const size of [1_000, 20_000]) {
    const problem = plant(size, 1)
    first(problem)
    const { ms, unscheduled } = first(problem)
    console.log(
      `${size} operations: a rule and its plan ${ms.toFixed(0)} ms, ${unscheduled} without a place`,
    )
  }
  const problem = plant(1_000, 1)
  const rules = byRules(problem)
  let [last, rows, iterations]: [number, readonly PlannedOperation[], number] = [0, [], 0]
  const options = { seed: 1, workers, budget: { ms: 1_000 * seconds } }
  for await (const { parts, best, iteration } of plan(problem, options)) {
    last = parts.weightedTardiness
    rows = best
    iterations = iteration
  }
  const least = Math.min(...Object.values(rules))
  const hours = (weighted: number) => `${Math.round(weighted / HOUR)} h`
  console.log(
    `rules: ${Object.entries(rules)
      .map(([name, late]) => `${name} ${hours(late)}`)
      .join(', ')}`,
  )
  console.log(
    `after ${seconds} s weighted tardiness ${hours(last)}, ${(100 * (1 - last / least)).toFixed(1)} % below the best rule, ${iterations} iterations`,
  )
  repair(problem, rows)
}

function first(problem: Problem) {
  const began = performance.now()
  const compiled = compile(problem)
  const { order, modes } = dispatch(compiled, dispatchRules.atcs)
  const schedule = createDecoder(compiled)(order, modes)
  const ms = performance.now() - began
  const broken = violations(problem, plannedOperations(compiled, schedule))
  if (broken.length > 0) throw new Error(broken.slice(0, 5).join('\n'))
  return { ms, unscheduled: costs(compiled, schedule)[0]! }
}

function byRules(problem: Problem): Record<string, number> {
  const compiled = compile(problem)
  const decode = createDecoder(compiled)
  const late = Object.entries(dispatchRules).map(([name, rule]) => {
    const { order, modes } = dispatch(compiled, rule)
    return [name, costs(compiled, decode(order, modes))[1]!] as const
  })
  return Object.fromEntries(late)
}

/** The busiest machine stops for eight hours on the second day. */
function repair(problem: Problem, rows: readonly PlannedOperation[]): void {
  const [from, to] = [30 * HOUR, 38 * HOUR]
  const stopped = rows.find((row) => row.start < from && row.end > from)!.equipment
  const began = performance.now()
  const at = new Map(rows.map((row) => [`${row.order}/${row.operation}`, row]))
  const broken: Problem = {
    ...problem,
    zones: { frozenUntil: 0, firmUntil: 2 * 24 * HOUR },
    equipment: problem.equipment.map((one) =>
      one.id === stopped
        ? {
            ...one,
            open: one.open!.flatMap((span) =>
              [
                { from: span.from, to: Math.min(span.to, from) },
                { from: Math.max(span.from, to), to: span.to },
              ].filter((part) => part.from < part.to),
            ),
          }
        : one,
    ),
    orders: problem.orders.map((order) => ({
      ...order,
      operations: order.operations.map((operation) => ({
        ...operation,
        planned: at.get(`${order.id}/${operation.id}`)!,
      })),
    })),
  }
  const compiled = compile(broken)
  const decode = createDecoder(compiled)
  const { order, modes } = repaired(compiled, decode)!
  const schedule = decode(order, modes, true)
  const ms = performance.now() - began
  const after = plannedOperations(compiled, schedule)
  const wrong = violations(broken, after)
  if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'))
  const met = touched(broken, rows, after, stopped)
  const others = after.filter((row) => !met.has(`${row.order}/${row.operation}`))
  const same = others.filter((row) => {
    const before = at.get(`${row.order}/${row.operation}`)!
    return before.start === row.start && before.equipment === row.equipment
  })
  console.log(
    `${stopped} down for 8 h: repaired in ${ms.toFixed(0)} ms; ${met.size} operations of its orders met, of the ${others.length} others ${((100 * same.length) / others.length).toFixed(1)} % unmoved`,
  )
}

/** Operations on the stopped machine that moved, and what follows them in their orders. */
function touched(
  problem: Problem,
  before: readonly PlannedOperation[],
  after: readonly PlannedOperation[],
  stopped: string,
): Set<string> {
  const start = new Map(before.map((row) => [`${row.order}/${row.operation}`, row.start]))
  const found = new Set<string>()
  for (const row of after) {
    const name = `${row.order}/${row.operation}`
    if (row.equipment !== stopped || start.get(name) === row.start) continue
    const { operations } = problem.orders.find(({ id }) => id === row.order)!
    const place = operations.findIndex(({ id }) => id === row.operation)
    for (const { id } of operations.slice(place)) found.add(`${row.order}/${id}`)
  }
  return found
}
