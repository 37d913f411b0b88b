import type { GraphQLSchema } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { hotDocuments } from './hot-documents.ts'
import { limitsPlugin, subscriptionsPlugin } from './limits.ts'
import type { Metrics } from './metrics.ts'
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
      subscriptionsPlugin(options.limits),
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
  onExecute: () => {
    const started = performance.now()
    return {
      onExecuteDone: ({ result }) => {
        const failed = 'errors' in result && (result.errors?.length ?? 0) > 0
        metrics.operation(failed ? 'failed' : 'ok', (performance.now() - started) / 1_000)
      },
    }
  },
})
