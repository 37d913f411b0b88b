import { plan } from '../../src/adapters/planner/plan.ts'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import { costs } from '../../src/domain/planning/objective.ts'
import { withPlan } from '../../src/domain/planning/planned.ts'
import type { PlannedOperation, Problem } from '../../src/domain/planning/problem.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { repaired } from '../../src/domain/planning/repair.ts'
import { plant } from './plant.ts'
import { hit, withStop } from './stop.ts'

const HOUR = 3_600

/** Plants with everything: time to a first plan, gain over the best rule, and repair after a stop. */
export async function realPlants(
  seconds: number,
  { workers, cpu }: { readonly workers: number; readonly cpu: boolean },
): Promise<void> {
  const now = cpu ? cpuNow : () => performance.now()
  for (const size of [1_000, 20_000]) {
    const problem = plant(size, 1)
    first(problem, now)
    const { ms, unscheduled } = first(problem, now)
    console.log(
      `${size} operations: a rule and its plan ${ms.toFixed(0)} ms, ${unscheduled} without a place`,
    )
  }
  const problem = plant(1_000, 1)
  const rules = byRules(problem)
  let [last, rows, iterations]: [number, readonly PlannedOperation[], number] = [0, [], 0]
  const ms = 1_000 * seconds
  const options = { seed: 1, workers, budget: cpu ? { cpuMs: ms } : { ms } }
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
  // The first plan of all is loaded code: later ones are what a running planner sees.
  const running = rows.filter((row) => row.start < STOP.from && row.end > STOP.from)
  const shares = [...new Set(running.map(({ equipment }) => equipment))]
    .slice(0, 8)
    .map((machine) => repair(problem, rows, { machine, now }))
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  console.log(
    `${shares.length} stops: unmoved ${mean.toFixed(1)} % in the mean, ${Math.min(...shares).toFixed(1)} % at least`,
  )
}

function first(problem: Problem, now: () => number) {
  const began = now()
  const compiled = compile(problem)
  const { order, modes } = dispatch(compiled, dispatchRules.atcs)
  const schedule = createDecoder(compiled)(order, modes)
  const ms = now() - began
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

/** Milliseconds that this thread has had of a processor. */
function cpuNow(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** A machine stops for eight hours on the second day. */
const STOP = { from: 30 * HOUR, to: 38 * HOUR }

/** @returns percent of the operations not met that are unmoved */
function repair(
  problem: Problem,
  rows: readonly PlannedOperation[],
  { machine, now }: { readonly machine: string; readonly now: () => number },
): number {
  const broken = withStop(withPlan(problem, rows), machine, STOP)
  const began = now()
  const compiled = compile(broken)
  const { schedule } = repaired(compiled)!
  const ms = now() - began
  const after = plannedOperations(compiled, schedule)
  const wrong = violations(broken, after)
  if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'))
  const met = hit(problem, rows, machine, STOP)
  const at = new Map(rows.map((row) => [`${row.order}/${row.operation}`, row]))
  const others = after.filter((row) => !met.has(`${row.order}/${row.operation}`))
  const same = others.filter((row) => {
    const before = at.get(`${row.order}/${row.operation}`)!
    return before.start === row.start && before.equipment === row.equipment
  })
  const share = (100 * same.length) / others.length
  const late = Math.round(costs(compiled, schedule)[1]! / HOUR)
  console.log(
    `${machine} down for 8 h: repaired in ${ms.toFixed(0)} ms; ${met.size} operations met, of the ${others.length} others ${share.toFixed(1)} % unmoved; weighted tardiness ${late} h`,
  )
  return share
}
