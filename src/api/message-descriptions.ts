import type { FastifyInstance } from 'fastify'
import { defaultMessaging } from '../commands/messaging/topics.ts'
import { asyncApi } from './asyncapi.ts'
import { eventSchemas } from './event-schemas.ts'
import type { ApiOptions } from './options.ts'

/** What travels over a message broker: `/asyncapi.json`, and the schemas of all events. */
export function messageDescriptions(
  app: FastifyInstance,
  { messaging = defaultMessaging }: Pick<ApiOptions, 'messaging'>,
): void {
  let document: ReturnType<typeof asyncApi> | undefined
  app.get('/asyncapi.json', async () => (document ??= asyncApi(messaging)))
  eventSchemas(app)
}
