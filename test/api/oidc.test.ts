import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiPlant, release } from '../support/api-server.ts'

const issuer = 'https://id.example'
const audience = 'taktlog'
let plant: Awaited<ReturnType<typeof apiPlant>>
let api: Awaited<ReturnType<(typeof plant)['serve']>>
let provider: Server
let ours: CryptoKey
let foreign: CryptoKey

beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  ;({ privateKey: ours } = pair)
  foreign = (await generateKeyPair('ES256')).privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  provider = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve))
  const { port } = provider.address() as AddressInfo
  const jwksUrl = `http://127.0.0.1:${port}/jwks`
  plant = await apiPlant()
  api = await plant.serve({ auth: { mode: 'keys,oidc', oidc: { issuer, audience, jwksUrl } } })
})
afterAll(async () => {
  provider.close()
  await plant.end()
})

const claims = { scope: 'read:production command:production', sites: ['S1'] }
const token = async (
  over: Record<string, unknown> = {},
  { key = ours, kid = 'k1' }: { key?: CryptoKey; kid?: string } = {},
) => {
  const now = Math.floor(Date.now() / 1_000)
  const payload = { iss: issuer, aud: audience, sub: 'P42', iat: now, exp: now + 300, ...claims }
  return new SignJWT({ ...payload, ...over }).setProtectedHeader({ alg: 'ES256', kid }).sign(key)
}
const QUERY = '{ orders { totalCount } }'
const statusOf = async (jwt: string) => (await api.ask(QUERY, { token: jwt })).status

test('a token of the issuer opens what its scopes and sites say', async () => {
  const jwt = await token()
  expect((await api.ask(QUERY, { token: jwt })).data.orders.totalCount).toBe(0)
  const { data } = await api.ask(release('J1').replace(', site: "S1"', ''), { token: jwt })
  expect(data.releaseOrder.__typename).toBe('Ack')
  const [fact] = await plant.store.readStream('order-J1')
  expect(fact!.metadata).toMatchObject({ actor: 'P42', site: 'S1' })
  const other = await api.ask(release('J2').replace('"S1"', '"S2"'), { token: jwt })
  expect(other.data.releaseOrder.__typename).toBe('Denied')
})

test('scopes may be a list; a token without sites sees none, with * all', async () => {
  const count = async (over: object) =>
    (await api.ask(QUERY, { token: await token({ scope: ['read:production'], ...over }) })).data
      .orders.totalCount
  await plant.reads.waitFor(await plant.store.head(), 10_000)
  expect(await count({})).toBe(1)
  expect(await count({ sites: undefined })).toBe(0)
  expect(await count({ sites: ['*'] })).toBe(1)
})

test('expired, foreign, unsigned or misdirected tokens open nothing', async () => {
  const past = Math.floor(Date.now() / 1_000) - 3_600
  expect(await statusOf(await token())).toBe(200)
  expect(await statusOf(await token({ exp: past }))).toBe(401)
  expect(await statusOf(await token({ exp: undefined }))).toBe(401)
  expect(await statusOf(await token({ nbf: past + 7_200 }))).toBe(401)
  expect(await statusOf(await token({ iss: 'https://evil.example' }))).toBe(401)
  expect(await statusOf(await token({ aud: 'other' }))).toBe(401)
  expect(await statusOf(await token({ sub: undefined }))).toBe(401)
  expect(await statusOf(await token({}, { key: foreign }))).toBe(401)
  expect(await statusOf(await token({}, { key: foreign, kid: 'k2' }))).toBe(401)
  expect(await statusOf(`${(await token()).slice(0, -4)}AAAA`)).toBe(401)
  expect(await statusOf('not.a.token')).toBe(401)
  const exp = past + 7_200
  const unsigned = new UnsecuredJWT({ iss: issuer, aud: audience, sub: 'P42', exp, ...claims })
  expect(await statusOf(unsigned.encode())).toBe(401)
  const shared = await new SignJWT({ iss: issuer, aud: audience, sub: 'P42', exp, ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode('a shared secret that anybody might know'))
  expect(await statusOf(shared)).toBe(401)
})

test('keys work beside tokens', async () => {
  const { token: key } = await plant.key({ scopes: ['read:production'] })
  expect(await statusOf(key)).toBe(200)
})
