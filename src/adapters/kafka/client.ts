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
}

/** Brokers of a plant answer in milliseconds; a lost one is given up before anybody wonders. */
const CONNECT_MS = 3_000
const REQUEST_MS = 10_000
/** A leader that moved is found again within this; whoever calls begins again after that. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 }

/** What a broker says of groups when it has just started: consumers try again by themselves. */
const NOT_READY: ReadonlySet<string> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
])

const typeOf = (error: unknown): string => (error as { readonly type?: string }).type ?? ''

/** The client library, loaded where a broker is configured. */
export async function createClient(options: KafkaOptions): Promise<kafkajs.Kafka> {
  const { Kafka, logLevel } = await import('kafkajs')
  const { brokers, clientId, tls, sasl } = options
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    retry: { ...RETRY, restartOnFailure: async (error) => NOT_READY.has(typeOf(error)) },
    ssl: tls === null ? false : tls.ca === undefined ? true : { ca: tls.ca },
    ...(sasl ? { sasl: { ...sasl } as kafkajs.SASLOptions } : {}),
    // Whoever meets an error tells of it, in plain words.
    logLevel: logLevel.NOTHING,
  })
}

/** The errors of the port; whatever is none of the client's is a fault of ours and stays as it is. */
export function translated(error: unknown): unknown {
  const chain: unknown[] = []
  for (let e = error; e instanceof Error && !chain.includes(e); e = e.cause) chain.push(e)
  const types = chain.map(typeOf)
  if (types.includes('MESSAGE_TOO_LARGE') || types.includes('RECORD_LIST_TOO_LARGE'))
    return new MessageTooLarge('a message is larger than its topic takes (max.message.bytes)')
  const isKafka = chain.some((e) => (e as Error).name.startsWith('KafkaJS'))
  return isKafka ? new BusUnavailable(chain.flatMap(sentences).join('; '), { cause: error }) : error
}

interface Failure {
  readonly message: string
  readonly topic?: string
  /** Of topics that could not be created. */
  readonly errors?: readonly Failure[]
}

/** What was wrong, with each topic it was wrong with. A cause only repeats what it is the cause of. */
function sentences(error: unknown, depth: number): string[] {
  const { message, topic, errors = [] } = error as Failure
  const own = depth === 0 || topic !== undefined ? [topic ? `${topic}: ${message}` : message] : []
  return [...own, ...errors.flatMap((inner) => sentences(inner, depth))]
}
