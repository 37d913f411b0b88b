import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../src/commands/api-keys.ts'
import { systemClock } from '../src/commands/ports.ts'
import { readConfig } from '../src/config.ts'
import type { Recorded } from '../src/domain/event.ts'
import { order } from '../src/domain/production/order.ts'
import { createLogger, startSystem, type System } from '../src/system.ts'
import { collect, expectError } from './adapters/grpc/probe.ts'
import { serveGrpc } from './support/grpc.ts'
import { runTaktlog } from './support/taktlog-process.ts'
import { consistent, includes, naiveLeaf } from './tlog/rfc.ts'
import { databaseUrlOf, freshDatabase, type FreshDatabase } from './support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'taktlog-grpc-'))
const certificate = join(folder, 'cert.pem')
const key = join(folder, 'key.pem')

function makeCertificate(): boolean {
  const names = '/CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1'
  const leaf = '-addext basicConstraints=critical,CA:FALSE'
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ${leaf} -subj ${names}`
  try {
    const out = ['-keyout', key, '-out', certificate]
    execFileSync('openssl', [...args.split(' '), ...out], { stdio: 'pipe' })
    return true
  } catch {
    console.log('openssl is not here: the gRPC server is not tested with TLS and keys.')
    return false
  }
}

const release = (orderId: string) => ({
  type: 'ReleaseOrder',
  orderId,
  materialId: 'gear',
  quantity: 10,
  unit: 'C62',
  operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'MILLS' }],
})
const envelope = (commandId: string, site = 'S1') => ({
  commandId,
  site,
  actor: 'tester',
  source: 'test',
})

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})
const start = (options: object, { connection } = database): Promise<System> => {
  const databaseUrl = databaseUrlOf(connection)
  const common = { databaseUrl, port: 0, logLevel: 'silent', dataFolder: folder }
  const config = readConfig({}, { ...common, ...options })
  return startSystem(config, createLogger(config))
}

describe.skipIf(!makeCertificate())('with keys and TLS', () => {
  let system: System
  beforeAll(async () => {
    system = await start({
      ...{ auth: 'keys', grpcPort: 0, grpcWrite: 'note' },
      ...{ grpcCertificate: certificate, grpcKey: key },
    })
  })
  afterAll(() => system.close())

  /** A client with a key of these scopes and sites; without, one that has no key. */
  async function client(scopes: string[] | null, sites: string[] | null = null) {
    let user = ''
    if (scopes) {
      const wish = { name: 'test', scopes, sites, expiresAt: null }
      user = `any:${(await createKey(system.keys, systemClock, wish)).token}@`
    }
    const where = `localhost:${system.grpc!.port}?tls=true&tlsCAFile=${certificate}`
    return KurrentDBClient.connectionString(`kurrentdb://${user}${where}`)
  }

  test('what is decided here is read there, by who may, of the sites it may see', async () => {
    await system.execute(order, release('PO-1'), envelope('c1'))
    await system.execute(order, release('PO-2'), envelope('c2', 'S2'))
    const auditor = await client(['read:audit'])
    const [first] = await collect(auditor.readStream('order-PO-1'))
    expect(first!.event).toMatchObject({ type: 'OrderReleased', data: { orderId: 'PO-1' } })
    expect(first!.event!.metadata).toMatchObject({ site: 'S1', commandId: 'c1', actor: 'tester' })
    const ofOneSite = await client(['read:audit'], ['S2'])
    const seen = await collect(ofOneSite.readAll({ maxCount: 10 }))
    expect(seen.map(({ event }) => event!.streamId)).toContain('order-PO-2')
    expect(seen.map(({ event }) => event!.streamId)).not.toContain('order-PO-1')
    const nobody = await client(null)
    await expect(collect(nobody.readStream('order-PO-1'))).rejects.toThrow(/./)
    const stranger = await client(['read:production'])
    await expectError(collect(stranger.readStream('order-PO-1')), 'access-denied')
  })

  test('clients write to the categories that are opened, in the name of their key', async () => {
    const writer = await client(['read:audit', 'observe:log'], ['S1'])
    const event = jsonEvent({ type: 'Noted', data: { text: 'ok' }, metadata: { actor: 'boss' } })
    await writer.appendToStream('note-1', event)
    const [noted] = await system.store.readStream('note-1')
    expect(noted).toMatchObject({ type: 'Noted', metadata: { site: 'S1', source: 'grpc' } })
    expect(noted!.metadata.actor).toMatch(/^key:/)
    const denied = (stream: string, metadata: object = {}) =>
      writer.appendToStream(stream, jsonEvent({ type: 'Noted', data: {}, metadata }))
    await expectError(denied('order-PO-1'), 'access-denied')
    await expectError(denied('$$order-PO-1'), 'access-denied')
    await expectError(denied('note-1', { site: 'S2' }), 'access-denied')
    await expectError(writer.tombstoneStream('order-PO-1'), 'access-denied')
    const reader = await client(['read:audit'])
    await expectError(reader.appendToStream('note-1', event), 'access-denied')
    const wrong = jsonEvent({ type: 'OrderReleased', data: { orderId: 7 } })
    await expect(writer.appendToStream('note-2', wrong)).rejects.toThrow(/./)
    expect(await system.store.readStream('note-2')).toEqual([])
  })
})

