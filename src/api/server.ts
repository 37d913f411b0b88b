import rateLimit from '@fastify/rate-limit'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { ApiKeyStore } from '../commands/api-keys.ts'
import { noTelemetry, type Telemetry } from '../commands/telemetry.ts'
import { auditExport } from './audit-export.ts'
import { createAuthenticate, type Authenticate } from './auth.ts'
import type { Principal } from './authorise.ts'
import { calendarRoute } from './calendar-route.ts'
import type { Services } from './context.ts'
import { epcisRoutes } from './epcis-rest.ts'
import type { apiErrors } from './errors.ts'
import { createDirect } from './direct.ts'
import { checkExposure } from './exposure.ts'
import { renderGraphiql } from './graphiql.ts'
import { createGraphql, PATH, type Yoga } from './graphql.ts'
import { createMask } from './masking.ts'
import { messageDescriptions } from './message-descriptions.ts'
import type { ApiOptions } from './options.ts'
import { createOriginCheck } from './origin.ts'
import { ocelRoutes } from './ocel-rest.ts'
import { createPersisted } from './persisted.ts'
import { recallExport } from './recall-export.ts'
import { doneFor, requestId, watchRequests } from './requests.ts'
import { problem, restRoutes } from './rest.ts'
import { securityHeaders } from './security-headers.ts'
import { signatureManifest } from './signature-manifest.ts'
import { tilesRoutes } from './tiles-rest.ts'
import { scheduleRoutes } from './schedule-routes.ts'
import { serveWebSocket } from './websocket.ts'

export interface ApiServerDeps {
  readonly schema: GraphQLSchema
  readonly services: Services
  readonly options: ApiOptions
  /** Where keys are kept; needed with authentication by keys. */
  readonly keys?: ApiKeyStore
  readonly logger?: FastifyBaseLogger
  /** What `/metrics` shows, and where the API tells of its work; nothing where absent. */
  readonly telemetry?: Telemetry
}

export interface ApiServer {
  /** `http://host:port` it really listens on. */
  readonly url: string
  /** Ends connections and subscriptions, after answering what is under way. */
  close(): Promise<void>
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
  }
}

/**
 * Starts the API.
 * @throws ExposureError when it would be open to others without authentication
 */
export async function startApi(deps: ApiServerDeps): Promise<ApiServer> {
  const { options, services, schema, telemetry = noTelemetry } = deps
  checkExposure(options)
  const authenticate = createAuthenticate(options.auth, services.clock, deps.keys)
  const app = createApp(deps)
  watchRequests(app, telemetry)
  await secure(app, options, authenticate)
  const mask = createMask(app.log)
  const yoga = createGraphql({ schema, services, options, telemetry, mask })
  graphqlRoutes(app, yoga, options, mask)
  const principalOf = (request: FastifyRequest) => request.principal
  restRoutes(app, { services, options, metrics: telemetry.metrics, schema, principalOf })
  messageDescriptions(app, options)
  calendarRoute(app, services, principalOf)
  scheduleRoutes(app, services, principalOf)
  if (services.tree) tilesRoutes(app, services.tree, principalOf)
  auditExport(app, services, principalOf)
  epcisRoutes(app, services, principalOf)
  ocelRoutes(app, services, principalOf)
  signatureManifest(app, services, principalOf)
  recallExport(app, services, principalOf)
  const url = await app.listen({ host: options.host, port: options.port })
  // After that: it would report a port in use as a fault of its own.
  const closeSockets = serveWebSocket(app.server, yoga, { options, authenticate, mask })
  return {
    url,
    async close() {
      await closeSockets()
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** Seconds to send a request's headers and body: slower ones hold connections open on purpose. */
const RECEIVE_TIMEOUT_MS = 30_000

function createApp({ options, logger }: ApiServerDeps): FastifyInstance {
  const app = fastify({
    bodyLimit: options.limits.body,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    genReqId: ({ headers }) => requestId(headers),
    ...(logger ? { loggerInstance: logger } : {}),
  }) as unknown as FastifyInstance
  // Only JSON: what an HTML form can send is no GraphQL request.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status === 429) return problem(reply, 'RateLimited')
    if (status < 500) return reply.code(status).send(asGraphql(error.message, 'InvalidInput'))
    request.log.error({ err: error }, 'a request failed')
    return problem(reply, 'Internal')
  })
  app.setNotFoundHandler((_, reply) =>
    reply
      .code(404)
      .send(asGraphql(`There is nothing here; GraphQL is at ${PATH}.`, 'InvalidInput')),
  )
  return app
}

const asGraphql = (message: string, code: keyof typeof apiErrors) => ({
  errors: [{ message, extensions: { code } }],
})

/** Every request: same origin, who is it, not too many, with headers that browsers need to be told. */
async function secure(
  app: FastifyInstance,
  options: ApiOptions,
  authenticate: Authenticate,
): Promise<void> {
  const sameOrigin = createOriginCheck(options)
  const headers = securityHeaders()
  app.decorateRequest('principal', null)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (!sameOrigin(request.headers)) return problem(reply, 'CrossSite')
    request.principal = await authenticate(request.headers.authorization)
    return undefined
  })
  if (options.limits.requestsPerMinute > 0)
    await app.register(rateLimit, {
      max: options.limits.requestsPerMinute,
      timeWindow: 60_000,
      keyGenerator: ({ principal, ip }) => principal?.actor ?? `address ${ip}`,
    })
}

