import {
  getOperationAST,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import type { Caller, Yoga } from './graphql.ts'
import type { createPersisted } from './persisted.ts'

export interface DirectAnswer {
  readonly status: number
  readonly body: string
}

const PARAMS: ReadonlySet<string> = new Set([
  ...['query', 'operationName', 'variables', 'extensions', 'documentId'],
])

/**
 * Answers the common request, a JSON body with one valid query or mutation, with the same engine, but
 * without a Fetch API request and response around it: 0.13 ms less of each. Whatever is not that simple
 * answers null, before anything was executed, and takes the long way.
 */
export function createDirect(
  yoga: Yoga,
  persisted: ReturnType<typeof createPersisted>,
  mask: (error: unknown) => Error,
) {
  return async (caller: Caller, body: unknown): Promise<DirectAnswer | null> => {
    const prepared = prepare(body)
    if (!prepared) return null
    const { params, engine, document } = prepared
    try {
      const result = (await engine.execute({
        schema: engine.schema,
        document,
        operationName: params.operationName,
        variableValues: params.variables,
        contextValue: await engine.contextFactory(),
      })) as ExecutionResult
      return answer(result)
    } catch (error) {
      return answer({ errors: [mask(error) as GraphQLError] })
    }

    function prepare(given: unknown) {
      if (!isParams(given)) return null
      try {
        const params = persisted(given)
        const engine = yoga.getEnveloped({ ...caller, params })
        const document = engine.parse(params.query!)
        if (engine.validate(engine.schema, document).length > 0) return null
        const kind = getOperationAST(document, params.operationName)?.operation
        const simple = kind === OperationTypeNode.QUERY || kind === OperationTypeNode.MUTATION
        return simple ? { params, engine, document } : null
      } catch {
        return null
      }
    }
  }
}

function isParams(body: unknown): body is GraphQLParams {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
  const { query, operationName, variables, extensions } = body as Record<string, unknown>
  return (
    Object.keys(body).every((key) => PARAMS.has(key)) &&
    (query === undefined || typeof query === 'string') &&
    (operationName == null || typeof operationName === 'string') &&
    isObjectOrNone(variables) &&
    isObjectOrNone(extensions)
  )
}
const isObjectOrNone = (value: unknown): boolean =>
  value == null || (typeof value === 'object' && !Array.isArray(value))

/** An error may name the HTTP status it is answered with; that stays out of the body. */
function answer({ data, errors, extensions }: ExecutionResult): DirectAnswer {
  if (!errors) return { status: 200, body: JSON.stringify({ data, extensions }) }
  let status = 200
  const shown = errors.map((error) => {
    const { http, ...rest } = error.extensions as { http?: { status?: number } }
    status = Math.max(status, http?.status ?? 200)
    const { message, locations, path } = error.toJSON()
    return { message, locations, path, extensions: rest }
  })
  return { status, body: JSON.stringify({ data, errors: shown, extensions }) }
}
