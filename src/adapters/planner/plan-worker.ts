import { parentPort, workerData } from 'node:worker_threads'
import { compile } from '../../domain/planning/compile.ts'
import { createSearch } from '../../domain/planning/create-search.ts'
import type { Objective } from '../../domain/planning/objective.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import { seededRandom } from '../../domain/planning/random.ts'
import type { Found, Round } from './plan.ts'

/** Iterations between two looks at the clock. */
const SLICE = 20

const { problem, objective, seed } = workerData as {
  readonly problem: Problem
  readonly objective: Objective
  readonly seed: number
}
const search = createSearch(compile(problem), objective, seededRandom(seed))

parentPort!.on('message', ({ iterations = Infinity, ms = Infinity, adopt }: Round) => {
  if (adopt) search.adopt(adopt)
  const until = performance.now() + ms
  if (iterations < Infinity) search.step(iterations)
  else while (performance.now() < until) search.step(SLICE)
  const { order, modes } = search.best()
  const found: Found = { order, modes, iterations: search.iterations() }
  parentPort!.postMessage(found, [])
})
