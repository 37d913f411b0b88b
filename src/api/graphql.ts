import { getOperationAST, type GraphQLSchema } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import type { Metrics } from '../commands/metrics.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { hotDocuments } from './hot-documents.ts'
import { limitsPlugin, subscriptionsPlugin } from './limits.ts'
import type { ApiOptions } from './options.ts'
import { createPersisted } from './persisted.ts'

/** What a request brings along: who sent it. */
export interface Caller {
  readonly principal: Principal
}
export type Yoga = YogaServerInstance<Caller, Context>

export const PATH = '/graphql'

export interface GraphqlDeps {
  readonly schema: GraphQLSchema
  readonly services: Services
  readonly options: ApiOptions
  readonly metrics: Metrics
  /** What of an error may leave the process. */
  readonly mask: (error: unknown) => Error
}

/** The GraphQL engine without its transport: limits, masking, one context per operation. */
export function createGraphql({ schema, services, options, metrics, mask }: GraphqlDeps): Yoga {
  const persisted = createPersisted(options.persisted)
  return createYoga<Caller, Context>({
    schema,
    graphqlEndpoint: PATH,
    context: ({ principal }: Caller) => createContext(services, principal),
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
      subscriptionsPlugin(options.limits, metrics),
      measured(metrics),
    ],
  })
}

const onParams = (persisted: ReturnType<typeof createPersisted>): Plugin<Context> => ({
  onParams({ params, setParams }) {
    const known = persisted(params)
    if (known !== params) setParams(known)
  },
})

const measured = (metrics: Metrics): Plugin<Context> => ({
  onExecute: ({ args: { document, operationName } }) => {
    const started = performance.now()
    const kind = getOperationAST(document, operationName)?.operation ?? 'query'
    return {
      onExecuteDone: ({ result }) => {
        const failed = 'errors' in result && (result.errors?.length ?? 0) > 0
        const seconds = (performance.now() - started) / 1_000
        const outcome = failed ? 'failed' : 'ok'
        metrics.observe('taktlog_graphql_operation_seconds', seconds, { kind, outcome })
      },
    }
  },
})
