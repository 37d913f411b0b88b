import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPersisted } from '../../src/api/persisted.ts'
import { apiPlant, release, type Answer } from '../support/api-server.ts'

let plant: Awaited<ReturnType<typeof apiPlant>>
let api: Awaited<ReturnType<(typeof plant)['serve']>>

beforeAll(async () => {
  plant = await apiPlant()
  api = await plant.serve({ limits: { depth: 6, cost: 2_000, tokens: 400, queryLength: 4_000 } })
})
afterAll(async () => plant.end())

const codes = ({ errors }: Answer) => errors?.map((e) => e.extensions.code)
const nodes = 'nodes { orderId operations { name status good { value } } }'

test('a query that is too long, has too many tokens, or is too deep does not run', async () => {
  const long = await api.ask(`# ${'x'.repeat(4_000)}\n{ projections { name } }`)
  expect([long.status, codes(long)]).toEqual([413, ['QueryTooLong']])
  const aliases = Array.from({ length: 200 }, (_, i) => `a${i}: __typename`).join(' ')
  expect((await api.ask(`{ ${aliases} }`)).errors![0]!.message).toContain('token')
  const deep = '{ orders { nodes { bookings { corrections { before { good { value } } } } } } }'
  expect(codes(await api.ask(deep))).toEqual(['QueryTooComplex'])
  const fields = (n: number): string => (n === 0 ? 'name' : `fields { type { ${fields(n - 1)} } }`)
  const introspection = await api.ask(`{ __schema { types { ${fields(4)} } } }`)
  expect(introspection.errors![0]!.message).toContain('Maximum introspection depth')
})

test('what counts is the operation that runs, with the variables it runs with', async () => {
  expect(codes(await api.ask(`{ orders(first: 5) { ${nodes} } }`))).toBeUndefined()
  expect(codes(await api.ask(`{ orders(first: 500) { ${nodes} } }`))).toEqual(['QueryTooComplex'])
  const query = `query Q($n: Int) { orders(first: $n) { ${nodes} } }`
  expect(codes(await api.ask(query, { variables: { n: 5 } }))).toBeUndefined()
  expect(codes(await api.ask(query, { variables: { n: 500 } }))).toEqual(['QueryTooComplex'])
  expect(codes(await api.ask(query, { variables: { n: 5 } }))).toBeUndefined()
  const two = `query Cheap { projections { name } } query Dear { orders(first: 500) { ${nodes} } }`
  const dear = await api.ask(two, { operationName: 'Dear' } as object)
  expect(codes(dear)).toEqual(['QueryTooComplex'])
})

test('a query used again and again answers the same, errors included', async () => {
  const { position } = (await api.ask(release('HOT1'))).data.releaseOrder
  await plant.reads.waitFor(Number(position), 10_000)
  const query = `query ($first: Int, $at: AsKnownAt) { orders(first: $first, atLeast: "${position}") {
    nodes { orderId dueAt quantity { value } } } order(orderId: "HOT1", asKnownAt: $at) { status } }`
  const ask = async (variables: object) => {
    const { data, errors } = await api.ask(query, { variables })
    return { data, errors: errors?.map(({ message, extensions }) => ({ message, extensions })) }
  }
  const cases = [
    { first: 3 },
    { first: 3, at: { position: '1' } },
    { first: 501 },
    { at: { position: '1', recordedAt: '2030-01-01T00:00:00Z' } },
    { at: {} },
    { at: { position: '-1' } },
    { first: 'x' },
  ]
  const cold = await Promise.all(cases.map(ask))
  for (let i = 0; i < 5; i++) await ask({ first: 1 })
  expect(await Promise.all(cases.map(ask))).toEqual(cold)
  expect(cold[0]!.data.orders.nodes).toEqual([
    { orderId: 'HOT1', dueAt: null, quantity: { value: 10 } },
  ])
  expect(cold.slice(2).map(({ errors }) => errors![0]!.extensions.code)).toEqual(
    cases.slice(2).map(() => 'InvalidInput'),
  )
})

test('a mutation used again and again does its fields one after the other, and says the same', async () => {
  const result = '{ __typename ... on Ack { stream revision } ... on Rejected { code } }'
  const document = `mutation ($a: ID!, $b: ID!, $c: ID!, $in: ReceiveLotInput!, $out: ConsumeLotInput!) {
    early: consumeLot(commandId: $a, site: "S1", input: $out) ${result}
    in: receiveLot(commandId: $b, site: "S1", input: $in) ${result}
    out: consumeLot(commandId: $c, site: "S1", input: $out) ${result}
    again: consumeLot(commandId: $c, site: "S1", input: $out) ${result}
  }`
  const send = async (n: number, quantity: unknown = 2) => {
    const lot = { lotId: `SERIAL${n}`, unit: 'KGM' }
    const variables = {
      ...{ a: `serial-a-${n}`, b: `serial-b-${n}`, c: `serial-c-${n}` },
      in: { ...lot, movementId: 'in', materialId: 'M', quantity: 5 },
      out: { ...lot, movementId: 'out', quantity, orderId: 'PO-1' },
    }
    const { data, errors } = await api.ask(document, { variables })
    return { data, errors: errors?.map(({ message, extensions }) => ({ message, extensions })) }
  }
  const wrong = await send(0, { not: 'a number' })
  expect(wrong.errors![0]!.extensions.code).toBe('InvalidInput')
  for (let n = 1; n <= 6; n++) {
    const ack = { __typename: 'Ack', stream: `lot-SERIAL${n}` }
    expect(await send(n)).toMatchObject({
      data: {
        early: { __typename: 'Rejected' },
        in: { ...ack, revision: 0 },
        out: { ...ack, revision: 1 },
        again: { ...ack, revision: 1 },
      },
      errors: undefined,
    })
  }
  expect(await send(0, { not: 'a number' })).toEqual(wrong)
})

