import type { Logger } from 'pino'
import type { Services } from './api/context.ts'
import type { ApiOptions } from './api/options.ts'
import { serveApi } from './api-role.ts'
import type { Config } from './config.ts'
import { serveGrpc } from './grpc-role.ts'
import { serveMetrics } from './metrics-role.ts'
import type { Log, System } from './system.ts'

type Servers = Pick<System, 'api' | 'grpc' | 'scraped'>

/** Opens every port that is asked for, or none. */
export async function listen(
  config: Config,
  log: Log,
  how: {
    readonly options: ApiOptions
    readonly services: Services
    readonly logger: Logger
  },
): Promise<Servers & { readonly closeServers: () => Promise<void> }> {
  const open: { close(): Promise<void> }[] = []
  const closeServers = async (): Promise<void> => {
    await Promise.all(open.map((server) => server.close()))
  }
  const noted = <T extends { close(): Promise<void> } | null>(server: T): T => {
    if (server) open.push(server)
    return server
  }
  try {
    const { metrics } = log
    const isApi = config.roles.includes('api')
    const api = isApi ? noted(await serveApi(log, { ...how, telemetry: log })) : null
    const grpc = api ? noted(await serveGrpc(config, log, how.options.auth, how.logger)) : null
    const scraped = noted(await serveMetrics(config, metrics, how.services))
    return { api, grpc, scraped, closeServers }
  } catch (error) {
    await closeServers()
    throw error
  }
}
