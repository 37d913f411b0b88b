import { readFileSync } from 'node:fs'
import { actively, type ActiveDeps } from './active.ts'
import type { KafkaOptions } from './adapters/kafka/client.ts'
import { createKafkaMessageBus } from './adapters/kafka/message-bus.ts'
import type { Principal } from './api/authorise.ts'
import { createContext, type Services } from './api/context.ts'
import { alone } from './commands/leases.ts'
import type { MessageBus } from './commands/messaging/bus.ts'
import { createIntake } from './commands/messaging/intake.ts'
import type { Metrics } from './commands/metrics.ts'
import { publishFacts, publishingLag } from './commands/messaging/publish.ts'
import {
  categoriesOf,
  deadLetterTopic,
  deciderOf,
  eventsByCategory,
  topicOf,
  type Messaging,
} from './commands/messaging/topics.ts'
import { ConfigError, type Config } from './config.ts'
import { observationDefinitions } from './domain/index.ts'
import type { Log } from './system.ts'

export interface Connector {
  readonly kafka: KafkaOptions
  readonly messaging: Messaging
  /** In whose name messages act. */
  readonly principal: Principal
}

/** How messages are arranged by the settings, be there a broker or not. */
export const messagingOf = (config: Config): Messaging => ({
  prefix: config.kafkaPrefix,
  categories: categoriesFrom(config.kafkaCategories),
  incoming: config.kafkaIn,
  origin: config.logOrigin,
})

function categoriesFrom(given: readonly string[]): readonly string[] | null {
  if (given.includes('*')) return null
  return given.length === 1 && given[0] === 'none' ? [] : given
}

/**
 * What the settings say of Kafka; null without brokers.
 * @throws ConfigError for what does not fit together, or is not safe
 */
export function connectorOf(config: Config): Connector | null {
  const { kafkaBrokers: brokers, kafkaClientId: clientId, kafkaSites: sites } = config
  if (brokers.length === 0) return null
  const messaging = messagingOf(config)
  checkTopics(messaging)
  if (messaging.incoming.length > 0 && (config.kafkaScopes.length === 0 || sites.length === 0))
    throw new ConfigError(
      'TAKTLOG_KAFKA_IN needs TAKTLOG_KAFKA_SCOPES and TAKTLOG_KAFKA_SITES: nothing is allowed by default',
    )
  return {
    kafka: { brokers, clientId, tls: tlsOf(config), sasl: saslOf(config) },
    messaging,
    principal: {
      actor: `kafka:${clientId}`,
      scopes: new Set(config.kafkaScopes),
      sites: sites.includes('*') ? null : sites,
    },
  }
}

function checkTopics(messaging: Messaging): void {
  const unknown = messaging.categories?.find((category) => !eventsByCategory.has(category))
  if (unknown !== undefined)
    throw new ConfigError(
      `TAKTLOG_KAFKA_CATEGORIES: ${unknown} is none of ${[...eventsByCategory.keys()].sort().join(', ')}`,
    )
  const written = new Set(categoriesOf(messaging).map((category) => topicOf(messaging, category)))
  written.add(deadLetterTopic(messaging))
  const both = messaging.incoming.find((topic) => written.has(topic))
  if (both !== undefined)
    throw new ConfigError(`TAKTLOG_KAFKA_IN: Taktlog itself writes to ${both}; it would never end`)
}

function tlsOf({ kafkaTls, kafkaCa }: Config): KafkaOptions['tls'] {
  if (!kafkaTls) {
    if (kafkaCa) throw new ConfigError('TAKTLOG_KAFKA_CA needs TAKTLOG_KAFKA_TLS=true')
    return null
  }
  if (!kafkaCa) return {}
  try {
    return { ca: readFileSync(kafkaCa, 'utf8') }
  } catch (error) {
    throw new ConfigError(`TAKTLOG_KAFKA_CA: ${(error as Error).message}`)
  }
}

function saslOf({ kafkaUser, kafkaPassword, kafkaSasl, kafkaTls }: Config): KafkaOptions['sasl'] {
  if (!kafkaUser && !kafkaPassword) return null
  if (!kafkaUser || !kafkaPassword)
    throw new ConfigError('TAKTLOG_KAFKA_USER and TAKTLOG_KAFKA_PASSWORD are needed both')
  if (kafkaSasl === 'plain' && !kafkaTls)
    throw new ConfigError('TAKTLOG_KAFKA_SASL=plain needs TAKTLOG_KAFKA_TLS=true: it hides nothing')
  return { mechanism: kafkaSasl, username: kafkaUser, password: kafkaPassword }
}

interface Connected {
  readonly services: Services
  readonly connector: Connector
  readonly metrics: Metrics
}

/**
 * Publishes events, in one of all processes, and takes messages in, in each: they share the partitions.
 * Outages of broker and database are survived.
 */
export function runConnector(
  log: Pick<Log, 'store' | 'checkpoints'>,
  how: Connected,
  active: ActiveDeps,
): Promise<void>[] {
  const { services, metrics } = how
  const { messaging, kafka } = how.connector
  const withBus = async (work: (bus: MessageBus) => Promise<void>): Promise<void> => {
    const bus = await createKafkaMessageBus(kafka)
    try {
      await work(bus)
    } finally {
      await bus.close()
    }
  }
  const publishing = (signal: AbortSignal): Promise<void> =>
    withBus((bus) => publishFacts(messaging, { ...log, bus, signal }))
  const taking = (signal: AbortSignal): Promise<void> =>
    withBus((bus) => takeIn(bus, { ...how, signal }))
  if (messaging.categories?.length !== 0)
    metrics.gauges(async () => {
      const lag = await publishingLag(messaging, { ...log, clock: services.clock })
      return {
        taktlog_publishing_lag_events: [[{}, lag.events]],
        taktlog_publishing_lag_seconds: [[{}, lag.seconds]],
      }
    })
  return [
    ...(messaging.categories?.length === 0 ? [] : [actively('kafka out', active, publishing)]),
    ...(messaging.incoming.length === 0
      ? []
      : [actively('kafka in', { ...active, leases: alone }, taking)]),
  ]
}

async function takeIn(
  bus: MessageBus,
  how: Connected & { readonly signal: AbortSignal },
): Promise<void> {
  const { services, connector, metrics, signal } = how
  const { messaging, principal, kafka } = connector
  const deadLetters = deadLetterTopic(messaging)
  await bus.ensureTopics([...messaging.incoming, deadLetters])
  // A context is for one call: what it denies is in the audit trail each time.
  const context = () => createContext(services, principal)
  const handle = createIntake({
    execute: (...command) => context().execute(...command),
    record: (...observed) => context().record(...observed),
    ...{ commands: deciderOf, observations: observationDefinitions, principal, bus, deadLetters },
    ...{ store: services.store, clock: services.clock, metrics },
  })
  await bus.consume({ topics: messaging.incoming, group: kafka.clientId, handle, signal })
}