test('a log in KurrentDB: decisions, retries and read models are as ever', async () => {
  const [log, empty] = await Promise.all([serveGrpc(), freshDatabase()])
  const kurrentdbUrl = `kurrentdb://127.0.0.1:${log.port}?tls=false`
  const roles = 'api,projector,policy,notary'
  const options = { kurrentdbUrl, roles, checkpointSeconds: 1 }
  await expect(start(options)).rejects.toThrow('has a log of its own')
  const system = await start(options, empty)
  const first = await system.execute(order, release('PO-9'), envelope('k1'))
  expect(first).toMatchObject({ stream: 'order-PO-9', revision: 0 })
  expect(await system.execute(order, release('PO-9'), envelope('k1'))).toEqual(first)
  await system.close()
  const again = await start(options, empty)
  expect(await again.execute(order, release('PO-9'), envelope('k1'))).toEqual(first)
  const { position } = first as { readonly position: number }
  expect(await again.reads.waitFor(position, 20_000)).toBe(true)
  const ask = async (query: string): Promise<any> => {
    const response = await fetch(`${again.api!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    return ((await response.json()) as { readonly data: unknown }).data
  }
  expect(await ask('{ order(orderId: "PO-9") { status } }')).toEqual({
    order: { status: 'RELEASED' },
  })
  // What an Ack says of its place is handed back as it is: a string, whose numbers mean nothing.
  const { holdOrder } = await ask(`mutation { holdOrder(commandId: "k1b", site: "S1",
    input: { orderId: "PO-9", reason: "x" }) { ... on Ack { position } } }`)
  expect(holdOrder.position).toMatch(/^\d+$/)
  const { orders } = await ask(`{ orders(atLeast: "${holdOrder.position}")
    { asOf { position } nodes { orderId status } } }`)
  expect(orders.nodes).toEqual([{ orderId: 'PO-9', status: 'HELD' }])
  expect(Number(orders.asOf.position)).toBeGreaterThanOrEqual(Number(holdOrder.position))
  // Refused: the trail finds it under the order it was about.
  await again.execute(order, { ...release('PO-9'), quantity: 11 }, envelope('k2'))
  const trail = again.auditTrail
  const head = await again.store.head()
  await expect.poll(() => trail.upTo(), { timeout: 20_000 }).toBeGreaterThanOrEqual(head)
  const of = { limit: 10, direction: 'backward' } as const
  const { facts, more } = await trail.page({ stream: 'order-PO-9' }, of, ['S1'])
  expect(facts.map(({ type }) => type)).toEqual([
    ...['CommandRejected', 'OrderHeld', 'OrderReleased'],
  ])
  expect(more).toBe(false)
  const released = facts.slice(-1)
  expect(await trail.find({ id: released[0]!.id }, null)).toBe(position)
  const byType = { actor: 'tester', types: ['OrderReleased'] }
  expect(await trail.page(byType, of, null)).toEqual({ facts: released, more: false })
  expect(await trail.page({ stream: 'order-PO-9' }, of, ['S2'])).toEqual({ facts: [], more: false })
  await proven(again, released[0]!)
  await again.close()
  const env = { KURRENTDB_URL: kurrentdbUrl, DATABASE_URL: databaseUrlOf(empty.connection) }
  const verified = await runTaktlog(['verify', '--data', folder], env).ended
  expect(verified.stdout).toMatch(/^\d+ events are as they were, .* signed checkpoints/)
  expect(verified.code).toBe(0)
  await log.close()
  await empty.drop()
})

/** What the API says of the tree lets somebody outside check that the fact is in it. */
async function proven({ api, store, tree }: System, fact: Recorded): Promise<void> {
  const head = await store.head()
  const covered = async () => {
    const size = (await tree.checkpoint())?.size ?? 0
    const leaf = await tree.leafOf(head)
    return leaf !== null && size > leaf
  }
  await expect.poll(covered, { timeout: 20_000 }).toBe(true)
  const query = `{
    logCheckpoint { size root }
    inclusionProof(eventId: "${fact.id}") { leafIndex treeSize entry hashes root }
    consistencyProof(from: 1) { from to hashes }
  }`
  const response = await fetch(`${api!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data } = (await response.json()) as { readonly data: any }
  const { logCheckpoint, inclusionProof: proof, consistencyProof } = data
  const entry = JSON.parse(proof.entry)
  expect(entry).toMatchObject({ id: fact.id, stream: fact.stream, position: proof.leafIndex + 1 })
  const bytes = (list: readonly string[]) => list.map((text) => Buffer.from(text, 'base64'))
  const root = Buffer.from(logCheckpoint.root, 'base64')
  const leaf = naiveLeaf(Buffer.from(proof.entry))
  const place = { leaf, index: proof.leafIndex, size: logCheckpoint.size }
  expect(includes(place, bytes(proof.hashes), root)).toBe(true)
  const [first] = await tree.tiles([{ level: 0, index: 0 }])
  const before = { size: 1, root: first!.hashes.subarray(0, 32) }
  const after = { size: consistencyProof.to, root }
  expect(consistent(before, after, bytes(consistencyProof.hashes))).toBe(true)
}
