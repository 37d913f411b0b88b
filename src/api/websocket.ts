import type { IncomingMessage, Server } from 'node:http'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Authenticate } from './auth.ts'
import type { Principal } from './authorise.ts'
import { PATH, type Yoga } from './graphql.ts'
import type { ApiOptions } from './options.ts'
import { createOriginCheck } from './origin.ts'
import { createPersisted } from './persisted.ts'
import { doneFor, newErrand } from './requests.ts'

/** A client that does not say who it is by then is cut off. */
const INIT_TIMEOUT_MS = 5_000
/** Dead connections are noticed by a ping that stays unanswered. */
const KEEP_ALIVE_MS = 15_000

type Extra = { principal?: Principal }

/**
 * GraphQL over WebSocket (protocol graphql-transport-ws): the same engine, limits and principals as over
 * HTTP. The key or token comes as `connectionParams.authorization` or in the header of the upgrade.
 * @returns closes every connection
 */
export function serveWebSocket(
  server: Server,
  yoga: Yoga,
  deps: {
    readonly options: ApiOptions
    readonly authenticate: Authenticate
    readonly mask: (error: unknown) => Error
  },
): () => Promise<void> {
  const { options, authenticate } = deps
  const mask = (error: unknown) => ({ errors: [deps.mask(error) as GraphQLError] })
  const sameOrigin = createOriginCheck(options)
  const persisted = createPersisted(options.persisted)
  const byAddress = new Map<string, number>()
  const wss = new WebSocketServer({
    server,
    path: PATH,
    maxPayload: options.limits.body,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      sameOrigin(req.headers) &&
      (byAddress.get(req.socket.remoteAddress ?? '') ?? 0) < options.limits.connections,
  })
  wss.on('connection', (socket, { socket: { remoteAddress = '' } }) => {
    byAddress.set(remoteAddress, (byAddress.get(remoteAddress) ?? 0) + 1)
    socket.on('close', () => {
      const left = byAddress.get(remoteAddress)! - 1
      if (left === 0) byAddress.delete(remoteAddress)
      else byAddress.set(remoteAddress, left)
    })
  })

  const disposable = useServer<{ authorization?: string }, Extra & Record<PropertyKey, any>>(
    {
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      execute: async (args: any) =>
        doneFor(args.contextValue.errand, () => attempt(() => args.rootValue.execute(args), mask)),
      subscribe: async (args: any) =>
        doneFor(args.contextValue.errand, () =>
          attempt(() => args.rootValue.subscribe(args), mask),
        ),
      async onConnect({ connectionParams, extra }) {
        const given = connectionParams?.authorization ?? extra.request.headers.authorization
        const principal = await authenticate(typeof given === 'string' ? given : undefined)
        if (!principal) return false
        extra.principal = principal
        return true
      },
      async onSubscribe({ extra }, _id, payload) {
        const principal = extra.principal!
        if (principal.stillValid && !(await principal.stillValid()))
          throw Object.assign(new Error('Unauthenticated'), { code: CloseCode.Forbidden })
        const params = persisted(payload as Parameters<typeof persisted>[0])
        const engine = yoga.getEnveloped({ principal, params, errand: newErrand() })
        try {
          const document = engine.parse(params.query ?? '')
          const errors = engine.validate(engine.schema, document)
          if (errors.length > 0) return errors
          return {
            schema: engine.schema,
            document,
            operationName: params.operationName,
            variableValues: params.variables,
            contextValue: await engine.contextFactory(),
            rootValue: { execute: engine.execute, subscribe: engine.subscribe },
          }
        } catch (error) {
          return mask(error).errors
        }
      },
    },
    wss,
    KEEP_ALIVE_MS,
  )
  return async () => disposable.dispose()
}

type Failed = { readonly errors: readonly GraphQLError[] }

/** What goes wrong is an answer; thrown, it would close the connection and tell too much. */
async function attempt(
  run: () => Promise<any>,
  mask: (error: unknown) => Failed,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  try {
    const result = await run()
    return Symbol.asyncIterator in result ? masked(result, mask) : result
  } catch (error) {
    return mask(error)
  }
}

const masked = (
  results: AsyncIterable<ExecutionResult>,
  mask: (error: unknown) => Failed,
): AsyncIterableIterator<ExecutionResult> => {
  const inner = results[Symbol.asyncIterator]()
  return {
    next: () => inner.next().catch((error: unknown) => ({ value: mask(error), done: false })),
    return: async () => (await inner.return?.()) ?? { value: undefined, done: true },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
