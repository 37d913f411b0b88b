import type * as kafkajs from 'kafkajs'
import { BusUnavailable, MessageTooLarge } from '../../commands/messaging/bus.ts'

export interface KafkaOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Encrypted; `ca` where the certificate is not signed by a public authority. */
  readonly tls: { readonly ca?: string } | null
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  } | null
  /** What the client says of itself, for debugging. */
  readonly onDebug?: (message: string) => void
}

/** Brokers of a plant answer in milliseconds; a lost one is given up before anybody wonders. */
const CONNECT_MS = 3_000
const REQUEST_MS = 10_000
/** A leader that moved is found again within this; whoever calls begins again after that. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 }

/** The client library, loaded where a broker is configured. */
export async function createClient(options: KafkaOptions): Promise<kafkajs.Kafka> {
  const { Kafka, logLevel } = await import('kafkajs')
  const { brokers, clientId, tls, sasl, onDebug } = options
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    retry: { ...RETRY, restartOnFailure: async () => false },
    ssl: tls === null ? false : tls.ca === undefined ? true : { ca: tls.ca },
    ...(sasl ? { sasl: { ...sasl } as kafkajs.SASLOptions } : {}),
    logLevel: logLevel.WARN,
    // Outages are told by whoever meets them, once and in plain words.
    logCreator: () => (entry) => onDebug?.(`${entry.namespace}: ${entry.log.message}`),
  })
}

/** The errors of the port; whatever is none of the client's is a fault of ours and stays as it is. */
export function translated(error: unknown): unknown {
  const chain: unknown[] = []
  for (let e = error; e instanceof Error && !chain.includes(e); e = e.cause) chain.push(e)
  const types = chain.map((e) => (e as { type?: unknown }).type)
  if (types.includes('MESSAGE_TOO_LARGE') || types.includes('RECORD_LIST_TOO_LARGE'))
    return new MessageTooLarge('a message is larger than its topic takes (max.message.bytes)')
  const isKafka = chain.some((e) => (e as Error).name.startsWith('KafkaJS'))
  return isKafka ? new BusUnavailable((error as Error).message, { cause: error }) : error
}
