import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiPlant, NOW, release } from '../support/api-server.ts'

let plant: Awaited<ReturnType<typeof apiPlant>>
let api: Awaited<ReturnType<(typeof plant)['serve']>>

beforeAll(async () => {
  plant = await apiPlant()
  api = await plant.serve()
})
afterAll(async () => plant.end())

const errorCode = (answer: { errors?: readonly { extensions: { code: string } }[] | undefined }) =>
  answer.errors?.[0]?.extensions.code

test('a command is acknowledged once, and a read at least as new as it shows what it did', async () => {
  const first = (await api.ask(release('A1'))).data.releaseOrder
  expect(first).toMatchObject({
    stream: 'order-A1',
    revision: 0,
    events: [{ type: 'OrderReleased' }],
  })
  expect((await api.ask(release('A1'))).data.releaseOrder).toEqual(first)
  const { data } = await api.ask(
    `{ order(orderId: "A1", atLeast: "${first.position}") {
         orderId site status quantity { value unit } releasedAt
         operations { operationId status good { value unit } } bookings { bookingId } } }`,
  )
  expect(data.order).toEqual({
    orderId: 'A1',
    site: 'S1',
    status: 'RELEASED',
    quantity: { value: 10, unit: 'C62' },
    releasedAt: NOW,
    operations: [{ operationId: '10', status: 'READY', good: { value: 0, unit: 'C62' } }],
    bookings: [],
  })
})

test('a refusal and wrong input are members of the result, and the refusal is in the audit', async () => {
  const start = (orderId: string, site = ', site: "S1"') =>
    api.ask(`mutation { startOperation(commandId: "s-${orderId}"${site}, input: {
      orderId: "${orderId}", operationId: "10", personId: "P1" }) {
      __typename ... on Rejected { code message } ... on InvalidInput { code message } } }`)
  expect((await start('NOPE')).data.startOperation).toMatchObject({
    __typename: 'Rejected',
    code: 'OrderUnknown',
  })
  expect((await start(' x')).data.startOperation).toMatchObject({ __typename: 'InvalidInput' })
  expect((await start('A1', '')).data.startOperation).toEqual({
    __typename: 'InvalidInput',
    code: 'InvalidInput',
    message: 'site is missing: the principal has not exactly one, so say which.',
  })
  const head = await plant.store.head()
  const { data } = await api.ask(
    `{ commandsRejected(atLeast: "${head}", where: { code: ["OrderUnknown"] }) {
         totalCount nodes { commandType commandId stream actor message } } }`,
  )
  expect(data.commandsRejected).toMatchObject({
    totalCount: 1,
    nodes: [{ commandType: 'StartOperation', commandId: 's-NOPE', actor: 'local' }],
  })
})

test('lists page through a stable order with filters, and say how fresh they are', async () => {
  for (let i = 1; i <= 5; i++) await api.ask(release(`P${i}`))
  const head = await plant.store.head()
  const page = async (after: string | null) =>
    (
      await api.ask(
        `query ($after: String) { orders(first: 2, after: $after, atLeast: "${head}",
           where: { orderIdStartsWith: "P" }, orderBy: { field: key, direction: DESC }) {
           totalCount edges { cursor node { orderId } } pageInfo { hasNextPage endCursor }
           asOf { position lag state } } }`,
        { variables: { after } },
      )
    ).data.orders
  const seen: string[] = []
  for (let after: string | null = null, more = true; more;) {
    const { edges, pageInfo, totalCount, asOf } = await page(after)
    seen.push(...edges.map((edge: any) => edge.node.orderId))
    expect(totalCount).toBe(5)
    expect(asOf).toEqual({ position: String(head), lag: 0, state: 'LIVE' })
    ;({ endCursor: after, hasNextPage: more } = pageInfo)
  }
  expect(seen).toEqual(['P5', 'P4', 'P3', 'P2', 'P1'])
  expect(errorCode(await api.ask('{ orders(first: 501) { totalCount } }'))).toBe('InvalidInput')
  expect(errorCode(await api.ask('{ orders(after: "junk") { totalCount } }'))).toBe('InvalidInput')
})

