import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/commands/api-keys.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { parseCheckpoint } from '../../src/commands/tlog/checkpoint.ts'
import { openNote, parseVerifier } from '../../src/commands/tlog/note.ts'
import { readConfig } from '../../src/config.ts'
import { order } from '../../src/domain/production/order.ts'
import { createLogger, startSystem, type System } from '../../src/system.ts'
import { databaseUrlOf, freshDatabase } from '../support/postgres.ts'
import { consistent, includes, naiveLeaf } from './rfc.ts'

let system: System
let drop: () => Promise<void>
let auditor: string
let ofSiteTwo: string
const folder = mkdtempSync(join(tmpdir(), 'taktlog-tree-'))

beforeAll(async () => {
  const database = await freshDatabase()
  drop = database.drop
  const config = readConfig(
    {
      DATABASE_URL: databaseUrlOf(database.connection),
      ...{ TAKTLOG_PORT: '0', TAKTLOG_LOG_LEVEL: 'error', TAKTLOG_AUTH: 'keys' },
      ...{ TAKTLOG_DATA: folder, TAKTLOG_ROLES: 'api,notary', TAKTLOG_CHECKPOINT_SECONDS: '1' },
    },
    {},
  )
  system = await startSystem(config, createLogger(config))
  const key = async (scopes: string[], sites: string[] | null) =>
    (await createKey(system.keys, systemClock, { name: 'k', scopes, sites, expiresAt: null })).token
  auditor = await key(['read:audit'], null)
  ofSiteTwo = await key(['read:audit'], ['S2'])
  await release('PO-1', 'S1', 'release-1')
  await release('PO-2', 'S2', 'release-2')
  await send('PO-1', 'book-1', {
    ...{ type: 'BookWork', bookingId: 'b1', operationId: '10', activity: 'PRODUCTION' },
    ...{ startedAt: '2026-03-02T06:00:00.000Z', endedAt: '2026-03-02T07:00:00.000Z' },
    ...{ good: 5, scrap: 0, rework: 0 },
  })
  await covered()
})
afterAll(async () => {
  await system.close()
  await drop()
  rmSync(folder, { recursive: true })
})

const envelope = (commandId: string, site: string, actor: string) => ({
  ...{ commandId, site, actor, source: 'terminal-3' },
})
const send = (orderId: string, commandId: string, command: object, actor = 'p-7') =>
  system.execute(order, { orderId, ...command }, envelope(commandId, 'S1', actor))
const release = (orderId: string, site: string, commandId: string) =>
  system.execute(
    order,
    {
      ...{ type: 'ReleaseOrder', orderId, materialId: 'gear', quantity: 10, unit: 'C62' },
      operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'MILLS' }],
    },
    envelope(commandId, site, 'planner'),
  )

/** Until the tree, a checkpoint and the audit index have the whole log. */
async function covered(): Promise<number> {
  const head = await system.store.head()
  for (;;) {
    const [checkpoint, upTo] = await Promise.all([
      system.tree.checkpoint(),
      system.auditTrail.upTo(),
    ])
    if (checkpoint?.size === head && upTo === head) return head
  }
}

async function ask(query: string, token = auditor): Promise<any> {
  const response = await fetch(`${system.api!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: any; errors?: any[] }
  if (errors) throw new Error(errors[0].message)
  return data
}
const get = (path: string, token: string | null = auditor) =>
  fetch(`${system.api!.url}${path}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  })
const hashes = (list: readonly string[]) => list.map((text) => Buffer.from(text, 'base64'))

