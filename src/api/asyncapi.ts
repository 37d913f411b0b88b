import type { z } from 'zod'
import { schemaUrn } from '../commands/messaging/cloud-events.ts'
import { letterCodes } from '../commands/messaging/dead-letters.ts'
import {
  categoriesOf,
  deadLetterTopic,
  deciderOf,
  eventsByCategory,
  topicOf,
  type Messaging,
} from '../commands/messaging/topics.ts'
import type { EventDefinition } from '../domain/event.ts'
import { observationDefinitions } from '../domain/index.ts'
import { eventAttributes, letterHeaders, wishAttributes } from './asyncapi-attributes.ts'
import { json, partsOf, withoutType } from './asyncapi-schemas.ts'

type Definition = EventDefinition<string, any>
const CLOUD_EVENT = 'application/cloudevents+json'
const ref = (path: string) => ({ $ref: `#/${path}` })
const BY_ID = { correlationId: ref('components/correlationIds/correlation') }

/**
 * AsyncAPI 3 of what this Taktlog sends and takes, from the registered events, commands and observations.
 * It names no servers: everybody may read it, and where the brokers are is not for everybody.
 */
export function asyncApi(messaging: Messaging) {
  const published = categoriesOf(messaging).map(
    (category) => [category, eventsByCategory.get(category) ?? []] as const,
  )
  const events = new Set(published.flatMap(([, found]) => found))
  const taken = messaging.incoming.length > 0
  const letters = deadLetterTopic(messaging)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Taktlog',
      version: '1',
      description:
        'Every fact of the log as a CloudEvent 1.0 (JSON, structured mode) on Kafka, at least once and in ' +
        'the order of its stream, which is the key. Commands and observations are taken in the same form.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: CLOUD_EVENT,
    channels: {
      ...Object.fromEntries(
        published.map(([category, found]) => [
          `events.${category}`,
          channel(topicOf(messaging, category), found.map(eventMessage)),
        ]),
      ),
      ...Object.fromEntries(
        messaging.incoming.map((topic) => [
          `in.${topic}`,
          channel(topic, [...incomingTypes.keys()].map(wishMessage)),
        ]),
      ),
      ...(taken ? { deadLetters: channel(letters, ['DeadLetter']) } : {}),
    },
    operations: {
      ...Object.fromEntries(
        published.map(([category]) => [
          `publish.${category}`,
          operation('send', `events.${category}`, `Publishes what happens in ${category} streams.`),
        ]),
      ),
      ...Object.fromEntries(
        messaging.incoming.map((topic) => [
          `take.${topic}`,
          operation('receive', `in.${topic}`, 'Takes commands and observations in.'),
        ]),
      ),
      ...(taken
        ? { refuse: operation('send', 'deadLetters', 'Sets aside what was not accepted.') }
        : {}),
    },
    components: {
      correlationIds: { correlation: { location: '$message.payload#/correlationid' } },
      messages: {
        ...Object.fromEntries([...events].map((one) => [eventMessage(one), messageOf(one)])),
        ...(taken ? incomingMessages() : {}),
      },
      schemas: {
        Event: eventAttributes,
        ...Object.fromEntries([...events].map((one) => [one.type, json(one.schema)])),
        ...(taken ? incomingSchemas() : {}),
        ...partsOf([...events].map(({ schema }) => schema)),
        ...(taken ? partsOf([...incomingTypes.values()]) : {}),
      },
    },
  }
}

const channel = (address: string, messages: readonly string[]) => ({
  address,
  messages: Object.fromEntries(messages.map((name) => [name, ref(`components/messages/${name}`)])),
  bindings: { kafka: { topic: address } },
})

const operation = (action: 'send' | 'receive', name: string, summary: string) => ({
  action,
  summary,
  channel: ref(`channels/${name}`),
})

const key = { type: 'string', description: 'The stream: its events stay in order.' } as const

const eventMessage = ({ type }: Definition): string => type

/** What every event has, narrowed to this type. */
const messageOf = ({ type, version }: Definition) => ({
  name: type,
  contentType: CLOUD_EVENT,
  ...BY_ID,
  bindings: { kafka: { key } },
  payload: {
    allOf: [
      ref('components/schemas/Event'),
      {
        type: 'object',
        required: ['data'],
        properties: {
          type: { const: type },
          dataschema: { const: schemaUrn(type, version) },
          data: ref(`components/schemas/${type}`),
        },
      },
    ],
  },
})

/** What is taken in, by type, as the domain declares it. */
const incomingTypes: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...[...deciderOf].map(([type, { commands }]) => [type, commands[type]!] as const),
  ...[...observationDefinitions].map(([type, { event }]) => [type, event.schema] as const),
])

/** An observation is an event too; what is said of the one taken in differs. */
const wishMessage = (type: string): string => `in.${type}`

const incomingMessages = () => ({
  ...Object.fromEntries(
    [...incomingTypes.keys()].map((type) => [
      wishMessage(type),
      {
        name: type,
        contentType: CLOUD_EVENT,
        ...BY_ID,
        payload: {
          allOf: [
            ref('components/schemas/Wish'),
            {
              type: 'object',
              properties: {
                type: { const: type },
                data: ref(`components/schemas/${wishMessage(type)}`),
              },
            },
          ],
        },
      },
    ]),
  ),
  DeadLetter: {
    name: 'DeadLetter',
    summary: 'A message that was not accepted, byte for byte.',
    description: Object.entries(letterCodes)
      .map(([code, about]) => `${code}: ${about}`)
      .concat('Any other code is that of the rule which refused the command.')
      .join('\n'),
    contentType: 'application/octet-stream',
    headers: letterHeaders,
  },
})

const incomingSchemas = () => ({
  Wish: wishAttributes,
  ...Object.fromEntries(
    [...incomingTypes].map(([type, schema]) => [
      wishMessage(type),
      deciderOf.has(type) ? withoutType(json(schema)) : json(schema),
    ]),
  ),
})
