import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Services } from './api/context.ts'
import { defaultLimits, type ApiOptions } from './api/options.ts'
import { readPersisted } from './api/persisted.ts'
import { startApi, type ApiServer } from './api/server.ts'
import type { Telemetry } from './commands/telemetry.ts'
import { ConfigError, type Config } from './config.ts'
import { messagingOf } from './connector-role.ts'
import { whyNoAddress } from './no-address.ts'
import type { Log } from './system.ts'

/** GraphQL and what stands beside it, on the address that the settings name. */
export async function serveApi(
  { keys }: Pick<Log, 'keys'>,
  how: {
    readonly options: ApiOptions
    readonly services: Services
    readonly logger: Logger
    readonly telemetry: Telemetry
  },
): Promise<ApiServer> {
  // Loaded here: a process without this role does not pay for building the schema.
  const { schema } = await import('./api/schema.ts')
  const { host, port } = how.options
  return startApi({ schema, keys, ...how }).catch((error: unknown) => {
    const why = whyNoAddress(error)
    throw why ? new ConfigError(`TAKTLOG_HOST=${host}, TAKTLOG_PORT=${port}: ${why}`) : error
  })
}

/** What the settings say of the API. */
export function apiOptions(config: Config): ApiOptions {
  const { oidcIssuer: issuer, oidcAudience: audience, oidcJwksUrl: jwksUrl } = config
  const oidc = issuer && audience && jwksUrl ? { oidc: { issuer, audience, jwksUrl } } : {}
  return {
    host: config.host,
    port: config.port,
    auth: { mode: config.auth, ...oidc },
    graphiql: config.graphiql,
    introspection: config.introspection,
    origins: config.corsOrigins,
    trustProxy: config.trustProxy,
    messaging: messagingOf(config),
    persisted: config.persistedFile
      ? {
          operations: readPersisted(readFileSync(config.persistedFile, 'utf8')),
          only: config.persistedOnly,
        }
      : null,
    limits: {
      ...defaultLimits,
      body: config.bodyLimit,
      depth: config.maxDepth,
      cost: config.maxCost,
      requestsPerMinute: config.rateLimit,
    },
  }
}