test('a checkpoint, inclusion and consistency proofs hold for somebody outside', async () => {
  const { logCheckpoint: early } = await ask('{ logCheckpoint { size root } }')
  await release('PO-3', 'S1', 'release-3')
  await covered()
  const answer = await ask(`{
    logKeys
    logCheckpoint { size root note verifier signedAt }
    inclusionProof(position: 2) { leafIndex treeSize entry leafHash hashes root }
    consistencyProof(from: ${early.size}) { from to hashes }
    auditTrail(where: { stream: "order-PO-2" }) { nodes { event { id position } } }
  }`)
  const { logCheckpoint: c, inclusionProof: p, consistencyProof: k } = answer
  const signed = parseCheckpoint(openNote(c.note, [parseVerifier(c.verifier)]))
  expect(answer.logKeys).toEqual([c.verifier])
  expect(signed).toMatchObject({ origin: 'taktlog', size: c.size })
  const root = Buffer.from(c.root, 'base64')
  expect(signed.root).toEqual(root)
  expect(p.root).toBe(c.root)
  expect(JSON.parse(p.entry)).toMatchObject({ position: 2, stream: 'order-PO-2', revision: 0 })
  const leaf = naiveLeaf(Buffer.from(p.entry))
  expect(leaf.toString('base64')).toBe(p.leafHash)
  expect(includes({ leaf, index: 1, size: c.size }, hashes(p.hashes), root)).toBe(true)
  const before = { size: early.size, root: Buffer.from(early.root, 'base64') }
  expect(consistent(before, { size: c.size, root }, hashes(k.hashes))).toBe(true)
  const [{ event }] = answer.auditTrail.nodes
  const byId = await ask(`{ inclusionProof(eventId: "${event.id}") { entry } }`)
  expect(byId.inclusionProof.entry).toBe(p.entry)
  expect(statSync(join(folder, 'log-key')).mode & 0o777).toBe(0o600)
})

test('proofs keep to sites, and refuse what there is not', async () => {
  const foreign = await ask('{ inclusionProof(position: 1) { entry } }', ofSiteTwo)
  expect(foreign.inclusionProof).toBeNull()
  const own = await ask('{ inclusionProof(position: 2) { leafIndex } }', ofSiteTwo)
  expect(own.inclusionProof.leafIndex).toBe(1)
  for (const [query, why] of [
    ['{ inclusionProof { entry } }', 'by eventId or by position'],
    ['{ inclusionProof(eventId: "x") { entry } }', 'not the id of an event'],
    ['{ inclusionProof(position: 1, treeSize: 9999) { entry } }', 'treeSize 9999'],
    ['{ consistencyProof(from: 0) { to } }', 'needs 1 <= from'],
  ] as const)
    await expect(ask(query)).rejects.toThrow(why)
})

test('the log is served as tlog-tiles says', async () => {
  const size = await covered()
  const note = await (await get('/log/checkpoint')).text()
  expect(note.split('\n')[1]).toBe(String(size))
  const tile = await get(`/log/tile/0/000.p/${size}`)
  expect(tile.headers.get('cache-control')).toContain('immutable')
  const leaves = Buffer.from(await tile.arrayBuffer())
  expect(leaves.length).toBe(size * 32)
  const bundle = Buffer.from(await (await get(`/log/tile/entries/000.p/${size}`)).arrayBuffer())
  for (let at = 0, i = 0; at < bundle.length; i++) {
    const entry = bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at))
    expect(naiveLeaf(entry)).toEqual(leaves.subarray(i * 32, (i + 1) * 32))
    at += 2 + entry.length
  }
  const codes = ['/log/tile/0/000', '/log/tile/0/x', `/log/tile/0/000.p/${size + 1}`].map(
    async (path) => (await get(path)).status,
  )
  expect(await Promise.all(codes)).toEqual([404, 404, 404])
  expect((await get('/log/checkpoint', null)).status).toBe(401)
  expect((await get(`/log/tile/entries/000.p/${size}`, ofSiteTwo)).status).toBe(403)
})

