import { GraphQLError } from 'graphql'

/** Every error the API can answer with, by stable code: HTTP status and what the sender should do. */
export const apiErrors = {
  Unauthenticated: { status: 401, message: 'Send a valid API key or token as a Bearer token.' },
  Forbidden: { status: 403, message: 'The scopes or sites of this principal do not allow it.' },
  InvalidInput: { status: 400, message: 'An argument breaks a rule.' },
  ReadModelBehind: { status: 503, message: 'The read model has not reached that position yet.' },
  QueryTooLong: { status: 413, message: 'The query text is longer than allowed.' },
  QueryTooComplex: { status: 400, message: 'The query is deeper, wider or costlier than allowed.' },
  QueryNotPersisted: { status: 400, message: 'Only operations of the allow-list are executed.' },
  IntrospectionDisabled: { status: 400, message: 'Introspection is switched off.' },
  CrossSite: { status: 403, message: 'The request comes from a page of another origin.' },
  TooManySubscriptions: { status: 429, message: 'This connection has too many subscriptions.' },
  TooManyRuns: { status: 429, message: 'Too many simulations are under way.' },
  TooManyFacts: { status: 400, message: 'More facts than are folded for one question.' },
  PlanningBusy: { status: 429, message: 'Too many questions to planning wait already.' },
  LevellingTooLarge: { status: 400, message: 'More than can be levelled at once.' },
  RateLimited: { status: 429, message: 'Too many requests; wait and send it again.' },
  RequestTimeout: { status: 504, message: 'The request took longer than allowed.' },
  StoreUnavailable: { status: 503, message: 'The event log cannot be reached; send it again.' },
  Internal: { status: 500, message: 'Something went wrong here; the log names it by this id.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>
export type ApiErrorCode = keyof typeof apiErrors

/** An error of the catalogue as GraphQL carries it: `extensions.code` is stable, the message may change. */
export const apiError = (code: ApiErrorCode, message?: string): GraphQLError =>
  new GraphQLError(message ?? apiErrors[code].message, { extensions: { code } })

/** The same before anything was executed: the HTTP status tells it too. */
export const requestError = (code: ApiErrorCode, message?: string): GraphQLError =>
  new GraphQLError(message ?? apiErrors[code].message, {
    extensions: { code, http: { status: apiErrors[code].status } },
  })
