import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { systemClock } from '../../src/commands/ports.ts'
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
