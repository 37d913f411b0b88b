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
import { systemClock } from '../src/commands/ports.ts'
import { noTelemetry, type Telemetry } from '../src/commands/telemetry.ts'
import { watchedExecute } from '../src/commands/watched.ts'
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

const COMMANDS = 4_000
const IN_FLIGHT = 256
const REQUESTS = 1_000
const CALLERS = 16
/** A multiple of the rounds whose spans are sent together, so that all sending is counted. */
const PAIRS = 99
/** Of the traces begun here: what a plant under load would record. */
const SHARE = 0.1
/** Of the throughput without. */
const BAR = { ratio: 0.93 }
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
  /** Sends the spans of a second or so, as it happens every second. */
  readonly sending: { readonly every: number; readonly work: () => Promise<void> }
}

const watchingBy = (tracer: Tracing): Watching => ({
  telemetry: { metrics: createMetrics(), tracer },
  sending: { every: 3, work: () => tracer.flush() },
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
      BAR,
    ),
    row(
      `processor time of such a ${names.one}`,
      { value: micros, unit: 'us' },
      { reference, value: micros / ratio.cpu },
    ),
  ]
}

async function executing(log: Log, { telemetry, sending }: Watching): Promise<readonly Row[]> {
  const [on, off] = await Promise.all([telemetry, noTelemetry].map((t) => path(log, t)))
  const measured = await inPairs(
    PAIRS,
    (round) => costOf(() => send(on!.execute, `on${round}`)),
    (round) => costOf(() => send(off!.execute, `off${round}`)),
    sending,
  )
  await on!.close()
  await off!.close()
  return rowsOf({ row: 'commands', one: 'command', unit: 'commands/s' }, COMMANDS, measured)
}

/** A path of its own to one log, wired as the composition root does it. */
async function path({ database }: Log, telemetry: Telemetry) {
  const store = await createPostgresEventStore({ database, catalogue, telemetry })
  const isOff = telemetry === noTelemetry
  const execute = createExecute({ store, clock: systemClock })
  return {
    execute: isOff ? execute : watchedExecute(execute, telemetry),
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

async function asking(system: System, { telemetry, sending }: Watching): Promise<readonly Row[]> {
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
      () => costOf(() => ask(job(on.url))),
      () => costOf(() => ask(job(off.url))),
      sending,
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
