import { deliveryStream, rejectionEvents } from '../../domain/audit/rejection.ts'
import { NO_STREAM, type EventStore } from '../event-store.ts'
import { uuid5 } from '../ids.ts'
import type { Clock } from '../ports.ts'
import {
  MessageTooLarge,
  type Headers,
  type Message,
  type MessageBus,
  type Received,
} from './bus.ts'

/** Why a message was not accepted: a stable code of this list, or of the rule that refused its command. */
export const letterCodes = {
  NotACloudEvent: 'Not JSON, or not a CloudEvent 1.0 with id, source and type.',
  UnknownType: 'Its type is neither a command nor an observation.',
  SiteMissing: 'It names no site, and the connector has not exactly one.',
  InvalidInput: 'Its data breaks the schema of the command, or its time cannot be.',
  Forbidden: 'The scopes or sites of the connector do not allow it.',
  Internal: 'Something went wrong here, each time it was tried.',
} as const

export interface Refusal {
  readonly message: Received
  /** UUID of its delivery: the same each time the bus hands it over. */
  readonly delivery: string
  readonly code: string
  readonly why: string
}

/** Marks a letter whose value the topic was too small for; it is still where it was received. */
const OMITTED = 'taktlog-value-omitted'

/** The original, byte for byte, with its headers, and in further headers why and from where. */
function letter({ message, delivery, code, why }: Refusal, topic: string): Message {
  const headers: Headers = {
    ...message.headers,
    'taktlog-id': delivery,
    'taktlog-code': code,
    'taktlog-reason': why,
    'taktlog-topic': message.topic,
    'taktlog-partition': String(message.partition),
    'taktlog-offset': message.offset,
    ...(message.timestamp === null ? {} : { 'taktlog-timestamp': message.timestamp }),
  }
  return { topic, key: message.key, value: message.value, headers }
}

/** A site for what names none, as a denied read of no site in particular has it. */
const ANY_SITE = '*'

export interface DeadLetterDeps {
  readonly bus: Pick<MessageBus, 'publish'>
  /** Topic for what is not accepted. */
  readonly deadLetters: string
  readonly store: Pick<EventStore, 'append' | 'readStream'>
  readonly clock: Clock
  readonly principal: { readonly actor: string; readonly sites: readonly string[] | null }
}

/**
 * Sends what was refused to the dead-letter topic and keeps in the log that it is there, so that a
 * delivery that comes again is not sent again. Two systems have no commit in common: who dies between
 * the two, or has the answer of the first lost, sends once more, under the same `taktlog-id`.
 * @returns what was sent now
 * @throws BusUnavailable, StoreUnavailable: some may have been sent
 */
export async function setAside(
  deps: DeadLetterDeps,
  refusals: readonly Refusal[],
): Promise<readonly Refusal[]> {
  const found = await Promise.all(refusals.map((refusal) => lookUp(deps.store, refusal)))
  const due = found.filter(({ isThere }) => !isThere)
  if (due.length === 0) return []
  const now = deps.clock.now()
  await sendLetters(
    deps.bus,
    due.map(({ refusal }) => letter(refusal, deps.deadLetters)),
  )
  // A conflict says that another process was handed it too.
  await deps.store.append(
    due.map(({ refusal, revision: expected }) => {
      const stream = deliveryStream(refusal.delivery)
      return { stream, expected, events: [factOf(refusal, deps.principal, now)] }
    }),
  )
  return due.map(({ refusal }) => refusal)
}

async function lookUp(store: DeadLetterDeps['store'], refusal: Refusal) {
  const stream = deliveryStream(refusal.delivery)
  const [last] = await store.readStream(stream, { direction: 'backward', limit: 1 })
  const isThere = last?.type === rejectionEvents.messageSetAside.type
  return { refusal, isThere, revision: last?.revision ?? NO_STREAM }
}

function factOf(
  { message, delivery, code, why }: Refusal,
  { actor, sites }: DeadLetterDeps['principal'],
  now: string,
) {
  const { topic, partition, offset } = message
  const { type, version: schemaVersion } = rejectionEvents.messageSetAside
  const { data } = rejectionEvents.messageSetAside({ topic, partition, offset, code, reason: why })
  const site = sites?.length === 1 ? sites[0]! : ANY_SITE
  const origin = { correlationId: delivery, causationId: delivery }
  const metadata = { occurredAt: now, source: actor, site, actor, ...origin }
  return { id: uuid5(`${delivery}/set-aside`), type, schemaVersion, data, metadata }
}

async function sendLetters(
  bus: Pick<MessageBus, 'publish'>,
  letters: readonly Message[],
): Promise<void> {
  try {
    await bus.publish(letters)
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error
    for (const one of letters) await sendAnyway(bus, one)
  }
}

/** With its headers, a message as large as its topic allows is larger than the dead-letter topic does. */
async function sendAnyway(bus: Pick<MessageBus, 'publish'>, one: Message): Promise<void> {
  try {
    await bus.publish([one])
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error
    await bus.publish([{ ...one, value: null, headers: { ...one.headers, [OMITTED]: 'true' } }])
  }
}
