import { Parser } from '@asyncapi/parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { defaultMessaging, deciderOf } from '../../src/commands/messaging/topics.ts'
import { factMessage } from '../../src/commands/messaging/cloud-events.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { apiPlant } from '../support/api-server.ts'

const messaging = { ...defaultMessaging, incoming: ['erp.orders'] }
let plant: Awaited<ReturnType<typeof apiPlant>>
let url: string
beforeAll(async () => {
  plant = await apiPlant()
  ;({ url } = await plant.serve({ messaging, auth: { mode: 'keys' } }))
})
afterAll(() => plant.end())
const get = async (path: string) => {
  const response = await fetch(url + path)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** Severities are those of LSP, less one: 0 is an error. */
const isError = ({ severity }: { readonly severity: number }): boolean => severity < 1

test('/asyncapi.json is AsyncAPI 3 without a fault, and lists what is sent and taken', async () => {
  const { status, body } = await get('/asyncapi.json')
  expect(status).toBe(200)
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(body))
  expect(diagnostics.filter(isError)).toEqual([])
  expect(document!.version()).toBe('3.0.0')
  const sent = new Set(
    document!
      .operations()
      .filterBySend()
      .flatMap((o) =>
        o
          .messages()
          .all()
          .map((m) => m.name()),
      ),
  )
  expect([...catalogue.keys()].filter((type) => !sent.has(type))).toEqual([])
  const [taken] = document!.operations().filterByReceive()
  expect(taken!.channels().all()[0]!.address()).toBe('erp.orders')
  expect(
    new Set(
      taken!
        .messages()
        .all()
        .map((m) => m.name()),
    ),
  ).toEqual(new Set([...deciderOf.keys(), ...observationDefinitions.keys()]))
})

test('a document that is none is found out', async () => {
  const { diagnostics } = await new Parser().parse({ asyncapi: '3.0.0', channels: {} })
  expect(diagnostics.some(isError)).toBe(true)
})

test('what is published follows the schema that the document gives it', async () => {
  const { body } = await get('/asyncapi.json')
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema({ $id: 'doc:', ...body })
  const data = JSON.parse(readFileSync('test/fixtures/events/OrderReleased.v1.json', 'utf8'))
  const metadata = {
    ...{ occurredAt: '2026-03-02T06:00:00.000Z', source: 's', site: 'S1', actor: 'a' },
    ...{ correlationId: 'c', causationId: 'c' },
  }
  const fact = {
    ...{ id: 'e1', type: 'OrderReleased', schemaVersion: 1, data, metadata },
    ...{ stream: 'order-1', revision: 0, position: 1, recordedAt: '2026-03-02T06:00:00.001Z' },
  }
  const validate = ajv.getSchema('doc:#/components/messages/OrderReleased/payload')!
  const event = JSON.parse(String(factMessage(fact, 't', 'o').value))
  expect(validate(event), JSON.stringify(validate.errors)).toBe(true)
  expect(validate({ ...event, sequence: undefined })).toBe(false)
  expect(validate({ ...event, data: {} })).toBe(false)
})

test('/schemas has the schema of every event, by type and version', async () => {
  const { body: index } = await get('/schemas')
  expect(index.map(({ type }: { type: string }) => type)).toEqual([...catalogue.keys()].sort())
  const lot = index.find(({ type }: { type: string }) => type === 'LotReceived')
  expect(lot).toEqual({
    type: 'LotReceived',
    version: 2,
    id: 'urn:taktlog:schema:LotReceived:2',
    href: '/schemas/LotReceived/2',
    categories: ['lot'],
  })
  const ajv = new Ajv2020()
  formats.default(ajv)
  for (const { href, id, type } of index) {
    const { body } = await get(href)
    expect(body.$id).toBe(id)
    expect(ajv.validateSchema(body), type).toBe(true)
  }
  const { body: latest } = await get('/schemas/LotReceived')
  const example = readFileSync('test/fixtures/events/LotReceived.v2.json', 'utf8')
  expect(ajv.validate(latest, JSON.parse(example)), ajv.errorsText()).toBe(true)
  expect(await get('/schemas/LotReceived/1')).toMatchObject({
    status: 404,
    body: { errors: [{ message: expect.stringContaining('read in version 2') }] },
  })
  expect(await get('/schemas/Nothing')).toMatchObject({ status: 404 })
  expect(await get('/schemas/Nothing/1')).toMatchObject({ status: 404 })
})
