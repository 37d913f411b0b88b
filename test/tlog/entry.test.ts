import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKurrentEventStore } from '../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { logElsewhere } from '../../src/adapters/postgres/tlog/log-elsewhere.ts'
import { ensureTree } from '../../src/adapters/postgres/tlog/schema.ts'
import { verifyLog } from '../../src/adapters/postgres/tlog/verify.ts'
import { copyLog } from '../../src/commands/copy-log.ts'
import { ANY } from '../../src/commands/event-store.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { parseCheckpoint } from '../../src/commands/tlog/checkpoint.ts'
import { entryOf } from '../../src/commands/tlog/entry.ts'
import { fact } from '../contract/event-store-kit.ts'
import { serveGrpc } from '../support/grpc.ts'
import { freshDatabase } from '../support/postgres.ts'
import { logWithTree, type LogWithTree } from './log.ts'

let plant: LogWithTree
beforeAll(async () => {
  plant = await logWithTree()
})
afterAll(() => plant.end())

/** Any text but control characters: what may name a stream. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => !/\p{Cc}/u.test(text))

test('the database and Node make the same bytes of whatever was appended', async () => {
  const events = fc.array(
    fc.record({ stream: name, type: name, data: fc.jsonValue(), source: name }),
    { minLength: 1, maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(events, async (some) => {
      const from = await plant.store.head()
      for (const { stream, type, data, source } of some) {
        const noted = fact(undefined, type, data)
        const metadata = { ...noted.metadata, source }
        const event = { ...noted, metadata, id: noted.id.toUpperCase() }
        await plant.store.append([{ stream: `thing-${stream}`, expected: ANY, events: [event] }])
      }
      const facts = await plant.store.readAll({ from, limit: 100, asStored: true })
      expect(facts.map((one) => entryOf(one, one.position))).toEqual(
        await plant.tree.entries(from, some.length),
      )
    }),
    { numRuns: 25 },
  )
})

test('a payload of an old schema is taken as it was written', async () => {
  const from = await plant.store.head()
  const old = fact(undefined, 'Counted', { pieces: 3 })
  await plant.store.append([{ stream: 'thing-old', expected: ANY, events: [old] }])
  const [stored] = await plant.store.readAll({ from, limit: 1, asStored: true })
  const [entry] = await plant.tree.entries(from, 1)
  expect(entryOf(stored!, from + 1)).toBe(entry)
  const [upcast] = await plant.store.readAll({ from, limit: 1 })
  expect(entryOf(upcast!, from + 1)).not.toBe(entry)
})

test('a log that moves to KurrentDB keeps its root: a checkpoint from before agrees with it', async () => {
  await plant.append(700)
  const { note } = await plant.notarise()
  const root = parseCheckpoint(note).root.toString('base64')
  const server = await serveGrpc({ store: createMemoryEventStore(systemClock, new Map()) })
  const url = `kurrentdb://127.0.0.1:${server.port}?tls=false`
  const kurrent = await createKurrentEventStore({ url, catalogue: new Map() })
  const options = { together: 1, signal: new AbortController().signal }
  expect((await copyLog(plant.store, kurrent, options)).root).toBe(root)
  const { pool, drop } = await freshDatabase()
  await ensureTree(pool)
  const verified = await verifyLog({
    ...{ pool, log: logElsewhere(kurrent), trusted: [plant.signer], outside: [note] },
  })
  expect(verified).toMatchObject({
    finding: null,
    checkpoints: 1,
    covered: await plant.tree.size(),
  })
  await drop()
  await kurrent.close()
  await server.close()
})
