import { createHash } from 'node:crypto'
import type { GraphQLParams } from 'graphql-yoga'
import { requestError } from './errors.ts'
import type { ApiOptions } from './options.ts'

/**
 * Operations that were agreed on beforehand, by id. A client sends `extensions.persistedQuery.sha256Hash`
 * (as Apollo and Relay clients do) or `documentId` instead of the text. Nothing can be added over HTTP.
 */
export function createPersisted(persisted: ApiOptions['persisted']) {
  const texts = new Set(persisted?.operations.values())
  return (params: GraphQLParams): GraphQLParams => {
    if (!persisted) return params
    const id = idOf(params)
    if (id !== undefined) {
      const query = persisted.operations.get(id)
      if (query === undefined) throw requestError('QueryNotPersisted', `no operation has id ${id}.`)
      return { ...params, query }
    }
    if (persisted.only && !texts.has(params.query ?? '')) throw requestError('QueryNotPersisted')
    return params
  }
}

const idOf = ({ extensions, ...params }: GraphQLParams): string | undefined => {
  const { documentId } = params as { documentId?: unknown }
  if (typeof documentId === 'string') return documentId
  const hash = (extensions?.['persistedQuery'] as { sha256Hash?: unknown } | undefined)?.sha256Hash
  return typeof hash === 'string' ? hash : undefined
}

const SHA256 = /^(sha256:)?[0-9a-f]{64}$/

/**
 * Operations as a build tool of a client writes them: `{ "<id>": "<operation>" }`.
 * @throws Error when an id that is a SHA-256 is not that of its operation
 */
export function readPersisted(json: string): ReadonlyMap<string, string> {
  const entries = Object.entries(JSON.parse(json) as Record<string, unknown>)
  for (const [id, text] of entries) {
    if (typeof text !== 'string') throw new Error(`operation ${id} is not a string`)
    const hash = createHash('sha256').update(text).digest('hex')
    if (SHA256.test(id) && !id.endsWith(hash))
      throw new Error(`operation ${id} has the SHA-256 ${hash}; the file was edited by hand`)
  }
  return new Map(entries as [string, string][])
}
