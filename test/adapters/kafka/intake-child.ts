/** Takes messages in, says when a batch is in the log, and never commits it: to be killed then. */
import { createPostgresEventStore } from '../../../src/adapters/postgres/event-store.ts'
import type { Connection } from '../../../src/adapters/postgres/pool.ts'
import { catalogue } from '../../../src/domain/index.ts'
import { intakeOn } from '../../commands/messaging/support.ts'
import { busOf } from './support.ts'

const [brokers, database, topic, group, deadLetters] = JSON.parse(process.argv[2]!) as [
  string[],
  Connection,
  string,
  string,
  string,
]
const store = await createPostgresEventStore({ database, catalogue })
const bus = await busOf(brokers)
const { take } = intakeOn(store, { bus, deadLetters })
await bus.consume({
  topics: [topic],
  group,
  signal: new AbortController().signal,
  handle: async (batch) => {
    await take(batch)
    console.log(`${batch.length} appended`)
    await new Promise(() => {})
  },
})
