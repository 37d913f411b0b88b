import type { Messaging } from '../commands/messaging/topics.ts'

/** How the API is to be served; the composition root fills it in from the configuration. */
export interface ApiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly auth: AuthOptions
  readonly graphiql: boolean
  /** Documents that GraphiQL opens, a tab each, to whoever has none open yet; one by default. */
  readonly starters?: readonly string[]
  readonly introspection: boolean
  /** Browser origins besides its own that may call; also those a reverse proxy makes of it. */
  readonly origins: readonly string[]
  /** Operations by id: clients may send the id alone. With `only`, nothing else is executed. */
  readonly persisted: {
    readonly operations: ReadonlyMap<string, string>
    readonly only: boolean
  } | null
  /** Addresses of reverse proxies whose `X-Forwarded-For` is believed; none by default. */
  readonly trustProxy: readonly string[]
  /** How messages are arranged, for their description; as without settings where absent. */
  readonly messaging?: Messaging
  readonly limits: Limits
}

export interface AuthOptions {
  /** `none` serves loopback only, and there everybody may do everything. */
  readonly mode: 'none' | 'keys' | 'oidc' | 'keys,oidc'
  readonly oidc?: OidcOptions
}

export interface OidcOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  /** Claim with the scopes: a string with spaces between them, or a list. */
  readonly scopeClaim?: string
  /** Claim with the list of sites; `["*"]` opens all. Without the claim a token opens none. */
  readonly sitesClaim?: string
}

export interface Limits {
  /** Bytes of a request body. */
  readonly body: number
  /** Characters of a GraphQL document. */
  readonly queryLength: number
  /** Lexical tokens of a GraphQL document: bounds aliases, directives and fragments too. */
  readonly tokens: number
  readonly depth: number
  /** Fields times the rows they are asked for. */
  readonly cost: number
  /** Requests a minute of one caller; 0 switches the limit off. */
  readonly requestsPerMinute: number
  /** How long one request may take, in milliseconds. Subscriptions are exempt. */
  readonly requestMs: number
  /** Subscriptions of one principal over all its connections in this process. */
  readonly subscriptions: number
  /** WebSocket connections of one address in this process. */
  readonly connections: number
}

/** Each may be set differently; see the settings of the same meaning. */
export const defaultLimits: Limits = {
  // A page of 10,000 observations at 100 bytes each fits.
  body: 1_048_576,
  // GraphiQL's introspection query has 1,700; the largest dashboards known have some thousands.
  queryLength: 20_000,
  tokens: 4_000,
  // connection.edges.node.operations.good.value is 6; introspection needs 11.
  depth: 12,
  // 500 orders with 4 operations of 8 fields each cost 18,000.
  cost: 20_000,
  requestsPerMinute: 600_000,
  requestMs: 30_000,
  subscriptions: 100,
  connections: 50,
}
