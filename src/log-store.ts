import { createKurrentEventStore } from './adapters/kurrentdb/event-store.ts'
import { createPostgresEventStore } from './adapters/postgres/event-store.ts'
import type { Database, PoolUsage } from './adapters/postgres/pool.ts'
import type { EventStore } from './commands/event-store.ts'
import type { Telemetry } from './commands/telemetry.ts'
import { watchedStore } from './commands/watched.ts'
import { ConfigError, type Config } from './config.ts'
import { catalogue } from './domain/index.ts'

/** A log that is open. */
export interface OpenStore extends EventStore {
  /** Ends its connections. Calls under way may fail. */
  close(): Promise<void>
  /** Of the pool in front of it; absent where the client keeps connections of its own. */
  readonly usage?: () => PoolUsage
}

/**
 * The log that the configuration names: in KurrentDB, else in the database of the read models.
 * @throws ConfigError where the database belongs to another log
 */
export async function openEventStore(
  { kurrentdbUrl }: Pick<Config, 'kurrentdbUrl'>,
  database: Database,
  on: { readonly error: (error: Error) => void; readonly telemetry: Telemetry },
): Promise<OpenStore> {
  const { telemetry, error: onError } = on
  const { metrics } = telemetry
  const local = await createPostgresEventStore({ database, catalogue, onError, telemetry })
  if (!kurrentdbUrl) return local
  // What stands on the tables of the local log finds them, empty.
  const position = await local.head()
  await local.close()
  if (position > 0)
    throw new ConfigError(
      'KURRENTDB_URL is set, but the database has a log of its own: its read models and policies ' +
        'stand at places of that log. Use an empty database, and "taktlog migrate-log" for the facts.',
    )
  return watchedStore(await createKurrentEventStore({ url: kurrentdbUrl, catalogue }), metrics)
}