test('the audit trail tells who, when, what, old and new values, and why', async () => {
  const corrected = await send('PO-1', 'correct-1', {
    ...{ type: 'CorrectBooking', correctionId: 'c1', bookingId: 'b1' },
    ...{ personId: 'p-7', reason: 'miscounted', good: 4, scrap: 1, rework: 0 },
  })
  const refused = await send('PO-9', 'hold-1', { type: 'CancelOrder', reason: 'gone' }, 'p-8')
  expect([corrected, refused]).toMatchObject([
    { position: expect.any(Number) },
    { rejected: expect.any(String) },
  ])
  await covered()
  const { auditTrail } = await ask(`{
    auditTrail(first: 2) { nodes {
      kind object reason
      event { type actor source site occurredAt recordedAt commandId }
      changes { path old new }
    } }
  }`)
  expect(auditTrail.nodes[0]).toMatchObject({
    ...{ kind: 'REJECTED_COMMAND', object: 'order-PO-9' },
    event: { type: 'CommandRejected', actor: 'p-8', source: 'terminal-3', site: 'S1' },
  })
  expect(auditTrail.nodes[1]).toMatchObject({
    ...{ kind: 'FACT', object: 'order-PO-1', reason: 'miscounted' },
    event: { actor: 'p-7', commandId: 'correct-1' },
  })
  expect(auditTrail.nodes[1].changes).toEqual(
    expect.arrayContaining([
      { path: 'bookings.b1.quantities.good', old: 5, new: 4 },
      { path: 'bookings.b1.quantities.scrap', old: 0, new: 1 },
    ]),
  )
})

test.each([
  ['stream: "order-PO-9"', ['CommandRejected']],
  ['actor: "planner", stream: "order-PO-2"', ['OrderReleased']],
  ['person: "p-8"', ['CommandRejected']],
  ['types: ["OrderReleased"], site: "S2"', ['OrderReleased']],
  ['source: "nobody"', []],
  ['occurredBefore: "2020-01-01T00:00:00Z"', []],
  ['recordedBefore: "2020-01-01T00:00:00Z"', []],
  ['recordedFrom: "2999-01-01T00:00:00Z"', []],
  [
    'recordedFrom: "2020-01-01T00:00:00Z", occurredFrom: "2020-01-01T00:00:00Z", site: "S2"',
    ['OrderReleased'],
  ],
])('is filtered by %s', async (where, types) => {
  const { auditTrail } = await ask(
    `{ auditTrail(where: { ${where} }) { nodes { event { type } } } }`,
  )
  expect(auditTrail.nodes.map((node: any) => node.event.type)).toEqual(types)
})

test('pages lead through all of it, forward and backward, within the sites of the reader', async () => {
  const walk = async (direction: string, token = auditor): Promise<number[]> => {
    const seen: number[] = []
    for (let after: string | null = null; ;) {
      const from = after ? `, after: "${after}"` : ''
      const { auditTrail } = await ask(
        `{ auditTrail(first: 3, direction: ${direction}${from}) {
          nodes { event { position } } pageInfo { hasNextPage endCursor } } }`,
        token,
      )
      seen.push(...auditTrail.nodes.map((node: any) => Number(node.event.position)))
      if (!auditTrail.pageInfo.hasNextPage) return seen
      after = auditTrail.pageInfo.endCursor
    }
  }
  const forward = await walk('FORWARD')
  expect(forward).toEqual(Array.from({ length: await covered() }, (_, i) => i + 1))
  expect(await walk('BACKWARD')).toEqual(forward.toReversed())
  expect(await walk('FORWARD', ofSiteTwo)).toEqual([2])
})

test('CSV has the same lines, for those who may', async () => {
  const response = await get(
    '/audit-trail.csv?stream=order-PO-1&types=OrderReleased,CommandRejected',
  )
  expect(response.headers.get('content-type')).toContain('text/csv')
  const [head, line, end] = (await response.text()).split('\r\n')
  expect(head).toMatch(/^position,recordedAt,occurredAt,kind,type,object,/)
  expect(line).toMatch(/^1,.*,FACT,OrderReleased,order-PO-1,order-PO-1,0,planner,,terminal-3,S1,/)
  expect(end).toBe('')
  expect((await get('/audit-trail.csv', null)).status).toBe(401)
  expect((await get('/audit-trail.csv?nonsense=1')).status).toBe(400)
  const other = await createKey(system.keys, systemClock, {
    ...{ name: 'o', scopes: ['read:quality'], sites: null, expiresAt: null },
  })
  expect((await get('/audit-trail.csv', other.token)).status).toBe(403)
  await expect(ask('{ auditTrail { nodes { kind } } }', other.token)).rejects.toThrow('read:audit')
})
