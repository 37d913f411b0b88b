import { GraphQLError, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authorise, type Principal } from './authorise.ts'
import type { Services } from './context.ts'
import { apiErrors, type ApiErrorCode } from './errors.ts'
import { recallDrills } from '../projections/material/recall-drills.ts'
import type { ProjectionStatus } from '../projections/read-models.ts'
import type { FailedDrill, Metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import type { ApiOptions } from './options.ts'

/** Behind by this many events, the read models answer too old to take traffic: half a minute of a plant. */
const READY_LAG = 50_000

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
    const [status, head] = await Promise.all([services.reads.status(), services.store.head()])
    return reply
      .type('text/plain; version=0.0.4')
      .send(metrics.text(status, head, await newestDrills(services, status)))
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

/** Nothing where the read model is not kept. */
async function newestDrills(
  { reads }: Services,
  status: readonly ProjectionStatus[],
): Promise<readonly FailedDrill[]> {
  if (!status.some(({ name }) => name === recallDrills.name)) return []
  return reads.query<FailedDrill>({
    text: `select distinct on (site) site, (status = 'FAILED')::int as failed
      from read.recall_drills where status <> 'REQUESTED' order by site, at desc, key`,
    values: [],
  })
}

/** A database that does not even say where it stands within this time serves nobody. */
const READY_WITHIN_MS = 2_000

/** Why this process should get no traffic now, null when it may; answers in bounded time. */
async function notReady(services: Services): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve('the database does not answer'), READY_WITHIN_MS)
  return Promise.race([problemOf(services), late]).finally(() => clearTimeout(timer))
}

async function problemOf({ reads, store }: Services): Promise<string | null> {
  try {
    await store.head()
    const status = await reads.status()
    const failed = status.find(({ state }) => state === 'FAILED')
    if (failed) return `read model ${failed.name} stopped`
    const behind = status.find(({ lag }) => lag > READY_LAG)
    return behind ? `read model ${behind.name} is ${behind.lag} events behind` : null
  } catch {
    return 'the database cannot be reached'
  }
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
