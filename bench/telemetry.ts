import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createTracing } from '../src/adapters/otel/tracer.ts'
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
import type { Tracer } from '../src/commands/tracing.ts'
import { catalogue } from '../src/domain/index.ts'
import { isRejection } from '../src/domain/decider.ts'
import { order } from '../src/domain/production/order.ts'
import type { System } from '../src/system.ts'
import { withAsker } from './asker.ts'
import { row, type Benchmark, type Row } from './row.ts'
import {
  concurrently,
  costOf,
  envelope,
  inPairs,
  releaseOrder,
  withSystem,
  type Cost,
} from './support.ts'

const COMMANDS = 4_000
const IN_FLIGHT = 256
const REQUESTS = 1_000
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
  run: () =>
    withSystem(['projector'], async (system) => {
      const receiver = fork(RECEIVER)
      const gone = once(receiver, 'exit')
      try {
        const [endpoint] = (await once(receiver, 'message')) as [string]
        const watching = watchingTo(endpoint)
        return [...(await executing(system, watching)), ...(await asking(system, watching))]
      } finally {
        receiver.kill()
        await gone
      }
    }),
}

interface Watching {
  readonly telemetry: Telemetry
  /** Work with its traces recorded; done when the last of them was sent. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>
}

/** Each round has a tracer of its own, which is closed with it: what it costs to send falls to that round. */
function watchingTo(endpoint: string): Watching {
  let current: Tracer = noTelemetry.tracer
  const tracer: Tracer = { start: (name, options) => current.start(name, options) }
  return {
    telemetry: { metrics: createMetrics(), tracer },
    async during(work) {
      const tracing = await createTracing({ endpoint, serviceName: 'bench', share: SHARE })
      current = tracing
      const result = await work()
      await tracing.close()
      return result
    },
  }
}

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

async function executing(system: System, { telemetry, during }: Watching): Promise<readonly Row[]> {
  const [on, off] = await Promise.all([telemetry, noTelemetry].map((t) => path(system, t)))
  const measured = await inPairs(
    PAIRS,
    (round) => costOf(() => during(() => send(on!.execute, `on${round}`))),
    (round) => costOf(() => send(off!.execute, `off${round}`)),
  )
  await on!.close()
  await off!.close()
  return rowsOf({ row: 'commands', one: 'command', unit: 'commands/s' }, COMMANDS, measured)
}

/** A path of its own to one log, wired as the composition root does it. */
async function path({ database }: System, telemetry: Telemetry) {
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

async function asking(system: System, { telemetry, during }: Watching): Promise<readonly Row[]> {
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
      () => costOf(() => during(() => ask(job(on.url)))),
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
