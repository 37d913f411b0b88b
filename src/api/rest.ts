import { GraphQLError, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../commands/metrics.ts'
import { authorise, type Principal } from './authorise.ts'
import type { Services } from './context.ts'
import { apiErrors, type ApiErrorCode } from './errors.ts'
import { openApi } from './openapi.ts'
import type { ApiOptions } from './options.ts'
import { notReady } from './readiness.ts'

export interface RestDeps {
  readonly services: Services
  readonly options: ApiOptions
  readonly metrics: Metrics
  readonly schema: GraphQLSchema
  readonly principalOf: (request: FastifyRequest) => Principal | null
}

/** What machines and files need besides GraphQL: health, metrics and descriptions of the API itself. */
export function restRoutes(app: FastifyInstance, deps: RestDeps): void {
  const { services, options, metrics, schema, principalOf } = deps
  const health = { config: { rateLimit: false as const } }

  app.get('/health/live', health, async () => ({ status: 'live' }))

  app.get('/health/ready', health, async (_, reply) => {
    const problem = await notReady(services)
    return reply
      .code(problem ? 503 : 200)
      .send(problem ? { status: 'not ready', why: problem } : { status: 'ready' })
  })

  app.get('/metrics', async (request, reply) => {
    const principal = principalOf(request)
    if (!principal) return problem(reply, 'Unauthenticated')
    if (authorise(principal, { kind: 'read', context: 'metrics', site: null }))
      return problem(reply, 'Forbidden')
    return reply.type('text/plain; version=0.0.4').send(await metrics.text())
  })

  app.get('/openapi.json', async () => openApi)

  let printed: string | undefined
  app.get('/schema.graphql', async (request, reply) => {
    if (!principalOf(request)) return problem(reply, 'Unauthenticated')
    if (!options.introspection) return problem(reply, 'IntrospectionDisabled')
    printed ??= printSchema(lexicographicSortSchema(schema))
    return reply.type('text/plain; charset=utf-8').send(printed)
  })
}

/** Sends what `answer` sends; an error that the API knows is answered as one. */
export async function orProblem(
  reply: FastifyReply,
  answer: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await answer()
  } catch (error) {
    const code = error instanceof GraphQLError ? error.extensions['code'] : null
    if (typeof code !== 'string' || !(code in apiErrors)) throw error
    return problem(reply, code as ApiErrorCode, (error as Error).message)
  }
}

/** An error of the catalogue in the form GraphQL answers have, so that clients read one form. */
export const problem = (reply: FastifyReply, code: ApiErrorCode, message?: string): FastifyReply =>
  reply
    .code(apiErrors[code].status)
    .type('application/json')
    .send({ errors: [{ message: message ?? apiErrors[code].message, extensions: { code } }] })
