import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { excludeSystemEvents, jsonEvent, KurrentDBClient, START } from '@kurrent/kurrentdb-client'
import { createKurrentEventStore } from '../src/adapters/kurrentdb/event-store.ts'
import { createTables } from '../src/adapters/postgres/tables.ts'
import { NO_STREAM, type EventStore, type NewEvent } from '../src/commands/event-store.ts'
import { catalogue } from '../src/domain/index.ts'
import { projections } from '../src/projections/index.ts'
import { rebuild } from '../src/projections/rebuild.ts'
import { createLogger, openLog } from '../src/system.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import {
  concurrently,
  configOf,
  costOf,
  inPairs,
  inTurns,
  SITE,
  withFolder,
  withLog,
} from './support.ts'
import { BLOCK, play } from './traffic.ts'

/** Enough that making the tables and their indexes is a small part of a rebuild. */
const EVENTS = 150_000
const APPENDS = 4_000
/** Appends of one call, and calls at a time. */
const BATCH = 100
const IN_FLIGHT = 2
const ROUNDS = 4
/** Pairs with the bare client's reading, one right after the other; one more of each is warm-up. */
const SCANS = 1
const REBUILDS = 2
const PAGE = 4_000

/** The KurrentDB adapter beside the bare client, both against our own server in a process of its own. */
export const kurrentdbBench: Benchmark = {
  name: 'kurrentdb',
  about: 'the KurrentDB adapter and the bare client, against our own gRPC server',
  run: () =>
    withFolder(async (folder) => {
      const data = join(folder, 'data')
      await fill(data)
      const server = fork(join(import.meta.dirname, 'grpc-child.ts'), [data])
      try {
        const [port] = await once(server, 'message')
        return await measure(`kurrentdb://127.0.0.1:${port}?tls=false`)
      } finally {
        server.send('stop')
        await once(server, 'exit')
      }
    }),
}

async function measure(url: string) {
  const client = KurrentDBClient.connectionString(url)
  const store = await createKurrentEventStore({ url, catalogue })
  const micros = async (work: () => Promise<void>) => {
    const { wall, cpu } = await costOf(work)
    return { wall: (wall / EVENTS) * 1e6, cpu: (cpu / EVENTS) * 1e6 }
  }
  const pages = () => micros(() => readPages(client))
  const scanned = await inPairs(SCANS, () => micros(() => readThrough(store)), pages)
  const rebuilt = await withLog(({ database }) =>
    inPairs(REBUILDS, () => micros(() => rebuildThrough(store, database)), pages),
  )
  const appending = await inTurns(
    ROUNDS,
    async () => APPENDS / (await seconds(() => inBatches((events) => throughStore(store, events)))),
    async () => APPENDS / (await seconds(() => inBatches((events) => bare(client, events)))),
  )
  await store.close()
  await client.dispose()
  const reference = "the client's own paged readAll"
  const rateOf = (name: string, { a, ratio }: typeof rebuilt, bar: { readonly ratio: number }) =>
    row(
      name,
      { value: 1e6 / a.wall, unit: 'events/s' },
      { reference, value: (1e6 / a.wall) * ratio.wall },
      bar,
    )
  return [
    row(
      'kurrentdb adapter: batched append',
      { value: median(appending.a), unit: 'appends/s' },
      { reference: 'the bare client', value: median(appending.b) },
      { ratio: 0.8 },
    ),
    rateOf('kurrentdb adapter: rebuild through it', rebuilt, { ratio: 0.8 }),
    rateOf('kurrentdb adapter: the whole log, decoded', scanned, { ratio: 0.9 }),
    row(
      'processor time of an event so read, in the client',
      { value: scanned.a.cpu, unit: 'us' },
      { reference, value: scanned.a.cpu / scanned.ratio.cpu },
    ),
  ]
}

async function fill(dataFolder: string): Promise<void> {
  const config = configOf(dataFolder)
  const log = await openLog(config, createLogger(config))
  await play(log, 0, EVENTS / BLOCK)
  await log.close()
}

async function readThrough(store: EventStore): Promise<void> {
  for (let from = 0; ;) {
    const page = await store.readAll({ from, limit: PAGE })
    if (page.length < PAGE) return
    from = page.at(-1)!.position
  }
}

async function readPages(client: KurrentDBClient): Promise<void> {
  const filter = excludeSystemEvents()
  let fromPosition: NonNullable<Parameters<KurrentDBClient['readAll']>[0]>['fromPosition'] = START
  for (;;) {
    let count = 0
    for await (const { event } of client.readAll({ fromPosition, maxCount: PAGE, filter })) {
      fromPosition = event!.position!
      count++
    }
    if (count < PAGE) return
  }
}

async function rebuildThrough(
  store: EventStore,
  database: Parameters<typeof createTables>[0],
): Promise<void> {
  const { signal } = new AbortController()
  const built = await rebuild(projections, { store, tables: createTables(database), signal })
  const failed = built.find(({ done }) => !done)
  if (failed) throw new Error(`${failed.projection} did not get to the end`)
}

const inBatches = (write: (events: readonly NewEvent[]) => Promise<unknown>): Promise<void> =>
  concurrently(APPENDS / BATCH, IN_FLIGHT, () => write(Array.from({ length: BATCH }, newEvent)))

const throughStore = (store: EventStore, events: readonly NewEvent[]) =>
  store.append(
    events.map((event) => ({ stream: `bench-${event.id}`, expected: NO_STREAM, events: [event] })),
  )

const bare = (client: KurrentDBClient, events: readonly NewEvent[]) =>
  Promise.all(
    events.map(({ id, type, schemaVersion, data, metadata }) => {
      const event = { id, type, data: data as object, metadata: { ...metadata, schemaVersion } }
      return client.appendToStream(`bench-${id}`, jsonEvent(event as never), {
        streamState: 'no_stream',
      })
    }),
  )

function newEvent(): NewEvent {
  const id = randomUUID()
  const metadata = {
    source: 'bench',
    site: SITE,
    actor: 'bench',
    correlationId: id,
    causationId: id,
  }
  const occurredAt = new Date().toISOString()
  const data = { text: 'x'.repeat(200), id }
  return { id, type: 'Benched', schemaVersion: 1, data, metadata: { occurredAt, ...metadata } }
}