test('an order can be read as it was, and as the log knew it', async () => {
  await api.ask(release('H1'))
  const released = await plant.store.head()
  plant.setNow('2030-01-02T00:00:00.000Z')
  await api.ask(`mutation { holdOrder(commandId: "h1", site: "S1",
    occurredAt: "2030-01-01T12:00:00Z", input: { orderId: "H1", reason: "crack" }) { __typename } }`)
  const status = async (args: string) =>
    (await api.ask(`{ order(orderId: "H1" ${args}) { status } }`)).data.order.status
  const head = await plant.store.head()
  plant.setNow(NOW)
  expect(await status(`, atLeast: "${head}"`)).toBe('HELD')
  expect(await status(`, asKnownAt: { position: "${released}" }`)).toBe('RELEASED')
  expect(await status(', asKnownAt: { recordedAt: "2030-01-01T18:00:00Z" }')).toBe('RELEASED')
  expect(await status(', at: "2030-01-01T11:00:00Z"')).toBe('RELEASED')
  expect(await status(', at: "2030-01-01T13:00:00+01:00"')).toBe('HELD')
})

test('the log itself is read both ways, filtered, page by page', async () => {
  const ask = async (args: string) =>
    (
      await api.ask(`{ events(${args}) {
    nodes { type stream revision position occurredAt actor data } pageInfo { endCursor hasNextPage } } }`)
    ).data.events
  const forward = await ask('first: 1, direction: FORWARD, where: { types: ["OrderReleased"] }')
  expect(forward.nodes).toMatchObject([
    { stream: 'order-A1', revision: 0, actor: 'local', data: { orderId: 'A1' } },
  ])
  const next = await ask(`first: 100, direction: FORWARD, after: "${forward.pageInfo.endCursor}",
    where: { types: ["OrderReleased"], site: "S1" }`)
  expect(next.nodes.map((n: any) => n.stream)).not.toContain('order-A1')
  const h1 = await ask('where: { stream: "order-H1" }')
  expect(h1.nodes.map((n: any) => n.type)).toEqual(['OrderHeld', 'OrderReleased'])
  expect((await ask('where: { site: "S9" }')).nodes).toEqual([])
  expect((await ask('where: { occurredFrom: "2030-01-01T12:00:00Z" }')).nodes).toHaveLength(1)
})

test('read models tell their position, lag and state, and any query how fresh it is at least', async () => {
  const { data } = await api.ask(
    '{ projections { name version state position lag error } asOf { position lag state } }',
  )
  expect(data.asOf).toEqual({ position: data.projections[0].position, lag: 0, state: 'LIVE' })
  expect(data.projections.map((p: any) => p.name)).toContain('orders')
  expect(data.projections[0]).toMatchObject({ state: 'LIVE', lag: 0, error: null })
})

test('health, readiness, metrics and descriptions are plain HTTP', async () => {
  const get = async (path: string) => fetch(api.url + path)
  expect(await (await get('/health/live')).json()).toEqual({ status: 'live' })
  expect(await (await get('/health/ready')).json()).toEqual({ status: 'ready' })
  const metrics = await (await get('/metrics')).text()
  expect(metrics).toMatch(/^taktlog_projection_lag_events\{projection="orders"\} 0$/m)
  expect(metrics).toMatch(/^taktlog_http_requests_total\{status="200"\} \d+$/m)
  expect(metrics).toMatch(
    /^taktlog_graphql_operation_seconds_count\{kind="query",outcome="ok"\} \d+$/m,
  )
  expect(await (await get('/schema.graphql')).text()).toContain('type Order ')
  expect(await (await get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' })
  expect((await get('/nothing')).status).toBe(404)
})

test('GraphiQL comes whole, with a policy that allows its own script only', async () => {
  const response = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } })
  const html = await response.text()
  expect(html).toContain('renderYogaGraphiQL')
  expect(html).not.toMatch(/(src|href)="https?:/)
  expect(response.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+' blob:/)
})

test('an outage of the store is told by its code, without detail', async () => {
  const broken = { ...plant.store, readAll: async () => Promise.reject(new Error('password=x')) }
  const other = await plant.serve({}, { store: broken })
  const { errors, text } = await other.ask('{ events { nodes { id } } }')
  expect(errors?.[0]?.extensions.code).toBe('Internal')
  expect(text).not.toContain('password')
  expect(text).not.toContain('stack')
})
