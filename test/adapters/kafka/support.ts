import { createKafkaMessageBus } from '../../../src/adapters/kafka/message-bus.ts'
import {
  BusUnavailable,
  type MessageBus,
  type Received,
} from '../../../src/commands/messaging/bus.ts'
import { readConfig } from '../../../src/config.ts'
import { createLogger, startSystem, type System } from '../../../src/system.ts'
import type { Connection } from '../../../src/adapters/postgres/pool.ts'
import { databaseUrlOf } from '../../support/postgres.ts'
import type { TestKafka } from '../../support/kafka-server.ts'

let names = 0
/** A name nobody used before, so that a broker can be shared and kept. */
export const fresh = (what: string): string => `${what}-${process.pid}-${Date.now()}-${names++}`

export const busOf = (brokers: readonly string[]): Promise<MessageBus> =>
  createKafkaMessageBus({ brokers, clientId: 'test', tls: null, sasl: null })

/** A Taktlog with the role connector on this database. */
export function startConnector(
  { brokers }: TestKafka,
  database: Connection,
  settings: Readonly<Record<string, string>>,
): Promise<System> {
  const config = readConfig({
    DATABASE_URL: databaseUrlOf(database),
    KAFKA_BROKERS: brokers.join(','),
    TAKTLOG_ROLES: 'connector',
    TAKTLOG_LOG_LEVEL: 'silent',
    ...settings,
  })
  return startSystem(config, createLogger(config))
}

/** All messages of the topics from their start, in the order of each partition, until there are enough. */
export async function read(
  bus: MessageBus,
  topics: readonly string[],
  enough: (got: readonly Received[]) => boolean,
): Promise<readonly Received[]> {
  await ready(() => bus.ensureTopics(topics))
  const got: Received[] = []
  const stop = new AbortController()
  const group = fresh('reader')
  const handle = async (batch: readonly Received[]): Promise<void> => {
    got.push(...batch)
    if (enough(got)) stop.abort()
  }
  while (!stop.signal.aborted)
    await ready(() => bus.consume({ topics, group, handle, signal: stop.signal }))
  return got
}

/** Tries again while the broker is not ready: it has just been started. */
async function ready(work: () => Promise<void>): Promise<void> {
  for (;;)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error
    }
}

export interface PublishedEvent {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly revision: number
  readonly [attribute: string]: unknown
}
export const eventOf = ({ value }: Received): PublishedEvent => JSON.parse(String(value))
