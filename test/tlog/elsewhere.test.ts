import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  createKurrentEventStore,
  type KurrentEventStore,
} from '../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { eventsOf, runNotaryOf } from '../../src/adapters/postgres/tlog/elsewhere.ts'
import { logElsewhere } from '../../src/adapters/postgres/tlog/log-elsewhere.ts'
import { ensureTree } from '../../src/adapters/postgres/tlog/schema.ts'
import { createTransparencyLog } from '../../src/adapters/postgres/tlog/tree.ts'
import { verifyLog } from '../../src/adapters/postgres/tlog/verify.ts'
import type { GrpcServer } from '../../src/adapters/grpc/server.ts'
import { ANY, START, type EventStore, type ReadAll } from '../../src/commands/event-store.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { parseCheckpoint } from '../../src/commands/tlog/checkpoint.ts'
import { leafHash } from '../../src/commands/tlog/hash.ts'
import { createSigner } from '../../src/commands/tlog/note.ts'
import { consistencyProof, inclusionProof } from '../../src/commands/tlog/proofs.ts'
import type { TransparencyLog } from '../../src/commands/tlog/port.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { contractCatalogue as catalogue, fact } from '../contract/event-store-kit.ts'
import { serveGrpc } from '../support/grpc.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { consistent, includes } from './rfc.ts'

/** Two pages of the verifier and several batches of the notary, ending within a tile. */
const EVENTS = 4_500
const FIRST = 700
const signer = createSigner('plant.example/log')

let change: (log: readonly Recorded[]) => readonly Recorded[]
let database: FreshDatabase
let server: GrpcServer
let store: KurrentEventStore
let tree: TransparencyLog
let early: { readonly size: number; readonly root: Buffer }
let outside: string

/** A log whose owner can change what was written. */
function changeable(): EventStore {
  const memory = createMemoryEventStore(systemClock, new Map())
  const log = async () => change(await memory.readAll({ from: START, limit: Infinity }))
  return {
    ...memory,
    async readAll({ from, direction, limit }) {
      const all = await log()
      return direction === 'backward'
        ? all
            .filter(({ position }) => position < from)
            .toReversed()
            .slice(0, limit)
        : all.filter(({ position }) => position > from).slice(0, limit)
    },
    async readStream(stream, options = {}) {
      if (options.direction === 'backward') return memory.readStream(stream, options)
      const { from = 0, limit } = options
      const all = (await log()).filter((one) => one.stream === stream && one.revision >= from)
      return all.slice(0, limit)
    },
  }
}

async function append(count: number): Promise<void> {
  const each = Math.ceil(count / 4)
  const appends = Array.from({ length: 3 }, (_, stream) => ({
    stream: `thing-${stream}`,
    expected: ANY,
    events: Array.from({ length: each }, () => fact()),
  }))
  const old = Array.from({ length: each }, () => fact(undefined, 'Counted', { pieces: 3 }))
  await store.append([...appends, { stream: 'thing-3', expected: ANY, events: old }])
}

/** Runs the notary until a checkpoint covers the whole log. */
async function notarise(size: number, log: Pick<EventStore, 'readAll'> = store): Promise<string> {
  const stop = new AbortController()
  let note = ''
  await runNotaryOf(log, database.pool, {
    ...{ signer, checkpointMs: 0, signal: stop.signal },
    async publish(checkpoint) {
      note = checkpoint.note
      if (checkpoint.size === size) stop.abort()
    },
    warn: (message) => {
      throw new Error(message)
    },
  })
  return note
}

beforeAll(async () => {
  change = (log) => log
  database = await freshDatabase()
  await ensureTree(database.pool)
  server = await serveGrpc({ store: changeable() })
  const url = `kurrentdb://127.0.0.1:${server.port}?tls=false`
  store = await createKurrentEventStore({ url, catalogue })
  tree = createTransparencyLog(database.pool, eventsOf(store, database.pool))
  await append(FIRST)
  early = parseCheckpoint(await notarise(FIRST))
  await append(EVENTS - FIRST)
  outside = await notarise(EVENTS)
})
afterEach(() => {
  change = (log) => log
})
afterAll(async () => {
  await store.close()
  await server.close()
  await database.drop()
})

