import { CloudEvent, Kafka, type CloudEventV1 } from 'cloudevents'
import { expect, test } from 'vitest'
import type { Received } from '../../../src/commands/messaging/bus.ts'
import { factMessage, readCloudEvent } from '../../../src/commands/messaging/cloud-events.ts'
import { order } from '../../../src/domain/production/order.ts'
import { ack, envelope, executeOn, memoryStore, release, wholeLog } from '../support.ts'

const ORIGIN = 'plant.example/log'

async function released(correlationId: string) {
  const store = memoryStore()
  ack(await executeOn(store)(order, release('PO-1'), envelope('c1', { correlationId })))
  const [fact] = await wholeLog(store)
  return { fact: fact!, message: factMessage(fact!, 'taktlog.order', ORIGIN) }
}

/** As the official SDK for JavaScript reads it. */
const bySdk = (message: { value: unknown; headers: unknown }): CloudEventV1<any> => {
  const read = { ...message, body: message.value } as unknown as Parameters<typeof Kafka.toEvent>[0]
  return Kafka.toEvent(read) as CloudEventV1<any>
}

test('a fact is a CloudEvent to the official SDK, with every attribute and extension', async () => {
  const { fact, message } = await released('0af76519-16cd-43dd-8448-eb211c80319c')
  expect(message).toMatchObject({ topic: 'taktlog.order', key: 'order-PO-1' })
  const { data, ...attributes } = bySdk(message)
  expect(data).toEqual(fact.data)
  expect({ ...attributes }).toEqual({
    specversion: '1.0',
    id: fact.id,
    source: '//plant.example/log',
    type: 'OrderReleased',
    subject: 'order-PO-1',
    time: fact.metadata.occurredAt,
    datacontenttype: 'application/json',
    dataschema: `urn:taktlog:schema:OrderReleased:${fact.schemaVersion}`,
    sequence: '0000000000000001',
    partitionkey: 'order-PO-1',
    recordedtime: fact.recordedAt,
    correlationid: '0af76519-16cd-43dd-8448-eb211c80319c',
    causationid: 'c1',
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-${fact.id.replaceAll('-', '').slice(-16)}-00`,
    revision: 0,
    site: 'S1',
    actor: 'P1',
    reportedby: 'spec',
    commandid: 'c1',
  })
})

test.each(['PO 4711', '00000000-0000-0000-0000-000000000000', 'ABCDEF', 'zz'.repeat(16)])(
  'a correlation id that is no trace id (%s) becomes one, always the same',
  async (correlationId) => {
    const traces = await Promise.all([released(correlationId), released(correlationId)])
    const [a, b] = traces.map(({ message }) => bySdk(message)['traceparent'] as string)
    expect(a).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/)
    expect(b!.slice(0, 36)).toBe(a!.slice(0, 36))
  },
)

test('the trace in which a fact was recorded goes on', async () => {
  const { fact } = await released('errand')
  const traced = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const metadata = { ...fact.metadata, traceparent: traced }
  expect(bySdk(factMessage({ ...fact, metadata }, 't', ORIGIN))['traceparent']).toBe(traced)
})

const wish = {
  specversion: '1.0',
  id: 'm1',
  source: '//erp',
  type: 'ReleaseOrder',
  site: 'S1',
  time: '2026-03-02T06:00:00.000Z',
  correlationid: 'errand',
  data: { orderId: 'PO-1' },
} as const
const received = (value: string | Buffer | null, headers: Received['headers'] = {}): Received => ({
  topic: 'in',
  partition: 0,
  offset: '0',
  timestamp: null,
  key: null,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers,
})

test('what the official SDK writes is read, in both modes, and without headers too', () => {
  const event = new CloudEvent({ ...wish, datacontenttype: 'application/json' })
  for (const mode of [Kafka.structured, Kafka.binary]) {
    const { value, headers } = mode(event) as unknown as { value: any; headers: any }
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const buffers = Object.fromEntries(
      Object.entries<string | undefined>(headers)
        .filter(([, text]) => text !== undefined)
        .map(([name, text]) => [name, Buffer.from(text!)]),
    )
    expect(readCloudEvent(received(text, buffers))).toMatchObject(wish)
  }
  expect(readCloudEvent(received(JSON.stringify(wish)))).toMatchObject(wish)
})

test.each<[string, Received, RegExp]>([
  ['nothing', received(null), /has no value/],
  ['bytes', received(Buffer.from([0xff, 0xfe, 0x00])), /not JSON in UTF-8/],
  ['half of it', received('{"specversion":"1.0"'), /not JSON in UTF-8/],
  ['other JSON', received('[1,2]'), /expected object/],
  ['no id', received(JSON.stringify({ ...wish, id: undefined })), /id is missing/],
  [
    'another version',
    received(JSON.stringify({ ...wish, specversion: '0.3' })),
    /specversion "0\.3"/,
  ],
  ['a nameless source', received(JSON.stringify({ ...wish, source: ' ' })), /source " "/],
  [
    'a batch',
    received('[]', { 'content-type': Buffer.from('application/cloudevents-batch+json') }),
    /only single CloudEvents/,
  ],
  ['data in base 64', received(JSON.stringify({ ...wish, data_base64: 'eA==' })), /data_base64/],
])('%s is refused with the reason', (_, message, why) => {
  expect(readCloudEvent(message)).toEqual({ why: expect.stringMatching(why) })
})
