import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Services } from './api/context.ts'
import { notReady } from './api/readiness.ts'
import type { Metrics } from './commands/metrics.ts'
import { ConfigError, type Config } from './config.ts'
import { whyNoAddress } from './no-address.ts'

/** A listener apart from the API, for scrapers and health checks of processes of any role. */
export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves `/metrics`, `/health/live` and `/health/ready` without authentication: they hold counts and
 * names of read models and sites, nothing that was recorded. Null where no port is configured for it.
 * @throws ConfigError where the address cannot be listened on
 */
export async function serveMetrics(
  { metricsHost: host, metricsPort }: Pick<Config, 'metricsHost' | 'metricsPort'>,
  metrics: Metrics,
  services: Pick<Services, 'reads' | 'store'>,
): Promise<MetricsServer | null> {
  if (metricsPort === undefined) return null
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://any').pathname
    answer(path, metrics, services).then(
      (found) => send(response, found),
      () => send(response, { status: 500, type: 'text/plain', body: 'see the log' }),
    )
  })
  await listening(server, host, metricsPort).catch((error: unknown) => {
    const why = whyNoAddress(error)
    if (!why) throw error
    throw new ConfigError(
      `TAKTLOG_METRICS_HOST=${host}, TAKTLOG_METRICS_PORT=${metricsPort}: ${why}`,
    )
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function answer(
  path: string,
  metrics: Metrics,
  services: Pick<Services, 'reads' | 'store'>,
): Promise<Answer> {
  const json = (status: number, body: object): Answer => ({
    ...{ status, type: 'application/json' },
    body: JSON.stringify(body),
  })
  switch (path) {
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4', body: await metrics.text() }
    case '/health/live':
      return json(200, { status: 'live' })
    case '/health/ready': {
      const why = await notReady(services)
      return why ? json(503, { status: 'not ready', why }) : json(200, { status: 'ready' })
    }
    default:
      return json(404, { status: 'nothing here' })
  }
}

const send = (response: ServerResponse, { status, type, body }: Answer): void =>
  void response.writeHead(status, { 'content-type': type }).end(body)

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
