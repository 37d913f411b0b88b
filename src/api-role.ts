import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Services } from './api/context.ts'
import { defaultLimits, type ApiOptions } from './api/options.ts'
import { readPersisted } from './api/persisted.ts'
import { startApi, type ApiServer } from './api/server.ts'
import { ConfigError, type Config } from './config.ts'
import type { Log } from './system.ts'

/** GraphQL and what stands beside it, on the address that the settings name. */
export async function serveApi(
  { keys }: Pick<Log, 'keys'>,
  {
    options,
    services,
    logger,
  }: {
    readonly options: ApiOptions
    readonly services: Services
    readonly logger: Logger
  },
): Promise<ApiServer> {
  // Loaded here: a process without this role does not pay for building the schema.
  const { schema } = await import('./api/schema.ts')
  const { host, port } = options
  return startApi({ schema, services, options, keys, logger }).catch((error: unknown) => {
    const why = NO_ADDRESS[(error as NodeJS.ErrnoException).code ?? '']
    throw why ? new ConfigError(`TAKTLOG_HOST=${host}, TAKTLOG_PORT=${port}: ${why}`) : error
  })
}

/** Why an address cannot be listened on, by the code of the operating system. */
const NO_ADDRESS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; choose another port with --port',
  EADDRNOTAVAIL: 'not an address of this machine',
  ENOTFOUND: 'not an address of this machine',
  EACCES: 'this user may not listen there; ports from 1024 are open to all',
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
