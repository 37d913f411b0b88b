import { getOperationAST, type GraphQLSchema } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import type { Telemetry } from '../commands/telemetry.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { hotDocuments } from './hot-documents.ts'
import { limitsPlugin, subscriptionsPlugin } from './limits.ts'
import type { ApiOptions } from './options.ts'
import { createPersisted } from './persisted.ts'
import type { Errand } from './requests.ts'

/** What a request brings along: who sent it. */
export interface Caller {
  readonly principal: Principal
  readonly errand?: Errand
}
export type Yoga = YogaServerInstance<Caller, Context>

export const PATH = '/graphql'

export interface GraphqlDeps {
  readonly schema: GraphQLSchema
  readonly services: Services
  readonly options: ApiOptions
  readonly telemetry: Telemetry
  /** What of an error may leave the process. */
  readonly mask: (error: unknown) => Error
}

/** The GraphQL engine without its transport: limits, masking, one context per operation. */
export function createGraphql({ schema, services, options, telemetry, mask }: GraphqlDeps): Yoga {
  const persisted = createPersisted(options.persisted)
  return createYoga<Caller, Context>({
    schema,
    graphqlEndpoint: PATH,
    context: ({ principal, errand }: Caller) => createContext(services, principal, errand),
    cors: options.origins.length > 0 ? { origin: [...options.origins], credentials: false } : false,
    maskedErrors: { maskError: mask },
    logging: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    extraParamNames: ['documentId'],
    plugins: [
      onParams(persisted),
      hotDocuments(),
      limitsPlugin(options),
      subscriptionsPlugin(options.limits, telemetry.metrics),
      observed(telemetry),
    ],
  })
}

const onParams = (persisted: ReturnType<typeof createPersisted>): Plugin<Context> => ({
  onParams({ params, setParams }) {
    const known = persisted(params)
    if (known !== params) setParams(known)
  },
})

const observed = ({ metrics, tracer }: Telemetry): Plugin<Context> => ({
  onExecute: ({ args: { document, operationName, contextValue } }) => {
    const started = performance.now()
    const kind = getOperationAST(document, operationName)?.operation ?? 'query'
    const { errand } = contextValue as Context
    const span = tracer.start(`graphql ${kind}`, { parent: errand?.traceparent })
    if (errand && span) errand.traceparent = span.traceparent
    return {
      onExecuteDone: ({ result }) => {
        const failed = 'errors' in result && (result.errors?.length ?? 0) > 0
        const seconds = (performance.now() - started) / 1_000
        const outcome = failed ? 'failed' : 'ok'
        metrics.observe('taktlog_graphql_operation_seconds', seconds, { kind, outcome })
        span?.set({ 'graphql.operation.type': kind, 'taktlog.outcome': outcome })
        span?.end()
      },
    }
  },
})
