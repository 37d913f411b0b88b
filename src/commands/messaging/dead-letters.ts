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
  readonly code: string
  readonly why: string
}

/** Marks a letter whose value the topic was too small for; it is still where it was received. */
const OMITTED = 'taktlog-value-omitted'

/** The original, byte for byte, with its headers, and in further headers why and from where. */
function letter({ message, code, why }: Refusal, topic: string): Message {
  const headers: Headers = {
    ...message.headers,
    'taktlog-code': code,
    'taktlog-reason': why,
    'taktlog-topic': message.topic,
    'taktlog-partition': String(message.partition),
    'taktlog-offset': message.offset,
    ...(message.timestamp === null ? {} : { 'taktlog-timestamp': message.timestamp }),
  }
  return { topic, key: message.key, value: message.value, headers }
}

/** Sends what was refused to the dead-letter topic; resolves when it is there. */
export async function sendLetters(
  bus: Pick<MessageBus, 'publish'>,
  topic: string,
  refusals: readonly Refusal[],
): Promise<void> {
  if (refusals.length === 0) return
  const letters = refusals.map((refusal) => letter(refusal, topic))
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
