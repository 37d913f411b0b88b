import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTracing } from '../src/adapters/otel/tracer.ts'
import { watchedBatch } from '../src/commands/watched.ts'
import { noMetrics } from '../src/commands/metrics.ts'
import { traceOf, validTraceparent } from '../src/commands/tracing.ts'
import { readConfig } from '../src/config.ts'
import type { Recorded } from '../src/domain/event.ts'
import { createLogger, startSystem, type System } from '../src/system.ts'
import { otlpReceiver, type ReceivedSpan } from './support/otlp-receiver.ts'
import { databaseUrlOf, freshDatabase, type FreshDatabase } from './support/postgres.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const LOT = 'SECRET-LOT-NAME'

let receiver: Awaited<ReturnType<typeof otlpReceiver>>
let database: FreshDatabase
let system: System
beforeAll(async () => {
  receiver = await otlpReceiver()
  database = await freshDatabase()
  const config = readConfig({
    ...{ DATABASE_URL: databaseUrlOf(database.connection), TAKTLOG_PORT: '0' },
    ...{ TAKTLOG_LOG_LEVEL: 'fatal', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    OTEL_SERVICE_NAME: 'plant-7',
  })
  system = await startSystem(config, createLogger(config))
  // What is appended before the read models were built once is not folded live.
  await vi.waitFor(
    async () => {
      const states = (await system.reads.status()).map(({ state }) => state)
      if (states.some((state) => state !== 'LIVE')) throw new Error(states.join())
    },
    { timeout: 30_000, interval: 100 },
  )
})
afterAll(async () => {
  await system.close()
  await database.drop()
  await receiver.close()
})

async function send(mutation: string, headers: Record<string, string>) {
  const response = await fetch(`${system.api!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      query: `mutation { ${mutation} { __typename ... on Ack { position } } }`,
    }),
  })
  const body: any = await response.json()
  return { response, body }
}

const receive = (commandId: string, lotId: string, quantity: number) =>
  send(
    `receiveLot(commandId: "${commandId}", site: "S1", input: { lotId: "${lotId}", movementId: "m",
      materialId: "steel", quantity: ${quantity}, unit: "KGM" })`,
    { traceparent: `00-${TRACE}-${CALLER}-01`, 'x-request-id': `request-${commandId}` },
  )

const ofTrace = (): ReadonlyMap<string, ReceivedSpan> =>
  new Map(receiver.spans.filter((s) => s.traceId === TRACE).map((s) => [s.name, s]))

test('the trace of a caller goes from the request through the append to the read models', async () => {
  const { body } = await receive('one', LOT, 5)
  expect(body.data.receiveLot.__typename).toBe('Ack')
  const wanted = [
    'POST /graphql',
    'graphql mutation',
    'execute ReceiveLot',
    'append group',
    'project batch',
  ]
  const names = () => wanted.filter((name) => ofTrace().has(name))
  await expect.poll(names, { timeout: 20_000 }).toEqual(wanted)
  const spans = ofTrace()
  const parentOf = (name: string) => spans.get(name)!.parentSpanId
  const idOf = (name: string) => spans.get(name)!.spanId
  expect(parentOf('POST /graphql')).toBe(CALLER)
  expect(parentOf('graphql mutation')).toBe(idOf('POST /graphql'))
  expect(parentOf('execute ReceiveLot')).toBe(idOf('graphql mutation'))
  expect(parentOf('append group')).toBe(idOf('execute ReceiveLot'))
  expect(parentOf('project batch')).toBe(idOf('execute ReceiveLot'))
  expect(receiver.sent()).toContain('plant-7')
})

test('the fact carries the trace, and the id of the request as its correlation', async () => {
  const [fact] = await system.store.readStream(`lot-${LOT}`)
  const { correlationId, traceparent } = fact!.metadata
  expect(correlationId).toBe('request-one')
  expect(traceparent).toBe(`00-${TRACE}-${ofTrace().get('execute ReceiveLot')!.spanId}-01`)
})

test('no span tells what was recorded', () => {
  expect(receiver.sent()).toContain('ReceiveLot')
  for (const content of [LOT, 'steel', 'KGM']) expect(receiver.sent()).not.toContain(content)
})

test('a request without a trace begins one, also a wrong one; its id comes back', async () => {
  const { response } = await send('nothing', {})
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  const begun = () =>
    receiver.spans.some(({ name, traceId }) => name === 'POST /graphql' && traceId !== TRACE)
  await expect.poll(begun, { timeout: 20_000 }).toBe(true)
})

test('a batch of several traces is linked to each of them, and to no more than 128', async () => {
  const tracing = await createTracing({
    ...{ endpoint: receiver.endpoint, serviceName: 'batches', share: 1 },
  })
  const facts = Array.from({ length: 200 }, (_, i) => {
    const traceparent = `00-${String(i + 1).padStart(32, '0')}-${CALLER}-01`
    return { metadata: { traceparent } } as Recorded
  })
  await watchedBatch({ metrics: noMetrics, tracer: tracing })(
    { facts: facts.slice(0, 3), position: 3 },
    async () => {},
  )
  await watchedBatch({ metrics: noMetrics, tracer: tracing })(
    { facts, position: 200 },
    async () => {},
  )
  await tracing.close()
  const links = receiver.spans.flatMap((s) => (s.links?.length ? [s.links.length] : []))
  expect(links).toEqual(expect.arrayContaining([3, 128]))
})

test('what is not a traceparent is not taken for one', () => {
  expect(validTraceparent(`00-${TRACE}-${CALLER}-01`)).toBeDefined()
  for (const wrong of [
    ...[undefined, 7, '', `00-${TRACE}-${CALLER}`, `01-${TRACE}-${CALLER}-01`],
    ...[`00-${'0'.repeat(32)}-${CALLER}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`],
    `00-${TRACE.toUpperCase()}-${CALLER}-01`,
  ])
    expect(validTraceparent(wrong)).toBeUndefined()
})

test('of traces begun here and not recorded nothing is written, and no group or batch is sent for them', async () => {
  const tracing = await createTracing({
    ...{ endpoint: receiver.endpoint, serviceName: 'unrecorded', share: 0 },
  })
  const span = tracing.start('begun here')!
  expect(span.recorded).toBe(false)
  expect(tracing.start('goes on with it', { parent: span.traceparent })!.recorded).toBe(false)
  expect(traceOf(span)).toEqual({})
  const sent = `00-${TRACE}-${CALLER}-00`
  expect(traceOf(tracing.start('of a caller', { parent: sent })!)).toEqual({ traceparent: sent })
  const group = (...traceparents: (string | undefined)[]) =>
    tracing.start('group', { links: () => traceparents })!
  expect(group(undefined, sent).recorded).toBe(false)
  const alone = group(undefined, sent, `00-${TRACE}-${CALLER}-01`)
  expect(alone.recorded).toBe(true)
  expect(alone.traceparent).toContain(TRACE)
  await tracing.close()
})

test('a span is valid OTLP whatever its attributes hold, and tells what failed and how long it took', async () => {
  const tracing = await createTracing({
    ...{ endpoint: receiver.endpoint, serviceName: 'a "service"', share: 1 },
  })
  const began = Date.now()
  const attributes = { text: 'a "quoted"\n\u2028 line', count: 3, ratio: 0.5, yes: true }
  const span = tracing.start('a "name"', { kind: 'server', attributes })!
  await new Promise((resolve) => setTimeout(resolve, 20))
  span.fail(new RangeError('holds what was recorded'))
  span.end()
  await tracing.close()
  const [sent] = receiver.spans.filter(({ name }) => name === 'a "name"')
  expect(sent!.attributes).toEqual([
    { key: 'text', value: { stringValue: attributes.text } },
    { key: 'count', value: { intValue: 3 } },
    { key: 'ratio', value: { doubleValue: 0.5 } },
    { key: 'yes', value: { boolValue: true } },
    { key: 'error.type', value: { stringValue: 'RangeError' } },
  ])
  expect(sent).toMatchObject({ kind: 2, status: { code: 2 }, flags: 1 })
  expect(sent!.parentSpanId).toBeUndefined()
  expect(span.traceparent).toBe(`00-${sent!.traceId}-${sent!.spanId}-01`)
  const [from, to] = [sent!.startTimeUnixNano, sent!.endTimeUnixNano].map((ns) => Number(ns) / 1e6)
  expect(Math.abs(from! - began)).toBeLessThan(1_000)
  expect(to! - from!).toBeGreaterThan(15)
  expect(receiver.sent()).not.toContain('holds what was recorded')
})

test('a receiver that is not there costs spans and nothing else', async () => {
  const tracing = await createTracing({
    ...{ endpoint: 'http://127.0.0.1:1', serviceName: 'alone', share: 1 },
  })
  for (let i = 0; i < 20_000; i++) tracing.start(`span ${i}`)!.end()
  await expect(tracing.flush()).resolves.toBeUndefined()
  await expect(tracing.close()).resolves.toBeUndefined()
}, 15_000)
