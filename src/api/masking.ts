import { randomUUID } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { apiErrors, type ApiErrorCode } from './errors.ts'
import { requestUnderWay } from './requests.ts'

/** Where errors that are our fault are written, with all their detail. */
export interface ErrorLog {
  error(details: object, message: string): void
}

/** Errors of inner layers that a caller can do something about, by name. */
const KNOWN: Readonly<Record<string, ApiErrorCode>> = {
  StoreUnavailable: 'StoreUnavailable',
  InvalidCursor: 'InvalidInput',
}

/**
 * What leaves the process of an error: messages meant for callers pass; of anything else only an id
 * that the log has too. No stack, no SQL.
 */
export function createMask(log: ErrorLog) {
  return (error: unknown): Error => {
    const inner = error instanceof GraphQLError ? error.originalError : error
    if (error instanceof GraphQLError && (!inner || inner instanceof GraphQLError))
      return meant(error)
    const code = KNOWN[(inner as Error | undefined)?.name ?? '']
    const place = error instanceof GraphQLError ? error : null
    if (code)
      return restated(
        place,
        code === 'InvalidInput' ? (inner as Error).message : apiErrors[code].message,
        { code },
      )
    const id = randomUUID()
    const reqId = requestUnderWay()
    log.error(
      { err: inner, id, ...(reqId ? { reqId } : {}) },
      'an error that a caller saw only by its id',
    )
    return restated(place, `${apiErrors.Internal.message} ${id}`, { code: 'Internal', id })
  }
}

/** Errors that GraphQL itself makes of a bad document or variable get a code of the catalogue too. */
const meant = (error: GraphQLError): GraphQLError =>
  !Object.hasOwn(apiErrors, error.extensions['code'] as string)
    ? restated(error, error.message, { ...error.extensions, code: 'InvalidInput' })
    : error

/** A new error at the same place of the query, without the original inside. */
const restated = (
  place: GraphQLError | null,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError =>
  new GraphQLError(message, {
    nodes: place?.nodes ?? null,
    source: place?.source ?? null,
    positions: place?.positions ?? null,
    path: place?.path ?? null,
    extensions,
  })
