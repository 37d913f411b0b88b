import { createClient, type Client } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { revokeKey } from '../../src/commands/api-keys.ts'
import { apiPlant, release } from '../support/api-server.ts'

let plant: Awaited<ReturnType<typeof apiPlant>>
let api: Awaited<ReturnType<(typeof plant)['serve']>>
let boss: string
const clients: Client[] = []

beforeAll(async () => {
  plant = await apiPlant()
  api = await plant.serve({ auth: { mode: 'keys' }, limits: { subscriptions: 3, connections: 4 } })
  boss = (await plant.key({})).token
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
})
afterAll(async () => plant.end())

const connect = (token: string, url = api.url) => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    onNonLazyError: () => {},
  })
  clients.push(client)
  return client
}

/** Sends orders until the subscription answers: it may not have begun when the first one is sent. */
async function firstOf<T>(next: Promise<T>, orderId: string): Promise<T> {
  const done = new AbortController()
  const result = next.finally(() => done.abort())
  for (let n = 0; !done.signal.aborted; n++) {
    await api.ask(release(orderId, `${orderId}-${n}`), { token: boss })
    await api.ask(
      `mutation { ${n % 2 ? 'liftOrderHold' : 'holdOrder'}(commandId: "${orderId}/${n}", site: "S1",
        input: { orderId: "${orderId}", reason: "r" }) { __typename } }`,
      { token: boss },
    )
    await Promise.race([result, plant.reads.waitFor(await plant.store.head(), 5_000)])
  }
  return result
}

const SUBSCRIPTION =
  'subscription ($ids: [ID!]) { orderChanged(orderIds: $ids) { orderId status } }'

test('changes arrive over WebSocket, only those asked for, after they can be read', async () => {
  const changes = connect(boss).iterate({ query: SUBSCRIPTION, variables: { ids: ['W2'] } })
  await api.ask(release('W1'), { token: boss })
  const { value } = await firstOf(changes.next(), 'W2')
  expect(value.data.orderChanged.orderId).toBe('W2')
  await changes.return!()
})

test('changes arrive over SSE', async () => {
  const abort = new AbortController()
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${boss}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: SUBSCRIPTION, variables: { ids: ['E1'] } }),
    signal: abort.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const arrives = (async () => {
    let text = ''
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('orderId')) return text
    }
    return text
  })()
  expect(await firstOf(arrives, 'E1')).toContain('"orderId":"E1"')
  abort.abort()
})

test('a principal hears nothing of other sites, and nothing at all without the scope', async () => {
  const { token } = await plant.key({ scopes: ['read:production'], sites: ['S2'] })
  const changes = connect(token).iterate({ query: SUBSCRIPTION })
  const next = changes.next()
  await api.ask(release('X1'), { token: boss })
  const heard = new AbortController()
  void next.then(() => heard.abort())
  for (let n = 0; !heard.signal.aborted; n++) {
    await api.ask(release(`X2-${n}`).replace('"S1"', '"S2"'), { token: boss })
    await Promise.race([next, plant.reads.waitFor(await plant.store.head(), 5_000)])
  }
  expect((await next).value.data.orderChanged.orderId).toMatch(/^X2-/)
  await changes.return!()
  const blind = await plant.key({ scopes: ['read:quality'] })
  const denied = await connect(blind.token).iterate({ query: SUBSCRIPTION }).next()
  expect(denied.value.errors[0].extensions.code).toBe('Forbidden')
})

test('a wrong key, another origin and too many connections are cut off', async () => {
  const closed = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.on('close', (code) => resolve(code))
      socket.on('unexpected-response', (_, res) => resolve(res.statusCode!))
      socket.on('error', () => {})
    })
  const open = (headers: Record<string, string> = {}) =>
    new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
  expect(await closed(open({ origin: 'https://evil.example' }))).toBe(401)
  const stranger = open()
  stranger.on('open', () =>
    stranger.send(
      JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer x' } }),
    ),
  )
  expect(await closed(stranger)).toBe(4403)
  const opened = (socket: WebSocket) => new Promise((resolve) => socket.once('open', resolve))
  const many = [open(), open(), open(), open()]
  await Promise.all(many.map(opened))
  expect(await closed(open())).toBe(401)
  await Promise.all(many.map((socket) => (socket.close(), closed(socket))))
})

test('a principal has a bounded number of subscriptions, and gets places back', async () => {
  const { token } = await plant.key({ scopes: ['read:production'] })
  const client = connect(token)
  const running = [1, 2, 3].map(() => client.iterate({ query: SUBSCRIPTION }))
  const waiting = running.map((changes) => changes.next())
  const fourth = async () => {
    const changes = client.iterate({ query: SUBSCRIPTION })
    const next = changes.next().then(({ value }) => value?.errors?.[0].extensions.code ?? 'open')
    const answer = await Promise.race([next, firstOf(next, 'SUB1')])
    await changes.return!()
    return answer
  }
  expect(await fourth()).toBe('TooManySubscriptions')
  await Promise.all(running.map((changes) => changes.return!()))
  await Promise.allSettled(waiting)
  await expect.poll(fourth).toBe('open')
})

test('a subscription ends when its key is revoked', async () => {
  const { token, key } = await plant.key({ scopes: ['read:production'] })
  const changes = connect(token).iterate({ query: SUBSCRIPTION, variables: { ids: ['R1'] } })
  await firstOf(changes.next(), 'R1')
  await revokeKey(plant.keys, plant.clock, key.id)
  plant.setNow('2030-01-01T00:01:00.000Z')
  const end = async () => {
    for (;;) {
      const { value, done } = await changes.next()
      if (done || value.errors) return value?.errors?.[0].extensions.code ?? 'done'
    }
  }
  expect(await firstOf(end(), 'R1')).toBe('Unauthenticated')
})

test('the limits of queries hold over WebSocket too', async () => {
  const strict = await plant.serve({
    auth: { mode: 'keys' },
    limits: { depth: 2, queryLength: 100 },
  })
  const ask = async (query: string) =>
    (
      await connect(boss, strict.url)
        .iterate({ query })
        .next()
        .catch((error) => ({ value: { errors: error } }))
    ).value.errors[0].extensions.code
  expect(await ask('{ orders { nodes { orderId } } }')).toBe('QueryTooComplex')
  expect(await ask(`{ projections { name } } # ${'x'.repeat(100)}`)).toBe('QueryTooLong')
})
