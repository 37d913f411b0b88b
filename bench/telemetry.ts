import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
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
import { catalogue } from '../src/domain/index.ts'
import { isRejection } from '../src/domain/decider.ts'
import { order } from '../src/domain/production/order.ts'
import type { System } from '../src/system.ts'
import type { Job } from './http-child.ts'
import { median, row, seconds, type Benchmark, type Row } from './row.ts'
import { concurrently, envelope, inTurns, releaseOrder, withSystem } from './support.ts'

const COMMANDS = 4_000
const IN_FLIGHT = 256
const ROUNDS = 5
/** Of the traces begun here: what a plant under load would record. */
const SHARE = 0.1
const BAR = { ratio: 0.93 }
const RECEIVER = join(import.meta.dirname, 'otlp-child.ts')
const HTTP = join(import.meta.dirname, 'http-child.ts')
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
      const [endpoint] = (await once(receiver, 'message')) as [string]
      const tracer = await createTracing({ endpoint, serviceName: 'bench', share: SHARE })
      const watched = { metrics: createMetrics(), tracer }
      try {
        return [await executing(system, watched), await asking(system, watched)]
      } finally {
        await tracer.close()
        await ended(receiver)
      }
    }),
}

async function executing(system: System, watched: Telemetry): Promise<Row> {
  const paths = await Promise.all([watched, noTelemetry].map((t) => path(system, t)))
  const run = (execute: Execute, name: string) => (round: number) =>
    rate(COMMANDS, () => send(execute, `${name}${round}`))
  const { a, b } = await inTurns(
    ROUNDS,
    run(paths[0]!.execute, 'on'),
    run(paths[1]!.execute, 'off'),
  )
  for (const { close } of paths) await close()
  return row(
    'commands with metrics and traces',
    { value: median(a), unit: 'commands/s' },
    { reference: 'the same without', value: median(b) },
    BAR,
  )
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

async function asking(system: System, watched: Telemetry): Promise<Row> {
  const ack = await system.execute(order, releaseOrder('PO-1'), envelope('PO-1'))
  if (isRejection(ack)) throw new Error(ack.why)
  await system.reads.waitFor(ack.position, 60_000)
  const { services } = system
  const common = { schema, services, options: OPTIONS, keys: system.keys }
  const servers = await Promise.all([startApi({ ...common, telemetry: watched }), startApi(common)])
  const body = JSON.stringify({ query: QUERY })
  const targets = servers.map(({ url }) => ({ url: `${url}/graphql`, body, expect: '"PO-1"' }))
  const job: Job = { inFlight: 16, rounds: ROUNDS, requests: 1_000, targets }
  const { stdout } = await promisify(execFile)(process.execPath, [HTTP, JSON.stringify(job)])
  for (const server of servers) await server.close()
  const [on, off] = JSON.parse(stdout) as [number, number]
  return row(
    'small GraphQL queries with both',
    { value: on, unit: 'requests/s' },
    { reference: 'the same without', value: off },
    BAR,
  )
}

const rate = async (count: number, work: () => Promise<void>): Promise<number> =>
  count / (await seconds(work))

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill()
  await gone
}