function graphqlRoutes(
  app: FastifyInstance,
  yoga: Yoga,
  options: ApiOptions,
  mask: (error: unknown) => Error,
): void {
  const direct = createDirect(yoga, createPersisted(options.persisted), mask)
  let page: ReturnType<typeof renderGraphiql> | undefined

  app.route({
    url: PATH,
    method: ['GET', 'POST', 'OPTIONS'],
    async handler(req, reply) {
      if (req.method === 'GET' && wantsHtml(req)) {
        if (!options.graphiql) return problem(reply, 'InvalidInput', 'GraphiQL is switched off.')
        const { gzipped, contentSecurityPolicy } = await (page ??= renderGraphiql(options.starters))
        return reply
          .header('content-security-policy', contentSecurityPolicy)
          .header('content-encoding', 'gzip')
          .type('text/html; charset=utf-8')
          .send(gzipped)
      }
      const { principal, errand } = req
      if (!principal && req.method !== 'OPTIONS')
        return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
      const simple = { principal: principal!, errand }
      const quick = isSimple(req) ? await doneFor(errand, () => direct(simple, req.body)) : null
      if (quick) return reply.code(quick.status).type(JSON_TYPE).send(quick.body)
      const caller = { ...simple, req, reply }
      const response = await doneFor(errand, () =>
        yoga.handleNodeRequestAndResponse(req, reply, caller),
      )
      for (const [name, value] of response.headers) reply.header(name, value)
      const streams = STREAM.test(response.headers.get('content-type') ?? '')
      return reply.code(response.status).send(streams ? response.body : await response.text())
    },
  })
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** A JSON body, an answer in plain JSON, and no page of another origin that has to be allowed. */
const isSimple = ({
  method,
  headers: { accept = '*/*', origin, 'content-type': type },
}: FastifyRequest) =>
  method === 'POST' &&
  origin === undefined &&
  (type ?? '').startsWith('application/json') &&
  /^(application\/json|\*\/\*)/.test(accept)

/** Answers that go on; all others are sent whole, which is cheaper than as a stream. */
const STREAM = /^(text\/event-stream|multipart\/mixed)/

const wantsHtml = ({ headers, query }: FastifyRequest): boolean =>
  (headers.accept ?? '').includes('text/html') && !(query as Record<string, unknown>)['query']
