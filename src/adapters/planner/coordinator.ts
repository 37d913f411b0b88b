import { parentPort, workerData } from 'node:worker_threads'
import type { Problem } from '../../domain/planning/problem.ts'
import { coordinate } from './coordinate.ts'
import type { PlanOptions } from './plan-options.ts'

const { problem, options } = workerData as {
  readonly problem: Problem
  readonly options: PlanOptions
}
const stop = new AbortController()
parentPort!.on('message', () => stop.abort())
for await (const found of coordinate(problem, { ...options, signal: stop.signal }))
  parentPort!.postMessage(found, [])
parentPort!.close()
