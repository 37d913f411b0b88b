import { parentPort, workerData } from 'node:worker_threads'
import { cheaperHours } from '../../domain/planning/cheaper-hours.ts'
import { compile } from '../../domain/planning/compile.ts'
import { createSearch } from '../../domain/planning/create-search.ts'
import type { Objective } from '../../domain/planning/objective.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import { seededRandom } from '../../domain/planning/random.ts'
import type { Asked, Found, Round } from './coordinate.ts'

/** Iterations between two looks at the clock. */
const SLICE = 20

const { problem, objective, seed } = workerData as {
  readonly problem: Problem
  readonly objective: Objective
  readonly seed: number
}
const compiled = compile(problem)
const search = createSearch(compiled, objective, seededRandom(seed))

parentPort!.on('message', (asked: Asked) => {
  if ('cheaper' in asked)
    parentPort!.postMessage(cheaperHours(compiled, objective, asked.cheaper), [])
  else go(asked)
})

function go({ budget, adopt }: Round): void {
  if (adopt) search.adopt(adopt)
  if ('iterations' in budget) search.step(budget.iterations)
  else if ('ms' in budget) untilGone(budget.ms, () => performance.now())
  else untilGone(budget.cpuMs, cpuNow)
  const { order, modes } = search.best()
  const found: Found = { order, modes, iterations: search.iterations() }
  parentPort!.postMessage(found, [])
}

function untilGone(ms: number, now: () => number): void {
  const until = now() + ms
  while (now() < until) search.step(SLICE)
}

/** Milliseconds that this thread has had of a processor. */
function cpuNow(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
