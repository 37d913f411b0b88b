import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLoopback } from '../../src/api/exposure.ts'
import { listKeys, revokeKey } from '../../src/commands/api-keys.ts'
import { defaultLimits } from '../../src/api/options.ts'
import { apiPlant, release } from '../support/api-server.ts'

let plant: Awaited<ReturnType<typeof apiPlant>>
let api: Awaited<ReturnType<(typeof plant)['serve']>>
let boss: string

beforeAll(async () => {
  plant = await apiPlant()
  api = await plant.serve({ auth: { mode: 'keys' } })
  boss = (await plant.key({})).token
})
afterAll(async () => plant.end())

const ORDERS = '{ orders { nodes { orderId site } } }'
const headOf = async () => plant.store.head()
const denials = async () => {
  const { data } = await api.ask(
    `{ accessDenied(atLeast: "${await headOf()}") { nodes { actor scope site message } } }`,
    { token: boss },
  )
  return data.accessDenied.nodes
}

test('without a key nothing but health is open', async () => {
  const answer = await api.ask(ORDERS)
  expect(answer.status).toBe(401)
  expect(answer.errors![0]!.extensions.code).toBe('Unauthenticated')
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  for (const path of ['/metrics', '/schema.graphql'])
    expect((await fetch(api.url + path)).status, path).toBe(401)
  expect((await fetch(`${api.url}/health/live`)).status).toBe(200)
})

test('a wrong, cut, revoked or expired key opens nothing', async () => {
  const { key, token } = await plant.key({})
  const swapped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  for (const wrong of [
    swapped,
    token.slice(0, -1),
    'tk_',
    `tk_0000000000000000_${token.slice(20)}`,
  ])
    expect((await api.ask(ORDERS, { token: wrong })).status, wrong).toBe(401)
  expect((await api.ask(ORDERS, { token })).status).toBe(200)
  expect(await revokeKey(plant.keys, plant.clock, key.id)).toBe(true)
  expect(await revokeKey(plant.keys, plant.clock, key.id)).toBe(false)
  plant.setNow('2030-01-01T00:00:10.000Z')
  expect((await api.ask(ORDERS, { token })).status).toBe(401)
  const late = await plant.key({ expiresAt: '2030-01-01T00:00:05.000Z' })
  expect((await api.ask(ORDERS, { token: late.token })).status).toBe(401)
})

test('keys are kept as hashes only', async () => {
  const { token } = await plant.key({ name: 'kept' })
  const { rows } = await plant.pool.query('select k::text from taktlog.api_keys k')
  const secret = token.split('_').slice(2).join('_')
  expect(JSON.stringify(rows)).not.toContain(secret)
  expect((await listKeys(plant.keys)).map(({ name }) => name)).toContain('kept')
  await expect(plant.key({ scopes: ['everything'] })).rejects.toThrow('scope "everything"')
  await expect(plant.key({ scopes: [] })).rejects.toThrow('scope')
})

test('a command needs its scope and its site; a denial is a member of the result and a fact', async () => {
  const denied = { __typename: 'Denied', code: 'Forbidden' }
  const send = async (scopes: string[], sites: string[] | null, order: string) =>
    (await api.ask(release(order), { token: (await plant.key({ scopes, sites })).token })).data
      .releaseOrder
  expect(await send(['read:production'], null, 'D1')).toMatchObject(denied)
  expect(await send(['command:quality'], null, 'D2')).toMatchObject(denied)
  expect(await send(['command:production.HoldOrder'], null, 'D3')).toMatchObject(denied)
  expect(await send(['command:production'], ['S2'], 'D4')).toMatchObject(denied)
  expect(await send(['command:production'], [], 'D5')).toMatchObject(denied)
  expect(await send(['command:production.ReleaseOrder'], ['S1'], 'OK1')).toMatchObject({
    __typename: 'Ack',
  })
  expect(await send(['command:production'], null, 'OK2')).toMatchObject({ __typename: 'Ack' })
  const { data, errors } = await api.ask(
    `{ commandsRejected(atLeast: "${await headOf()}", where: { code: "Forbidden" }) {
         totalCount nodes { actor commandType stream } }
       orders(atLeast: "${await headOf()}") { totalCount } }`,
    { token: boss },
  )
  expect(errors).toBeUndefined()
  expect(data.commandsRejected.totalCount).toBe(5)
  expect(data.commandsRejected.nodes[0].actor).toMatch(/^key:[0-9a-f]{16}$/)
  expect(data.orders.totalCount).toBe(2)
})