test('what an input has a default for may be left out, however often it is asked', async () => {
  const document = `mutation ($n: ID!, $release: ReleaseOrderInput!) {
    releaseOrder(commandId: $n, site: "S1", input: $release) { __typename } }`
  for (let n = 1; n <= 6; n++) {
    const operations = [{ operationId: '10', sequence: 10, name: 'Saw', workCentreId: 'SAW' }]
    const order = { orderId: `DEFAULT${n}`, materialId: 'M', quantity: 1, unit: 'C62', operations }
    const { data } = await api.ask(document, { variables: { n: `default-${n}`, release: order } })
    expect(data).toEqual({ releaseOrder: { __typename: 'Ack' } })
  }
})

test('bodies over the limit, batches and forms are refused', async () => {
  const small = await plant.serve({ limits: { body: 1_000 } })
  expect((await small.ask('{ __typename }', { variables: { x: 'y'.repeat(2_000) } })).status).toBe(
    413,
  )
  const post = async (type: string, body: string) =>
    (
      await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
    ).status
  expect(await post('application/json', '[{"query":"{ __typename }"}]')).toBe(400)
  expect(await post('application/x-www-form-urlencoded', 'query={__typename}')).toBe(415)
  expect(await post('text/plain', '{"query":"{ __typename }"}')).toBe(415)
  expect(await post('multipart/form-data; boundary=x', '--x--')).toBe(415)
  expect(await post('application/json', '{"query":"{ __typename }"}')).toBe(200)
})

test('a page of another origin cannot use a browser to call, nor a name rebound to loopback', async () => {
  const ask = (headers: object) => api.ask('{ __typename }', { headers })
  expect((await ask({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await ask({ origin: 'null' })).status).toBe(403)
  expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await ask({ origin: api.url })).status).toBe(200)
  const own = await ask({ origin: api.url })
  expect(own.headers.get('access-control-allow-origin')).toBeNull()
  expect(await statusWithHost(api.url, 'rebound.example')).toBe(403)
  const friend = 'https://board.example'
  const shared = await plant.serve({ origins: [friend] })
  const answer = await shared.ask('{ __typename }', { headers: { origin: friend } })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, friend])
})

const statusWithHost = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const req = request(`${url}/health/live`, { headers: { host } }, (res) => {
      res.resume()
      resolve(res.statusCode)
    })
    req.on('error', reject).end()
  })

test('a mutation over GET is refused; a query over GET works', async () => {
  const get = async (query: string) =>
    (await fetch(`${api.url}/graphql?query=${encodeURIComponent(query)}`)).status
  expect(await get('{ __typename }')).toBe(200)
  expect(await get(release('GET1'))).toBe(405)
})

test('introspection and GraphiQL can be switched off, and hints go with them', async () => {
  const closed = await plant.serve({ introspection: false, graphiql: false })
  expect((await closed.ask('{ __schema { types { name } } }')).errors).toBeDefined()
  const typo = await closed.ask('{ order(orderId: "x") { statu } }')
  expect(typo.errors![0]!.message).toBe('Cannot query field "statu" on type "Order".')
  const html = { headers: { accept: 'text/html' } }
  expect(await (await fetch(`${closed.url}/graphql`, html)).text()).toContain('switched off')
  expect((await fetch(`${closed.url}/schema.graphql`)).status).toBe(400)
  expect((await api.ask('{ __type(name: "Order") { name } }')).data.__type.name).toBe('Order')
})

test('with an allow-list only its operations are executed', async () => {
  const query = '{ projections { name } }'
  const hash = createHash('sha256').update(query).digest('hex')
  const operations = readPersisted(JSON.stringify({ [hash]: query, board: '{ __typename }' }))
  const only = await plant.serve({ persisted: { operations, only: true } })
  const send = (body: object) => only.ask(undefined as never, body)
  expect(codes(await only.ask('{ __typename projections { name } }'))).toEqual([
    'QueryNotPersisted',
  ])
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } }
  expect((await send({ extensions })).data.projections).toHaveLength(5)
  expect((await send({ documentId: 'board' })).data).toEqual({ __typename: 'Query' })
  expect(codes(await send({ documentId: 'other' }))).toEqual(['QueryNotPersisted'])
  const both = await plant.serve({ persisted: { operations, only: false } })
  expect((await both.ask('{ a: __typename }')).data).toEqual({ a: 'Query' })
  expect(() => readPersisted(JSON.stringify({ [hash]: '{ other }' }))).toThrow('SHA-256')
})

test('too many requests of one caller are told to wait', async () => {
  const strict = await plant.serve({ limits: { requestsPerMinute: 2 } })
  await strict.ask('{ __typename }')
  await strict.ask('{ __typename }')
  const third = await strict.ask('{ __typename }')
  expect([third.status, codes(third)]).toEqual([429, ['RateLimited']])
  expect(third.headers.get('retry-after')).not.toBeNull()
  expect((await fetch(`${strict.url}/health/live`)).status).toBe(200)
})

test('a request that takes too long is answered anyway', async () => {
  const store = { ...plant.store, readAll: () => new Promise<never>(() => {}) }
  const slow = await plant.serve({ limits: { requestMs: 50 } }, { store })
  const answer = await slow.ask('{ events { nodes { id } } }')
  expect([answer.status, codes(answer)]).toEqual([504, ['RequestTimeout']])
})

test('every answer carries the headers that browsers need', async () => {
  const { headers } = await api.ask('{ __typename }')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  expect(headers.get('x-powered-by')).toBeNull()
  for (const path of ['/nowhere', '/health/live'])
    expect((await fetch(api.url + path)).headers.get('x-content-type-options')).toBe('nosniff')
})
