import { complexityFromQuery } from '@pothos/plugin-complexity'
import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  getOperationAST,
  parse,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Metrics } from '../commands/metrics.ts'
import type { Context } from './context.ts'
import { apiError, requestError } from './errors.ts'
import type { ApiOptions, Limits } from './options.ts'

/** What one operation of a document asks for, by the variables that can change it. */
type Checked = Map<string, GraphQLError | null>
/** Sets of variables remembered for one document. */
const MAX_CHECKED = 100

/** Everything that bounds a GraphQL operation before it runs; the same over HTTP, SSE and WebSocket. */
export function limitsPlugin({ limits, introspection }: ApiOptions): Plugin<Context> {
  const checked = new WeakMap<DocumentNode, Checked>()
  const check = (args: Operation): void => {
    const error = remembered(checked, args, () => complexity(args, limits))
    if (error) throw error
  }
  return {
    onParse({ params, setParseFn }) {
      const source: string = typeof params.source === 'string' ? params.source : params.source.body
      if (source.length > limits.queryLength)
        throw requestError(
          'QueryTooLong',
          `${source.length} characters, ${limits.queryLength} allowed.`,
        )
      setParseFn((text, options) => parse(text, { ...options, maxTokens: limits.tokens }))
    },
    onValidate({ addValidationRule }) {
      if (introspection) return undefined
      addValidationRule(NoSchemaIntrospectionCustomRule)
      return ({ result, setResult }) => {
        if (Array.isArray(result)) setResult(result.map(withoutHints))
      }
    },
    onExecute: ({ args, executeFn, setExecuteFn }) => {
      check(args)
      setExecuteFn((given) => withTimeout(executeFn(given), limits.requestMs))
    },
    onSubscribe: ({ args }) => check(args),
  }
}

interface Operation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null
  readonly variableValues?: Readonly<Record<string, unknown>> | null
}

function remembered(
  checked: WeakMap<DocumentNode, Checked>,
  { document, operationName, variableValues }: Operation,
  compute: () => GraphQLError | null,
): GraphQLError | null {
  const known = checked.get(document) ?? new Map<string, GraphQLError | null>()
  checked.set(document, known)
  const key = `${operationName ?? ''} ${pageSizes(variableValues)}`
  const before = known.get(key)
  if (before !== undefined) return before
  const error = compute()
  if (known.size >= MAX_CHECKED) known.clear()
  known.set(key, error)
  return error
}

/** Only numbers and booleans among the variables (page sizes, @include) change what a document costs. */
const pageSizes = (variables: Operation['variableValues']): string =>
  Object.entries(variables ?? {})
    .filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join()

/** Counts the operation that will run, not the first of the document. */
function complexity(
  { schema, document, operationName, variableValues }: Operation,
  { depth, cost }: Limits,
): GraphQLError | null {
  const operation = getOperationAST(document, operationName)
  if (!operation) return null
  const fragments = document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION)
  const variables = { ...variableValues }
  const asked = complexityFromQuery(
    { ...document, definitions: [operation, ...fragments] },
    { schema, variables },
  )
  if (asked.depth > depth)
    return apiError('QueryTooComplex', `depth ${asked.depth}: at most ${depth} is allowed.`)
  return asked.complexity > cost
    ? apiError('QueryTooComplex', `cost ${asked.complexity}: at most ${cost} is allowed.`)
    : null
}

function withTimeout<T>(result: T | Promise<T>, ms: number): T | Promise<T> {
  if (!(result instanceof Promise)) return result
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(requestError('RequestTimeout')), ms)
  })
  return Promise.race([result, late]).finally(() => clearTimeout(timer))
}

/** A hint at a field of similar name would tell the schema after all. */
const withoutHints = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message.replace(/ Did you mean .*\?$/, ''), {
    nodes: error.nodes ?? null,
    extensions: error.extensions,
  })

/** No more subscriptions at a time than allowed for one principal, over all its connections. */
export function subscriptionsPlugin(
  { subscriptions }: Pick<Limits, 'subscriptions'>,
  metrics: Metrics,
): Plugin<Context> {
  const open = new Map<string, number>()
  metrics.gauges(async () => {
    const all = [...open.values()].reduce((sum, count) => sum + count, 0)
    return { taktlog_graphql_subscriptions: [[{}, all]] }
  })
  return {
    onSubscribe({ args }) {
      const { actor } = (args.contextValue as Context).principal
      const count = open.get(actor) ?? 0
      if (count >= subscriptions)
        throw requestError('TooManySubscriptions', `${actor} has ${count} subscriptions already.`)
      open.set(actor, count + 1)
      let counted = true
      const release = (): void => {
        const left = (open.get(actor) ?? 0) - (counted ? 1 : 0)
        counted = false
        if (left <= 0) open.delete(actor)
        else open.set(actor, left)
      }
      return {
        onSubscribeError: release,
        onSubscribeResult: ({ result }) => {
          if (!(Symbol.asyncIterator in (result as object))) release()
          return { onEnd: release }
        },
      }
    },
  }
}
