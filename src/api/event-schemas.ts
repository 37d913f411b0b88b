import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { schemaUrn } from '../commands/messaging/cloud-events.ts'
import { eventsByCategory } from '../commands/messaging/topics.ts'
import type { EventDefinition } from '../domain/event.ts'
import { catalogue } from '../domain/index.ts'

const address = ({ type, version }: EventDefinition<string, any>): string =>
  `/schemas/${type}/${version}`

/** `/schemas`: every event type, the version in which its events are read, and where its schema is. */
const index = () =>
  [...catalogue.values()]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map((definition) => ({
      type: definition.type,
      version: definition.version,
      id: schemaUrn(definition.type, definition.version),
      href: address(definition),
      categories: [...eventsByCategory]
        .filter(([, events]) => events.includes(definition))
        .map(([category]) => category),
    }))

/** JSON Schema (2020-12) of the payload of an event as it is read today. */
const schemaOf = ({ type, version, schema }: EventDefinition<string, any>) => ({
  $id: schemaUrn(type, version),
  title: type,
  ...z.toJSONSchema(schema),
})

/** JSON Schemas of all events. Like the OpenAPI description they say nothing of a plant. */
export function eventSchemas(app: FastifyInstance): void {
  const type = 'application/schema+json'
  let listed: ReturnType<typeof index> | undefined

  app.get('/schemas', async () => (listed ??= index()))

  app.get<{ Params: { type: string } }>('/schemas/:type', async ({ params }, reply) => {
    const definition = catalogue.get(params.type)
    return definition ? reply.type(type).send(schemaOf(definition)) : unknown(reply, params.type)
  })

  app.get<{ Params: { type: string; version: string } }>(
    '/schemas/:type/:version',
    async ({ params }, reply) => {
      const definition = catalogue.get(params.type)
      if (!definition) return unknown(reply, params.type)
      if (params.version !== String(definition.version))
        return notFound(
          reply,
          `${params.type} is read in version ${definition.version}; older events are converted to it.`,
        )
      return reply.type(type).send(schemaOf(definition))
    },
  )
}

const unknown = (reply: FastifyReply, type: string) =>
  notFound(reply, `${JSON.stringify(type)} is no event type; /schemas lists them.`)

const notFound = (reply: FastifyReply, message: string) =>
  reply.code(404).send({ errors: [{ message, extensions: { code: 'InvalidInput' } }] })