test('a read needs the scope of its context; a denied one is an error, and audited', async () => {
  const { token, key } = await plant.key({ scopes: ['read:quality'], sites: null })
  const answer = await api.ask('{ orders { totalCount } projections { name } }', { token })
  expect(answer.data).toEqual({ orders: null, projections: null })
  expect(answer.errors!.map((e) => e.extensions.code)).toEqual(['Forbidden', 'Forbidden'])
  const mine = (await denials()).filter((d: any) => d.actor === `key:${key.id}`)
  expect(mine.map((d: any) => d.scope).toSorted()).toEqual(['read:audit', 'read:production'])
})

test('answers are limited to the sites of the principal, wherever rows come from', async () => {
  await api.ask(release('S2-1').replace('"S1"', '"S2"'), { token: boss })
  const { token } = await plant.key({ scopes: ['read:production', 'read:audit'], sites: ['S2'] })
  const head = await headOf()
  const { data } = await api.ask(
    `{ orders(atLeast: "${head}") { totalCount nodes { orderId } }
       other: order(orderId: "OK1") { orderId }
       then: order(orderId: "OK1", asKnownAt: { position: "${head}" }) { orderId }
       own: order(orderId: "S2-1", asKnownAt: { position: "${head}" }) { orderId }
       events { nodes { site } } }`,
    { token },
  )
  expect(data.orders).toEqual({ totalCount: 1, nodes: [{ orderId: 'S2-1' }] })
  expect([data.other, data.then, data.own]).toEqual([null, null, { orderId: 'S2-1' }])
  expect(new Set(data.events.nodes.map((n: any) => n.site))).toEqual(new Set(['S2']))
})

test('a principal with one site need not name it', async () => {
  const { token } = await plant.key({ scopes: ['*'], sites: ['S1'] })
  const { data } = await api.ask(release('ONE').replace(', site: "S1"', ''), { token })
  expect(data.releaseOrder.__typename).toBe('Ack')
})

test('metrics need their scope', async () => {
  const get = async (scopes: string[]) =>
    fetch(`${api.url}/metrics`, {
      headers: { authorization: `Bearer ${(await plant.key({ scopes })).token}` },
    })
  expect((await get(['read:production'])).status).toBe(403)
  expect((await get(['read:metrics'])).status).toBe(200)
})

test('without authentication it refuses every address but loopback, and says what to do', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])
    await expect(plant.serve({ host }), host).rejects.toThrow(/TAKTLOG_AUTH=keys/)
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true)
  const open = await plant.serve({ host: '0.0.0.0', auth: { mode: 'keys' } })
  expect((await open.ask(ORDERS)).status).toBe(401)
  await expect(plant.serve({ auth: { mode: 'oidc' } })).rejects.toThrow('JWKS URL')
})

test('wrong credentials count against the address they come from', async () => {
  const strict = await plant.serve({ auth: { mode: 'keys' }, limits: { requestsPerMinute: 3 } })
  const statuses: number[] = []
  for (let i = 0; i < 5; i++) statuses.push((await strict.ask(ORDERS, { token: `tk_${i}` })).status)
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect((await strict.ask(ORDERS, { token: boss })).status).toBe(200)
  expect(defaultLimits.requestsPerMinute).toBeGreaterThan(0)
})
