import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Caller, Identify, Wish } from './adapters/grpc/caller.ts'
import { startGrpc, type GrpcServer } from './adapters/grpc/server.ts'
import { createAccessLog } from './api/access-log.ts'
import { createAuthenticate } from './api/auth.ts'
import type { Access, Principal } from './api/authorise.ts'
import type { AuthOptions } from './api/options.ts'
import { systemClock } from './commands/ports.ts'
import { ConfigError, type Config } from './config.ts'
import { catalogue } from './domain/index.ts'
import type { Log } from './system.ts'

/**
 * The EventStoreDB protocol over the log, for whoever the API would let in too. Null where no port is
 * configured for it.
 * @throws ConfigError for half a pair of certificate and key, or files that cannot be read
 */
export async function serveGrpc(
  config: Config,
  log: Pick<Log, 'store' | 'keys' | 'checkpoints'>,
  auth: AuthOptions,
  logger: Logger,
): Promise<GrpcServer | null> {
  if (config.grpcPort === undefined) return null
  const authenticate = createAuthenticate(auth, systemClock, log.keys)
  const identify: Identify = async (authorization) => {
    const principal = await authenticate(authorization)
    return principal && callerOf(principal, log)
  }
  return startGrpc(
    {
      store: log.store,
      catalogue,
      clock: systemClock,
      checkpoints: log.checkpoints,
      identify,
      writable: config.grpcWrite,
      onError: (error) => logger.error(`grpc: ${error.stack ?? error.message}`),
    },
    { host: config.host, port: config.grpcPort, tls: certificateOf(config) },
  ).catch((error: unknown) => {
    const where = `TAKTLOG_HOST=${config.host}, TAKTLOG_GRPC_PORT=${config.grpcPort}`
    throw new ConfigError(`${where}: ${(error as Error).message}`)
  })
}

/** One authoriser for both faces: reading the log is `read:audit`, as in GraphQL. */
function callerOf(principal: Principal, { store }: Pick<Log, 'store'>): Caller {
  const access = createAccessLog({ store, clock: systemClock, principal })
  return {
    actor: principal.actor,
    sites: principal.sites,
    refuses: async (wish) => (await access.check(accessOf(wish)))?.why ?? null,
    stillValid: async () => (await principal.stillValid?.()) ?? true,
  }
}

function accessOf(wish: Wish): Access {
  switch (wish.kind) {
    case 'read':
      return { kind: 'read', context: 'audit', site: null }
    case 'write':
      return { kind: 'observe', context: 'log', site: wish.site }
    case 'manage':
      return { kind: 'admin', site: null }
  }
}

function certificateOf({ grpcCertificate, grpcKey }: Config) {
  if (!grpcCertificate && !grpcKey) return null
  if (!grpcCertificate || !grpcKey)
    throw new ConfigError('TAKTLOG_GRPC_CERT and TAKTLOG_GRPC_KEY are needed both')
  try {
    return { certificate: readFileSync(grpcCertificate), key: readFileSync(grpcKey) }
  } catch (error) {
    throw new ConfigError(`TAKTLOG_GRPC_CERT, TAKTLOG_GRPC_KEY: ${(error as Error).message}`)
  }
}
