import {
  getNamedType,
  getOperationAST,
  getVariableValues,
  isInputObjectType,
  OperationTypeNode,
  typeFromAST,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'
import type { Context } from './context.ts'

/** Uses after which a query is compiled. What is asked now and then is not worth the milliseconds. */
const HOT = 3

interface Use {
  count: number
  /** Null once it turned out that it cannot be compiled. */
  compiled?: CompiledQuery | null
}

/**
 * Compiles queries that come again and again into one function each: a list of 50 orders with all
 * their operations executes in 0.6 ms instead of 4.4 ms. The fields of a mutation still run one after the
 * other. Everything else runs in the interpreter. The
 * documents are those of the parser's cache, so their number is bounded and they are validated.
 */
export function hotDocuments(): Plugin<Context> {
  const uses = new WeakMap<DocumentNode, Map<string, Use>>()
  return {
    onExecute({ args, setExecuteFn }) {
      const { document, schema, operationName } = args
      const operation = getOperationAST(document, operationName)
      if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return
      const use = useOf(uses, document, operationName ?? '')
      use.count += 1
      if (use.count <= HOT || use.compiled === null) return
      if (use.compiled === undefined) {
        const compiled = fillsIn(schema, operation)
          ? null
          : compileQuery(schema, document, operationName ?? '')
        use.compiled = compiled && isCompiledQuery(compiled) ? compiled : null
        if (use.compiled === null) return
      }
      // The compiled coercion does not know @oneOf; what GraphQL itself refuses stays refused.
      const variables = operation.variableDefinitions ?? []
      const values = args.variableValues ?? {}
      if (variables.length > 0 && getVariableValues(schema, variables, values).errors) return
      const { query } = use.compiled
      setExecuteFn((given) => query(given.rootValue, given.contextValue, given.variableValues))
    },
  }
}

/** Whether a variable may leave out what its type has a default for: the compiled coercion refuses that. */
function fillsIn(schema: GraphQLSchema, { variableDefinitions }: OperationDefinitionNode): boolean {
  const seen = new Set<GraphQLNamedType>()
  const withDefault = (type: GraphQLNamedType): boolean => {
    if (!isInputObjectType(type) || seen.has(type)) return false
    seen.add(type)
    return Object.values(type.getFields()).some(
      (field) => field.defaultValue !== undefined || withDefault(getNamedType(field.type)),
    )
  }
  return (variableDefinitions ?? []).some(({ type }) => {
    const named = typeFromAST(schema, type)
    return named !== undefined && withDefault(getNamedType(named))
  })
}

function useOf(
  uses: WeakMap<DocumentNode, Map<string, Use>>,
  document: DocumentNode,
  operationName: string,
): Use {
  const byName = uses.get(document) ?? new Map<string, Use>()
  uses.set(document, byName)
  const use = byName.get(operationName) ?? { count: 0 }
  byName.set(operationName, use)
  return use
}
