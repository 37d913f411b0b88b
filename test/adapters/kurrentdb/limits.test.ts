import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createKurrentEventStore } from '../../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../../src/adapters/memory/event-store.ts'
import { startGrpc } from '../../../src/adapters/grpc/server.ts'
import { ANY, NO_STREAM, START, StoreUnavailable } from '../../../src/commands/event-store.ts'
import { systemClock } from '../../../src/commands/ports.ts'
import { fact, facts, fresh, idsOf, one } from '../../contract/event-store-kit.ts'
import { makeCertificates } from '../../support/certificates.ts'
import { anyone, memoryCheckpoints, serveGrpc } from '../../support/grpc.ts'

const catalogue = new Map()
const MIB = 1024 * 1024
const sized = (bytes: number) => fact(undefined, 'Noted', { text: 'x'.repeat(bytes) })

test('many large events go in parts that a server of 1 MiB takes, one that is larger is refused', async () => {
  const server = await serveGrpc()
  const url = `kurrentdb://127.0.0.1:${server.port}?tls=false`
  const store = await createKurrentEventStore({ url, catalogue })
  const stream = fresh()
  const events = Array.from({ length: 12 }, () => sized(300_000))
  const done = await one(store, { stream, expected: NO_STREAM, events })
  expect(done).toMatchObject({ ok: true, revision: 11 })
  expect(await one(store, { stream, expected: NO_STREAM, events })).toEqual({
    ...done,
    repeated: true,
  })
  expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events))
  const large = fresh()
  const tooLarge = one(store, { stream: large, expected: NO_STREAM, events: [sized(MIB)] })
  await expect(tooLarge).rejects.toMatchObject({
    code: 'EventTooLarge',
    message: expect.stringContaining(`${large}: Noted of 10487`),
  })
  expect(await store.readStream(large)).toEqual([])
  await store.close()
  await server.close()
})

/** Long enough for a busy machine to connect in, short enough to wait for. */
const DEADLINE_MS = 2_000

test('a server that takes a call and does not answer is out of reach after the deadline, whichever it is', async () => {
  const log = createMemoryEventStore(systemClock, catalogue)
  let silent = false
  const answered = <T>(work: () => Promise<T>): Promise<T> =>
    silent ? new Promise<never>(() => {}) : work()
  const server = await serveGrpc({
    store: {
      ...log,
      append: (appends) => answered(() => log.append(appends)),
      readStream: (name, range) => answered(() => log.readStream(name, range)),
      readAll: (range) => answered(() => log.readAll(range)),
      head: () => answered(() => log.head()),
    },
  })
  const url = `kurrentdb://127.0.0.1:${server.port}?tls=false`
  const store = await createKurrentEventStore({ url, catalogue, deadlineMs: DEADLINE_MS })
  const stream = fresh()
  await one(store, { stream, expected: NO_STREAM, events: facts(2) })
  const all = await store.readAll({ from: START, limit: 10 })
  const calls = {
    append: () => one(store, { stream, expected: 1, events: facts(1) }),
    'append at any revision': () => one(store, { stream, expected: ANY, events: facts(1) }),
    'append of nothing': () => one(store, { stream, expected: 1, events: [] }),
    readStream: () => store.readStream(stream),
    'readStream backward': () => store.readStream(stream, { direction: 'backward', limit: 1 }),
    readAll: () => store.readAll({ from: START, limit: 10 }),
    'readAll of types': () => store.readAll({ from: START, limit: 2_000, types: ['Noted'] }),
    head: () => store.head(),
  }
  silent = true
  const began = performance.now()
  const settled = await Promise.all(
    Object.entries(calls).map(([name, call]) =>
      call().then(
        () => `${name} answered`,
        (error: unknown) =>
          error instanceof StoreUnavailable ? null : `${name}: ${String(error)}`,
      ),
    ),
  )
  expect(settled.filter((problem) => problem !== null)).toEqual([])
  expect(performance.now() - began).toBeLessThan(5 * DEADLINE_MS)
  silent = false
  expect((await store.readAll({ from: START, limit: 10 })).slice(0, 2)).toEqual(all)
  await store.close()
  await server.close()
})

test('a scan whose server falls silent is read on page by page', async () => {
  const log = createMemoryEventStore(systemClock, catalogue)
  const events = facts(5_000)
  await one(log, { stream: fresh(), expected: NO_STREAM, events })
  let silentFrom = Infinity
  const server = await serveGrpc({
    store: {
      ...log,
      readAll: (options) =>
        Number.isFinite(options.from) && options.from >= silentFrom
          ? new Promise<never>(() => {})
          : log.readAll(options),
    },
  })
  const url = `kurrentdb://127.0.0.1:${server.port}?tls=false`
  const store = await createKurrentEventStore({ url, catalogue, deadlineMs: DEADLINE_MS })
  silentFrom = 3_000
  const first = await store.readAll({ from: START, limit: 2_000 })
  const from = first.at(-1)!.position
  // The scan is stuck behind what it has; this page waits for it, and then asks itself.
  await expect(store.readAll({ from, limit: 2_000 })).rejects.toThrow(StoreUnavailable)
  silentFrom = Infinity
  const second = await store.readAll({ from, limit: 3_000 })
  expect(idsOf([...first, ...second])).toEqual(idsOf(events))
  await store.close()
  await server.close()
})

const folder = makeCertificates()

test.skipIf(!folder)(
  'TLS with an authority of one’s own, and credentials that the server sees',
  async () => {
    const file = (name: string) => join(folder!, name)
    const bearers: (string | null)[] = []
    const server = await startGrpc(
      {
        store: createMemoryEventStore(systemClock, catalogue),
        ...{ catalogue, clock: systemClock, checkpoints: memoryCheckpoints(), writable: ['*'] },
        async identify(bearer) {
          bearers.push(bearer ?? null)
          return bearer === 'Bearer s3cret' ? anyone : null
        },
        onError: (error) => console.error(error),
      },
      {
        ...{ host: '127.0.0.1', port: 0 },
        tls: { certificate: readFileSync(file('cert.pem')), key: readFileSync(file('key.pem')) },
      },
    )
    const open = (user: string, ca: string) => {
      const url = `kurrentdb://${user}@localhost:${server.port}?tls=true&tlsCAFile=${file(ca)}`
      return createKurrentEventStore({ url, catalogue })
    }
    const store = await open('any:s3cret', 'ca.pem')
    const [stream, events] = [fresh(), facts(3)]
    await one(store, { stream, expected: NO_STREAM, events })
    expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events))
    await store.close()
    expect(new Set(bearers)).toEqual(new Set(['Bearer s3cret']))
    await expect(open('any:wrong', 'ca.pem')).rejects.toThrow(/./)
    await expect(open('any:s3cret', 'other.pem')).rejects.toThrow('cannot be reached')
    await server.close()
    rmSync(folder!, { recursive: true })
  },
)
