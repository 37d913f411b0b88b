/** A second Taktlog process on one log: appends `count` events one by one, with retries of each. */
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import type { Connection } from '../../src/adapters/postgres/pool.ts'
import { NO_STREAM } from '../../src/commands/event-store.ts'
import { uuid5 } from '../../src/commands/ids.ts'

const [connection, count] = process.argv.slice(2) as [string, string]
const database = JSON.parse(connection) as Connection
const store = await createPostgresEventStore({ database, catalogue: new Map() })
await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    const name = `child-${process.pid}-${i}`
    const event = {
      id: uuid5(name),
      type: `Noted${i % 3}`,
      schemaVersion: 1,
      data: {},
      metadata: {
        occurredAt: '2026-03-02T06:00:00.000Z',
        source: 'child',
        site: 'S1',
        actor: 'tester',
        correlationId: name,
        causationId: name,
      },
    }
    const append = { stream: name, expected: NO_STREAM, events: [event] }
    await Promise.all([store.append([append]), store.append([append])])
  }),
)
await store.close()
