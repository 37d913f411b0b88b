import { parentPort, workerData } from 'node:worker_threads'
import { compile } from '../../domain/planning/compile.ts'
import { createMeter, measures } from '../../domain/planning/simulation/measure.ts'
import { playOf, problemOf } from '../../domain/planning/simulation/policy.ts'
import { createForecaster } from '../../projections/planning/bottleneck-forecast.ts'
import type { Part, Work } from './simulate.ts'

const { study, horizonSeconds, bottlenecks, ...wanted } = workerData as Work
// Whose plan is played takes as long to tell as a plan is large: not on the thread of the API.
const compiled = compile(problemOf(study))
const play = playOf(compiled, study)
const meter = createMeter(compiled, horizonSeconds)
const forecaster = bottlenecks ? createForecaster(compiled, bottlenecks) : null

parentPort!.on('message', ({ from, to }: { readonly from: number; readonly to: number }) => {
  const orders = study.problem.orders.length
  const values = new Float64Array((to - from) * measures.length)
  const done = new Float64Array((to - from) * orders)
  const longest = forecaster ? new Int32Array((to - from) * forecaster.buckets) : null
  const operations = compiled.operations.length
  const starts = wanted.starts ? new Float64Array((to - from) * operations) : null
  let events = 0
  for (let replication = from; replication < to; replication++) {
    const run = play(replication)
    const found = meter(run)
    const row = replication - from
    values.set(found.values, row * measures.length)
    done.set(found.done, row * orders)
    if (forecaster) longest!.set(forecaster.main(run), row * forecaster.buckets)
    starts?.set(run.start, row * operations)
    events += run.events
  }
  const part: Part = { from, to, values, done, longest, starts, events }
  parentPort!.postMessage(part, [])
})
