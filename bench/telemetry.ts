import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createTracing, type Tracing } from '../src/adapters/otel/tracer.ts'
import { createPostgresEventStore } from '../src/adapters/postgres/event-store.ts'
import { createMetrics } from '../src/adapters/prometheus/metrics.ts'
import { defaultLimits, type ApiOptions } from '../src/api/options.ts'
import { schema } from '../src/api/schema.ts'
import { startApi } from '../src/api/server.ts'
import { createExecute, type Execute } from '../src/commands/execute.ts'
import { measuredExecute, measuredStore } from '../src/commands/measured.ts'
import { systemClock } from '../src/commands/ports.ts'
import { noTelemetry, type Telemetry } from '../src/commands/telemetry.ts'
import { tracedExecute } from '../src/commands/traced.ts'
import { catalogue } from '../src/domain/index.ts'
import { isRejection } from '../src/domain/decider.ts'
import { order } from '../src/domain/production/order.ts'
import type { Log, System } from '../src/system.ts'
import { withAsker } from './asker.ts'
import { row, type Benchmark, type Row } from './row.ts'
import {
  concurrently,
  costOf,
  envelope,
  inPairs,
  releaseOrder,
  withLog,
  withSystem,
  type Cost,
} from './support.ts'

const COMMANDS = 8_000
const IN_FLIGHT = 256
const REQUESTS = 2_000
const CALLERS = 16
const PAIRS = 15
/** Of the traces begun here: what a plant under load would record. */
const SHARE = 0.1
/** Of the throughput without, and of the processor time without. */
const THROUGHPUT = { ratio: 0.93 }
const PROCESSOR_TIME = { ratioAtMost: 1.075 }
const RECEIVER = join(import.meta.dirname, 'otlp-child.ts')
const QUERY = '{ order(orderId: "PO-1") { orderId status operations { name status } } }'
const OPTIONS: ApiOptions = {
  ...{ host: '127.0.0.1', port: 0, auth: { mode: 'none' }, graphiql: false, introspection: false },
  ...{ origins: [], persisted: null, trustProxy: [] },
  limits: { ...defaultLimits, requestsPerMinute: 0 },
}

/** What it costs to be watched: metrics of everything, and traces of every tenth request. */
export const telemetryBench: Benchmark = {
  name: 'telemetry',
  about: 'metrics and traces on against off: execute, and a small query over HTTP',
  run: async () => {
    const receiver = fork(RECEIVER)
    const gone = once(receiver, 'exit')
    try {
      const [endpoint] = (await once(receiver, 'message')) as [string]
      const tracer = await createTracing({ endpoint, serviceName: 'bench', share: SHARE })
      const watching = watchingBy(tracer)
      // Nobody folds what is recorded: it would be work of some later round.
      const commands = await withLog((log) => executing(log, watching))
      const queries = await withSystem(['projector'], (system) => asking(system, watching))
      await tracer.close()
      return [...commands, ...queries]
    } finally {
      receiver.kill()
      await gone
    }
  },
}

interface Watching {
  readonly telemetry: Telemetry
  /** What the work costs with its traces recorded, until the last of them was sent. */
  readonly cost: (work: () => Promise<unknown>) => Promise<Cost>
}

/** What it costs to send falls to the round whose spans are sent. */
const watchingBy = (tracer: Tracing): Watching => ({
  telemetry: { metrics: createMetrics(), tracer },
  cost: (work) =>
    costOf(async () => {
      await work()
      await tracer.flush()
    }),
})

/** Throughput, and processor time of this process, each against the same without. */
const rowsOf = (
  names: { readonly row: string; readonly one: string; readonly unit: string },
  count: number,
  { a, ratio }: { readonly a: Cost; readonly ratio: Cost },
): Row[] => {
  const reference = 'the same without'
  const rate = count / a.wall
  const micros = (a.cpu / count) * 1e6
  return [
    row(
      `${names.row} with metrics and traces`,
      { value: rate, unit: names.unit },
      { reference, value: rate * ratio.wall },
      THROUGHPUT,
    ),
    row(
      `processor time of such a ${names.one}`,
      { value: micros, unit: 'us' },
      { reference, value: micros / ratio.cpu },
      PROCESSOR_TIME,
    ),
  ]
}

async function executing(log: Log, { telemetry, cost }: Watching): Promise<readonly Row[]> {
  const [on, off] = await Promise.all([telemetry, noTelemetry].map((t) => path(log, t)))
  const measured = await inPairs(
    PAIRS,
    (round) => cost(() => send(on!.execute, `on${round}`)),
    (round) => costOf(() => send(off!.execute, `off${round}`)),
  )
  await on!.close()
  await off!.close()
  return rowsOf({ row: 'commands', one: 'command', unit: 'commands/s' }, COMMANDS, measured)
}

/** A path of its own to one log, wired as the composition root does it. */
async function path({ database }: Log, telemetry: Telemetry) {
  const { metrics, tracer } = telemetry
  const store = await createPostgresEventStore({ database, catalogue, telemetry })
  const isOff = telemetry === noTelemetry
  const execute = createExecute({
    store: isOff ? store : measuredStore(store, metrics),
    clock: systemClock,
  })
  return {
    execute: isOff ? execute : tracedExecute(measuredExecute(execute, metrics), tracer),
    close: () => store.close(),
  }
}

async function send(execute: Execute, round: string): Promise<void> {
  await concurrently(COMMANDS, IN_FLIGHT, async (i) => {
    const id = `${round}-${i}`
    const outcome = await execute(order, releaseOrder(id), envelope(id))
    if (isRejection(outcome)) throw new Error(outcome.why)
  })
}

async function asking(system: System, { telemetry, cost }: Watching): Promise<readonly Row[]> {
  const ack = await system.execute(order, releaseOrder('PO-1'), envelope('PO-1'))
  if (isRejection(ack)) throw new Error(ack.why)
  await system.reads.waitFor(ack.position, 60_000)
  const { services } = system
  const common = { schema, services, options: OPTIONS, keys: system.keys }
  const [on, off] = await Promise.all([startApi({ ...common, telemetry }), startApi(common)])
  const body = JSON.stringify({ query: QUERY })
  const measured = await withAsker((ask) => {
    const job = (url: string) => ({
      ...{ requests: REQUESTS, inFlight: CALLERS },
      target: { url: `${url}/graphql`, body, expect: '"PO-1"' },
    })
    return inPairs(
      PAIRS,
      () => cost(() => ask(job(on.url))),
      () => costOf(() => ask(job(off.url))),
    )
  })
  await on.close()
  await off.close()
  return rowsOf(
    { row: 'small GraphQL queries', one: 'query', unit: 'requests/s' },
    REQUESTS,
    measured,
  )
}
