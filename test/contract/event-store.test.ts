import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { createKurrentEventStore } from '../../src/adapters/kurrentdb/event-store.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { serveGrpc } from '../support/grpc.ts'
import { freshDatabase } from '../support/postgres.ts'
import { eventStoreContract } from './event-store.ts'
import { contractCatalogue as catalogue } from './event-store-kit.ts'

eventStoreContract('memory', async () => ({
  store: createMemoryEventStore(systemClock, catalogue),
  close: async () => {},
}))

/** Partitions so small that every test crosses several. */
const PARTITION_SIZE = 500

eventStoreContract('postgres', async () => {
  const { connection: database, drop } = await freshDatabase()
  const open = () =>
    createPostgresEventStore({ database, catalogue, partitionSize: PARTITION_SIZE })
  const [store, second] = await Promise.all([open(), open()])
  return {
    store,
    second,
    async close() {
      await Promise.all([store.close(), second.close()])
      await drop()
    },
  }
})

/** A server that is there, or the one that Taktlog is itself; either way over a real wire. */
const kurrentdb = process.env['TAKTLOG_TEST_KURRENTDB_URL']
if (!kurrentdb)
  console.log('TAKTLOG_TEST_KURRENTDB_URL is not set: kurrentdb is tested against our own server.')
eventStoreContract('kurrentdb over the embedded gRPC server', async () => {
  const store = createMemoryEventStore(systemClock, catalogue)
  const server = await serveGrpc({ store, catalogue })
  return kurrentStores(`kurrentdb://127.0.0.1:${server.port}?tls=false`, () => server.close())
})
if (kurrentdb) eventStoreContract('kurrentdb', () => kurrentStores(kurrentdb, async () => {}))

async function kurrentStores(url: string, after: () => Promise<void>) {
  const open = () => createKurrentEventStore({ url, catalogue })
  const [store, second] = await Promise.all([open(), open()])
  return {
    store,
    second,
    async close() {
      await Promise.all([store.close(), second.close()])
      await after()
    },
  }
}