const verify = () =>
  verifyLog({
    ...{ pool: database.pool, trusted: [signer], outside: [outside] },
    log: logElsewhere(store),
  })

test('an untouched log is as it was', async () => {
  const { size, checkpoints, finding } = { ...(await verify()), size: await tree.size() }
  expect({ size, finding }).toEqual({ size: EVENTS, finding: null })
  expect(checkpoints).toBeGreaterThanOrEqual(3)
})

test('proofs hold for events anywhere in a log whose positions have gaps', async () => {
  const { root } = parseCheckpoint(outside)
  const facts = await store.readAll({ from: START, limit: EVENTS })
  expect(facts.at(-1)!.position).toBeGreaterThan(EVENTS)
  for (const leaf of [0, 255, 256, 699, 700, 1_724, 4_095, 4_096, EVENTS - 1]) {
    expect(await tree.leafOf(facts[leaf]!.position)).toBe(leaf)
    const [entry] = await tree.entries(leaf, 1)
    const { id, stream, revision } = facts[leaf]!
    expect(JSON.parse(entry!)).toMatchObject({ position: leaf + 1, id, stream, revision })
    const proof = await inclusionProof(leaf, EVENTS, tree.tiles)
    const where = { leaf: leafHash(entry!), index: leaf, size: EVENTS }
    expect(includes(where, proof, root)).toBe(true)
  }
  expect(await tree.leafOf(facts[7]!.position + 1)).toBeNull()
  expect(await tree.entries(200, 300)).toHaveLength(300)
  const grown = await consistencyProof(FIRST, EVENTS, tree.tiles)
  expect(consistent(early, { size: EVENTS, root }, grown)).toBe(true)
})

test('an entry is over the payload as it was written, not as it is read today', async () => {
  const facts = await store.readAll({ from: START, limit: EVENTS })
  const leaf = facts.findIndex(({ type }) => type === 'Counted')
  expect(facts[leaf]!.data).toEqual({ quantity: 3, unit: 'C62' })
  const [entry] = await tree.entries(leaf, 1)
  expect(JSON.parse(entry!)).toMatchObject({
    ...{ type: 'Counted', schemaVersion: 1, data: hash('sha256', '{"pieces":3}') },
  })
})

test.each([
  ['data', { data: { name: 'forged' } }],
  ['type', { type: 'Noticed' }],
  ['revision', { revision: 99_999 }],
])('%s of one event changed', async (_, forged) => {
  change = (log) => log.map((one, i) => (i === 2_500 ? { ...one, ...forged } : one))
  const { stream } = (await store.readAll({ from: START, limit: 2_501 }))[2_500]!
  const { finding } = await verify()
  expect(finding).toMatchObject({ kind: 'CHANGED', position: 2_501, stream })
})

test('one event removed: the stream that lacks it is named', async () => {
  const all = await store.readAll({ from: START, limit: EVENTS })
  const { stream, revision } = all[2_999]!
  change = (log) => log.filter((_, i) => i !== 2_999)
  expect((await verify()).finding).toMatchObject({
    ...{ kind: 'REMOVED', position: 3_000, stream, revision },
    detail: `${stream} revision ${revision}, position 3000 was removed`,
  })
})

test('the end cut off', async () => {
  change = (log) => log.slice(0, 4_400)
  expect((await verify()).finding).toMatchObject({
    ...{ kind: 'REMOVED', position: 4_401, until: EVENTS },
  })
})

test('one event inserted', async () => {
  change = (log) => [
    ...log.slice(0, 4_000),
    { ...log[4_000]!, stream: 'thing-9', revision: 0 },
    ...log.slice(4_000).map((one) => ({ ...one, position: one.position + 1 })),
  ]
  expect((await verify()).finding).toMatchObject({
    ...{ kind: 'INSERTED', position: 4_001, stream: 'thing-9' },
  })
})

test('a second notary fails and changes nothing', async () => {
  await append(4)
  const slow = {
    async readAll(options: ReadAll) {
      const facts = await store.readAll(options)
      await notarise(EVENTS + 4)
      return facts
    },
  }
  await expect(notarise(EVENTS + 4, slow)).rejects.toThrow('another process builds the tree')
  expect(await tree.size()).toBe(EVENTS + 4)
  expect((await verify()).finding).toBeNull()
})
